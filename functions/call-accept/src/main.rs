//! `POST /voice/accept`: what somebody hears who answers a forwarded call. Only a key connects the
//! two, because a carrier's voicemail answers like a person and presses none.

use shared::{
    Context,
    calls::Calls,
    company::{settings::Settings, wording},
    error::bad_request,
    lambda::{self, Request, Webhook},
    twilio::{
        twiml::{Gather, Verb, VoiceResponse},
        voice::VoiceCall,
    },
    webhooks::WebhookUrl,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let table = context.table()?;
    let calls = &Calls::new(table.clone());
    lambda::webhook(|request: Request| async move {
        let leg: Webhook<VoiceCall> = webhooks.verify(&request).await?;
        if leg.data.parent_call_sid.is_none() {
            return Err(bad_request("parameter ParentCallSid is missing"));
        }
        Ok(lambda::twiml(&match (leg.url()?, leg.form.get("Digits")) {
            (WebhookUrl::Accept { asked: true }, None) => Verb::Hangup.into(),
            (WebhookUrl::Accept { asked: true }, Some(_)) => {
                calls.record_acceptance(&leg.data).await?;
                // Nothing more to hear: Twilio connects the two.
                VoiceResponse::default()
            }
            _ => question(&leg.base_url, &*settings.current().await),
        }))
    })
    .await
}

fn question(base_url: &str, settings: &Settings) -> VoiceResponse {
    let action = WebhookUrl::Accept { asked: true }.at(base_url);
    let question = settings.say(wording::press_to_accept(&settings.company_name));
    Verb::Gather(Gather::any_key(action, question)).into()
}
