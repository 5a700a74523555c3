//! `POST /voice/accept`: what somebody hears who answers a forwarded call, or a call from a queue.
//! Only a key connects the two, because a carrier's voicemail answers like a person and presses
//! none.

use shared::{
    Context, Error,
    calls::Calls,
    company::{settings::Settings, wording},
    error::bad_request,
    lambda::{self, Request, Webhook},
    process::env,
    twilio::{
        twiml::{DialReserved, Gather, Verb, VoiceResponse},
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
        let (asked, parent) = match leg.url()? {
            WebhookUrl::Accept { asked, parent } => (asked, parent),
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
                        question(next, &leg.base_url, &settings)
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
                let next = WebhookUrl::Accept { asked: true, parent };
                question(next, &leg.base_url, &*settings.current().await)
            }
        }))
    })
    .await
}

fn question(next: WebhookUrl, base_url: &str, settings: &Settings) -> VoiceResponse {
    let action = next.at(base_url);
    let question = settings.say(wording::press_to_accept(&settings.company_name));
    Verb::Gather(Gather::any_key(action, question)).into()
}
