//! `POST /voice/status`: how a call, or the leg of a forwarded call, goes on.

use shared::{
    calls::Calls,
    lambda::{self, Request},
    twilio::{Webhooks, voice::CallProgress, webhook::Webhook},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let webhooks = &Webhooks::from_env()?;
    let calls = &Calls::from_env()?;
    lambda::webhook(|request: Request| async move {
        let progress: Webhook<CallProgress> = webhooks.verify(&request).await?;
        let call = &progress.data.call;
        tracing::info!(call.sid = %call.call_sid, status = call.status.as_str(), "progress");
        calls.record_progress(&progress.data, None).await?;
        Ok(lambda::no_content())
    })
    .await
}
