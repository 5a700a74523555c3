//! `POST /sms`: a text comes in. It is stored before Twilio is answered, and Twilio sends nothing
//! back for us: whoever has opted out hears from Twilio itself.

use shared::{
    deliver::Queue,
    lambda::{self, Request},
    messages::{InboundText, Messages},
    recordings::CopyJob,
    twilio::{Webhooks, client::api_url, twiml::VoiceResponse, webhook::Webhook},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let webhooks = &Webhooks::from_env()?;
    let messages = &Messages::from_env()?;
    let copies = &Queue::from_env("RECORDING_QUEUE_URL")?;
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
