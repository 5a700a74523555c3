//! `POST /voice/bridge`: an agent answers a call that they wanted from the console. A key connects
//! them with the contact, because a carrier's voicemail answers like a person and presses none.

use shared::{
    Context, Error,
    calls::Calls,
    company::{settings::Settings, wording},
    lambda::{self, Request, Webhook},
    process::env,
    twilio::{
        twiml::{Dial, DialNoun, DialPhone, Gather, Verb, VoiceResponse},
        voice::VoiceCall,
    },
    webhooks::{BridgeStep, CallPurpose, StatusOf, WebhookUrl},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let calls = &Calls::new(context.table()?);
    let max_minutes: u32 = env::parsed("MAX_CALL_MINUTES")?;
    lambda::webhook(|request: Request| async move {
        let call: Webhook<VoiceCall> = webhooks.verify(&request).await?;
        let WebhookUrl::Bridge(purpose, step) = call.url()? else {
            return Err(Error::internal("this is not the webhook of a bridge"));
        };
        let settings = &*settings.current().await;
        Ok(lambda::twiml(&match (step, call.form.get("Digits")) {
            (BridgeStep::Answered, _) => {
                // The answer to the request that placed it may be lost; this says all it said.
                calls.record_placed(&call.data, &purpose).await?;
                let action = WebhookUrl::Bridge(purpose, BridgeStep::Asked).at(&call.base_url);
                question(action, settings)
            }
            (BridgeStep::Asked, Some(_)) => connect(&call, purpose, max_minutes),
            (BridgeStep::Ended, _) if call.form.get("DialBridged") != Some("true") => {
                let words = settings.say(wording::did_not_answer());
                VoiceResponse { verbs: vec![Verb::Prompt(words), Verb::Hangup] }
            }
            _ => Verb::Hangup.into(),
        }))
    })
    .await
}

fn question(action: String, settings: &Settings) -> VoiceResponse {
    Verb::Gather(Gather::any_key(action, settings.say(wording::press_to_call()))).into()
}

fn connect(call: &Webhook<VoiceCall>, purpose: CallPurpose, max_minutes: u32) -> VoiceResponse {
    Verb::Dial(Dial {
        // What the contact sees is our number, never the agent's.
        caller_id: Some(call.data.from.to_string()),
        // Twilio adds five.
        timeout: Some("25".into()),
        time_limit: Some(max_minutes * 60),
        recording_status_callback: None,
        phones: vec![DialPhone {
            noun: DialNoun::Number,
            address: purpose.contact.to_string(),
            url: None,
            status_callback: WebhookUrl::CallStatus(StatusOf::Call).at(&call.base_url),
        }],
        action: WebhookUrl::Bridge(purpose, BridgeStep::Ended).at(&call.base_url),
    })
    .into()
}
