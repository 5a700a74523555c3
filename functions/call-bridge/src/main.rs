//! `POST /voice/bridge`: an agent answers a call that they wanted from the console. A key connects
//! them with the contact, because a carrier's voicemail answers like a person and presses none.

use shared::{
    Context,
    calls::{CallPurpose, Calls},
    company::{settings::Settings, wording},
    error::bad_request,
    lambda::{self, Request, Webhook},
    twilio::{
        twiml::{Dial, DialNumber, Gather, Verb, VoiceResponse},
        voice::VoiceCall,
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let table = context.table()?;
    let calls = &Calls::new(table.clone());
    lambda::webhook(|request: Request| async move {
        let call: Webhook<VoiceCall> = webhooks.verify(&request).await?;
        let placed = CallPurpose::from_query(&call.query)?;
        let placed = placed.ok_or_else(|| bad_request("the URL names no contact"))?;
        let settings = &*settings.current().await;
        let url = format!("{}/voice/bridge?{}", call.base_url, placed.query());
        Ok(lambda::twiml(&match (call.query.get("step"), call.form.get("Digits")) {
            (None, _) => {
                // The answer to the request that placed it may be lost; this says all it said.
                calls.record_placed(&call.data, &placed).await?;
                question(format!("{url}&step=asked"), settings)
            }
            (Some("asked"), Some(_)) => connect(&call, &placed, format!("{url}&step=ended")),
            (Some("ended"), _) if call.form.get("DialBridged") != Some("true") => VoiceResponse {
                verbs: vec![Verb::Prompt(settings.say(wording::did_not_answer())), Verb::Hangup],
            },
            _ => Verb::Hangup.into(),
        }))
    })
    .await
}

fn question(action: String, settings: &Settings) -> VoiceResponse {
    Verb::Gather(Gather::any_key(action, settings.say(wording::press_to_call()))).into()
}

fn connect(call: &Webhook<VoiceCall>, placed: &CallPurpose, action: String) -> VoiceResponse {
    Verb::Dial(Dial {
        action,
        // What the contact sees is our number, never the agent's.
        caller_id: Some(call.data.from.to_string()),
        timeout: Some("30".into()),
        recording_status_callback: None,
        numbers: vec![DialNumber {
            number: placed.contact.clone(),
            url: None,
            status_callback: format!("{}/voice/status#rc=3&rp=all", call.base_url),
        }],
    })
    .into()
}
