//! SQS: copies a recording, or a file that came with a text, from Twilio into our bucket. A message
//! that comes again finds the work done; Twilio's copy of a recording stays until ours has been
//! verified and noted.

use shared::{
    Context, Error,
    calls::Calls,
    contacts::Contacts,
    jobs::CopyJob,
    lambda,
    messages::Messages,
    process::{env, metrics},
    recordings::RecordingBucket,
    twilio::TwilioClient,
    values::{CallSid, RecordingSid},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let twilio = &context.twilio()?;
    let bucket = &context.recordings()?;
    let calls = &Calls::new(context.table()?);
    let contacts = &Contacts::new(context.table()?);
    let messages = &Messages::new(context.table()?);
    let delete: bool = env::parsed("DELETE_TWILIO_RECORDINGS")?;
    lambda::sqs(|job: CopyJob| async move {
        match job {
            CopyJob::Recording { call_sid, recording_sid } => {
                let copied =
                    copy_recording(twilio, bucket, calls, &call_sid, &recording_sid).await?;
                if !copied {
                    calls.settle(&call_sid, contacts, None).await?;
                }
                if let Some(entry) = calls.entry(&call_sid).await? {
                    calls.close_if_done(&entry).await?;
                }
                if copied && delete {
                    twilio.delete(&format!("Recordings/{recording_sid}.json")).await?;
                }
                Ok(())
            }
            CopyJob::Media { message_sid, media_sid } => {
                let stored = bucket.copy_media(twilio, &message_sid, &media_sid).await?;
                match &stored {
                    Some(stored) => {
                        tracing::info!(media.sid = %media_sid, bytes = stored.bytes, "copied");
                    }
                    None => lost()?,
                }
                let s3_key = stored.map(|stored| stored.s3_key);
                messages.record_media_copy(&message_sid, &media_sid, s3_key.as_deref()).await
            }
        }
    })
    .await
}

/// Counts a file that Twilio said it has and does not have.
fn lost() -> Result<(), Error> {
    tracing::error!("Twilio has no such file");
    Ok(metrics::count(&[("FilesLost", 1)])?)
}

/// Copies a recording, unless it has been copied; `false` when Twilio has no such file.
async fn copy_recording(
    twilio: &TwilioClient,
    bucket: &RecordingBucket,
    calls: &Calls,
    call: &CallSid,
    recording: &RecordingSid,
) -> Result<bool, Error> {
    tracing::info!(call.sid = %call, recording.sid = %recording, "copy");
    let stored = match calls.copy_of(call, recording).await? {
        Some(stored) => Some(stored),
        None => bucket.copy_recording(twilio, recording).await?,
    };
    let Some(stored) = stored else {
        lost()?;
        calls.record_lost(call, recording).await?;
        return Ok(false);
    };
    calls.record_copy(call, recording, &stored).await?;
    tracing::info!(recording.sid = %recording, bytes = stored.bytes, "copied");
    Ok(true)
}
