//! `POST /voice/recording`: a recording is ready at Twilio, or turned out to hold no sound. It is
//! stored first and queued then: a copy takes longer than Twilio waits for an answer.

use shared::{
    Context,
    background::FollowUp,
    calls::Calls,
    error::bad_request,
    jobs::CopyJob,
    lambda::{self, Request, Webhook},
    twilio::{
        client::{api_url, is_resource_url},
        voice::{RecordingEvent, RecordingStatus},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let webhooks = &context.webhooks()?;
    let calls = &Calls::new(context.table()?);
    let copies = &context.queue("RECORDING_QUEUE_URL")?;
    let follow_up = &FollowUp::new(&context)?;
    let api_url = &api_url()?;
    lambda::webhook(|request: Request| async move {
        let webhook: Webhook<RecordingEvent> = webhooks.verify(&request).await?;
        let event = &webhook.data;
        let completed = event.status == RecordingStatus::Completed;
        let url = event.recording_url.as_deref().unwrap_or_default();
        let resource = format!("Recordings/{}", event.recording_sid);
        if completed && !is_resource_url(url, api_url, &webhook.account_sid, &resource) {
            return Err(bad_request("parameter RecordingUrl is not of our account"));
        }
        tracing::info!(
            call.sid = %event.call_sid,
            recording.sid = %event.recording_sid,
            status = event.status.as_str(),
            "recording"
        );
        if !event.status.is_final() {
            return Ok(lambda::no_content());
        }
        calls.record_recording(event).await?;
        if completed {
            let job = CopyJob::Recording {
                call_sid: event.call_sid.clone(),
                recording_sid: event.recording_sid.clone(),
            };
            copies.send(&job, 0).await?;
        }
        follow_up.go_on(&event.call_sid, None, &webhook.base_url).await?;
        Ok(lambda::no_content())
    })
    .await
}
