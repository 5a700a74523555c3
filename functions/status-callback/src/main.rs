//! `POST /voice/status`: how a call, or a leg of one, goes on. Of a call that we placed for
//! somebody, its URL, which Twilio signs, tells for whom and to whom.

use shared::{
    Context, Error,
    background::FollowUp,
    calls::Calls,
    lambda::{self, Request, Webhook},
    twilio::voice::CallProgress,
    webhooks::WebhookUrl,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let webhooks = &context.webhooks()?;
    let calls = &Calls::new(context.table()?);
    let follow_up = &FollowUp::new(&context)?;
    lambda::webhook(|request: Request| async move {
        let progress: Webhook<CallProgress> = webhooks.verify(&request).await?;
        let WebhookUrl::CallStatus(of) = progress.url()? else {
            return Err(Error::internal("this is not the webhook of a call's status"));
        };
        let call = &progress.data.call;
        tracing::info!(call.sid = %call.call_sid, status = call.status.as_str(), "progress");
        let contact = calls.record_progress(&progress.data, &of).await?;
        if call.status.is_final() {
            let whole = call.parent_call_sid.as_ref().unwrap_or(&call.call_sid);
            follow_up.go_on(whole, contact.as_ref(), &progress.base_url).await?;
        }
        Ok(lambda::no_content())
    })
    .await
}
