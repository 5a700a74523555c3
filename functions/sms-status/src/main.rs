//! `POST /sms/status`: how a text that we sent goes on. Its URL, which Twilio signed, says which of
//! ours it is, so that the answer of the request that sent it may come later, or never.

use shared::{
    Context, Error,
    lambda::{self, Request, Webhook},
    messages::{MessageProgress, Messages},
    webhooks::WebhookUrl,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let webhooks = &context.webhooks()?;
    let messages = &Messages::new(context.table()?);
    lambda::webhook(|request: Request| async move {
        let webhook: Webhook<MessageProgress> = webhooks.verify(&request).await?;
        let WebhookUrl::SmsStatus { id } = webhook.url()? else {
            return Err(Error::internal("this is not the webhook of a text's status"));
        };
        let MessageProgress { message_sid, status, error_code } = &webhook.data;
        tracing::info!(message.sid = %message_sid, status = status.as_str(), error_code, "progress");
        messages.record_status(&id, Some(message_sid), status, *error_code).await?;
        Ok(lambda::no_content())
    })
    .await
}
