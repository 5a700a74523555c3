//! `POST /voice/accept`: what somebody hears who answers a forwarded call, or a call from a queue.
//! Only a key connects the two, because a carrier's voicemail answers like a person and presses
//! none.

use shared::{
    Context, Error,
    calls::Calls,
    company::wording,
    error::bad_request,
    lambda::{self, Request, Webhook},
    process::env,
    twilio::{
        twiml::{DialReserved, Gather, Prompt, Verb, VoiceResponse},
        voice::VoiceCall,
    },
    webhooks::WebhookUrl,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let table = context.table()?;
    let calls = &Calls::new(table.clone());
    let max_minutes: u32 = env::parsed("MAX_CALL_MINUTES")?;
    lambda::webhook(|request: Request| async move {
        let mut leg: Webhook<VoiceCall> = webhooks.verify(&request).await?;
        let (asked, parent, returned) = match leg.url()? {
            WebhookUrl::Accept { asked, parent, returned } => (asked, parent, returned),
            WebhookUrl::AcceptTask { asked, reservation } => {
                let pressed = leg.form.get("Digits").is_some();
                let settings = settings.current().await;
                return Ok(lambda::twiml(&match (asked, pressed) {
                    (true, false) => Verb::Hangup.into(),
                    (true, true) => {
                        let dial = DialReserved { reservation, time_limit: max_minutes * 60 };
                        // Also for a caller who has just given up.
                        let over = Verb::Prompt(settings.say(wording::call_is_over()));
                        VoiceResponse { verbs: vec![Verb::DialReserved(dial), over] }
                    }
                    (false, _) => {
                        let next = WebhookUrl::AcceptTask { asked: true, reservation };
                        let words = wording::press_to_accept(&settings.company_name);
                        question(next, &leg.base_url, settings.say(words))
                    }
                }));
            }
            _ => return Err(Error::internal("this is not the webhook of a forwarded call")),
        };
        let parent = parent.or(leg.data.parent_call_sid.take());
        leg.data.parent_call_sid =
            Some(parent.ok_or_else(|| bad_request("the forwarded call is not told"))?);
        Ok(lambda::twiml(&match (asked, leg.form.get("Digits")) {
            (true, None) => Verb::Hangup.into(),
            (true, Some(_)) => {
                calls.record_acceptance(&leg.data).await?;
                // Nothing more to hear: Twilio connects the two.
                VoiceResponse::default()
            }
            (false, _) => {
                let parent = leg.data.parent_call_sid.clone();
                let next = WebhookUrl::Accept { asked: true, parent, returned };
                let settings = settings.current().await;
                let words = match returned {
                    true => wording::press_to_talk(&settings.company_name),
                    false => wording::press_to_accept(&settings.company_name),
                };
                question(next, &leg.base_url, settings.say(words))
            }
        }))
    })
    .await
}

fn question(next: WebhookUrl, base_url: &str, words: Prompt) -> VoiceResponse {
    Verb::Gather(Gather::any_key(next.at(base_url), words)).into()
}
