//! `POST /voice/conference/announcement`: what the first participant in a conference hears until
//! the second comes, and what all participants hear before it ends.

use shared::{
    Context, Error,
    company::wording,
    lambda::{self, Request, Webhook},
    twilio::twiml::{Verb, VoiceResponse},
    webhooks::WebhookUrl,
};

/// The sentence for the participant who waits is said again after so many seconds.
const AGAIN_AFTER: u32 = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
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
                // Twilio asks once, and plays nothing when the verbs run out.
                again => vec![
                    say(wording::first_in_conference()),
                    Verb::Pause(AGAIN_AFTER),
                    Verb::Redirect { url: again.at(&announcement.base_url), method: None },
                ],
            },
        }))
    })
    .await
}
