//! `POST /voice/conference/announcement`: what the first one in a conference hears until the second
//! comes, and what everybody hears before it ends.

use shared::{
    Context, Error,
    company::wording,
    lambda::{self, Request, Webhook},
    twilio::twiml::{Verb, VoiceResponse},
    webhooks::WebhookUrl,
};

/// The sentence for who waits is said again after so many seconds.
const AGAIN_AFTER: u32 = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    lambda::webhook(|request: Request| async move {
        let announcement: Webhook<()> = webhooks.verify(&request).await?;
        let settings = settings.current().await;
        let say = |text| Verb::Prompt(settings.say(text));
        Ok(lambda::twiml(&VoiceResponse {
            verbs: match announcement.url()? {
                WebhookUrl::Announcement { seconds: Some(seconds) } => {
                    vec![say(wording::conference_ends_in(seconds))]
                }
                _ => vec![say(wording::first_in_conference()), Verb::Pause(AGAIN_AFTER)],
            },
        }))
    })
    .await
}
