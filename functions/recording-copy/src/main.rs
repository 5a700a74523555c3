//! SQS: copies a recording from Twilio into our bucket. A message that comes again finds the work
//! done; Twilio's copy stays until ours has been verified and noted.

use shared::{
    calls::Calls,
    env, lambda,
    recordings::{CopyJob, RecordingBucket},
    twilio::TwilioClient,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let twilio = &TwilioClient::from_env()?;
    let bucket = &RecordingBucket::from_env()?;
    let calls = &Calls::from_env()?;
    let delete: bool = env::parsed("DELETE_TWILIO_RECORDINGS")?;
    lambda::sqs(|job: CopyJob| async move {
        tracing::info!(call.sid = %job.call_sid, recording.sid = %job.recording_sid, "copy");
        let stored = match calls.copy_of(&job.call_sid, &job.recording_sid).await? {
            Some(stored) => stored,
            None => bucket.copy(twilio, &job.recording_sid).await?,
        };
        calls.record_copy(&job.call_sid, &job.recording_sid, &stored).await?;
        tracing::info!(recording.sid = %job.recording_sid, bytes = stored.bytes, "copied");
        if delete {
            twilio.delete_recording(&job.recording_sid).await?;
        }
        Ok(())
    })
    .await
}
