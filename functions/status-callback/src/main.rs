//! `POST /voice/status`: how a call, or a leg of one, goes on. Of a call that we placed for
//! somebody, its URL, which Twilio signs, tells for whom and to whom.

use shared::{
    calls::{Calls, FollowUp, Placed},
    lambda::{self, Request},
    twilio::{Webhooks, voice::CallProgress, webhook::Webhook},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let webhooks = &Webhooks::from_env()?;
    let calls = &Calls::from_env()?;
    let follow_up = &FollowUp::from_env()?;
    lambda::webhook(|request: Request| async move {
        let progress: Webhook<CallProgress> = webhooks.verify(&request).await?;
        let call = &progress.data.call;
        tracing::info!(call.sid = %call.call_sid, status = call.status.as_str(), "progress");
        let placed = Placed::from_query(&progress.query)?;
        calls.record_progress(&progress.data, placed.as_ref()).await?;
        if call.status.is_final() {
            let whole = call.parent_call_sid.as_ref().unwrap_or(&call.call_sid);
            follow_up.go_on(whole, &progress.base_url).await?;
        }
        Ok(lambda::no_content())
    })
    .await
}
