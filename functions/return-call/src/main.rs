//! `POST /voice/return`: an agent is called because it is the turn of a customer who wants to be
//! called back. The customer is called once the agent has taken it.

use shared::{
    Context, Error,
    calls::Calls,
    company::{settings::Settings, wording},
    contact_centre::ReturnAttempts,
    lambda::{self, Request, Webhook},
    process::env,
    twilio::{
        twiml::{Dial, DialNoun, DialPhone, Gather, Verb, VoiceResponse},
        voice::VoiceCall,
    },
    values::PhoneNumber,
    webhooks::{ReturnOffer, ReturnStep, StatusOf, WebhookUrl},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let calls = &Calls::new(context.table()?);
    let attempts = &ReturnAttempts::new(&context)?;
    let max_minutes: u32 = env::parsed("MAX_CALL_MINUTES")?;
    lambda::webhook(|request: Request| async move {
        let agent: Webhook<VoiceCall> = webhooks.verify(&request).await?;
        let WebhookUrl::Return(offer, step) = agent.url()? else {
            return Err(Error::internal("this is not the webhook of a return call"));
        };
        let settings = &*settings.current().await;
        let pressed = agent.form.get("Digits").is_some();
        Ok(lambda::twiml(&match step {
            ReturnStep::Answered => question(offer, &agent.base_url, settings),
            ReturnStep::Asked if !pressed => Verb::Hangup.into(),
            ReturnStep::Accepted | ReturnStep::Asked => {
                match attempts.take(&offer, &agent.data, &agent.base_url).await? {
                    Some(from) => {
                        calls.record_placed(&agent.data, &offer.purpose()).await?;
                        dial(offer, from, &agent, max_minutes)
                    }
                    None => says(settings, wording::call_is_over()),
                }
            }
            ReturnStep::Ended => {
                let talked = agent.form.get("DialBridged") == Some("true");
                let talked =
                    talked.then(|| agent.form.number("DialCallDuration").unwrap_or_default());
                let base_url = &agent.base_url;
                attempts.end(&offer.contact, &offer.reservation, talked, base_url).await?;
                match talked {
                    Some(_) => Verb::Hangup.into(),
                    None => says(settings, wording::did_not_answer()),
                }
            }
        }))
    })
    .await
}

fn question(offer: ReturnOffer, base_url: &str, settings: &Settings) -> VoiceResponse {
    let action = WebhookUrl::Return(offer, ReturnStep::Asked).at(base_url);
    let question = settings.say(wording::press_to_call_back(&settings.company_name));
    Verb::Gather(Gather::any_key(action, question)).into()
}

fn says(settings: &Settings, words: String) -> VoiceResponse {
    VoiceResponse { verbs: vec![Verb::Prompt(settings.say(words)), Verb::Hangup] }
}

/// A key connects the customer, because a carrier's voicemail answers like a person and presses
/// none.
fn dial(
    offer: ReturnOffer,
    from: PhoneNumber,
    agent: &Webhook<VoiceCall>,
    max_minutes: u32,
) -> VoiceResponse {
    let base_url = &agent.base_url;
    let parent = Some(agent.data.call_sid.clone());
    let question = WebhookUrl::Accept { asked: false, parent, returned: true };
    Verb::Dial(Dial {
        caller_id: Some(from.to_string()),
        // Twilio adds five.
        timeout: Some("20".into()),
        time_limit: Some(max_minutes * 60),
        recording_status_callback: None,
        phones: vec![DialPhone {
            noun: DialNoun::Number,
            address: offer.contact.to_string(),
            url: Some(question.at(base_url)),
            status_callback: WebhookUrl::CallStatus(StatusOf::AskedLeg).at(base_url),
        }],
        action: WebhookUrl::Return(offer, ReturnStep::Ended).at(base_url),
    })
    .into()
}
