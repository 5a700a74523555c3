//! SQS: copies a recording, or a file that came with a text, from Twilio into our bucket. A message
//! that comes again finds the work done; Twilio's copy of a recording stays until ours has been
//! verified and noted.

use shared::{
    Context, Error,
    calls::Calls,
    jobs::CopyJob,
    lambda,
    messages::Messages,
    process::env,
    recordings::RecordingBucket,
    twilio::TwilioClient,
    values::{CallSid, RecordingSid},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let context = Context::from_env();
    let twilio = &context.twilio()?;
    let bucket = &context.recordings()?;
    let calls = &Calls::new(context.table()?);
    let messages = &Messages::new(context.table()?);
    let delete: bool = env::parsed("DELETE_TWILIO_RECORDINGS")?;
    lambda::sqs(|job: CopyJob| async move {
        match job {
            CopyJob::Recording { call_sid, recording_sid } => {
                copy_recording(twilio, bucket, calls, &call_sid, &recording_sid).await?;
                if delete {
                    twilio.delete(&format!("Recordings/{recording_sid}.json")).await?;
                }
                Ok(())
            }
            CopyJob::Media { message_sid, media_sid } => {
                let stored = bucket.copy_media(twilio, &message_sid, &media_sid).await?;
                messages.record_media_copy(&message_sid, &media_sid, &stored.s3_key).await?;
                tracing::info!(media.sid = %media_sid, bytes = stored.bytes, "copied");
                Ok(())
            }
        }
    })
    .await
}

async fn copy_recording(
    twilio: &TwilioClient,
    bucket: &RecordingBucket,
    calls: &Calls,
    call: &CallSid,
    recording: &RecordingSid,
) -> Result<(), Error> {
    tracing::info!(call.sid = %call, recording.sid = %recording, "copy");
    let stored = match calls.copy_of(call, recording).await? {
        Some(stored) => stored,
        None => bucket.copy_recording(twilio, recording).await?,
    };
    calls.record_copy(call, recording, &stored).await?;
    tracing::info!(recording.sid = %recording, bytes = stored.bytes, "copied");
    if let Some(entry) = calls.entry(call).await? {
        calls.close_if_done(&entry).await?;
    }
    Ok(())
}
