//! `POST /sms`: a text comes in. It is stored before Twilio is answered, and Twilio sends nothing
//! back for us: whoever has opted out hears from Twilio itself.

use shared::{
    Context,
    jobs::CopyJob,
    lambda::{self, Request, Webhook},
    messages::{InboundText, Messages},
    twilio::{client::api_url, twiml::VoiceResponse},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let webhooks = &context.webhooks()?;
    let messages = &Messages::new(context.table()?);
    let copies = &context.queue("RECORDING_QUEUE_URL")?;
    let api_url = &api_url()?;
    lambda::webhook(|request: Request| async move {
        let webhook: Webhook<InboundText> = webhooks.verify(&request).await?;
        let text = &webhook.data;
        for media_sid in messages.receive(text, api_url).await? {
            let message_sid = text.message_sid.clone();
            copies.send(&CopyJob::Media { message_sid, media_sid }, 0).await?;
        }
        Ok(lambda::twiml(&VoiceResponse::default()))
    })
    .await
}
