//! `POST /voice/wait`: what a caller hears who waits for an agent: their place, then half a minute
//! of music. A key leads out of the queue. `GET /music.wav` is the music.

use shared::{
    Context, Error,
    company::{settings::Settings, wording},
    contact_centre::{Positions, music},
    lambda::{self, Request, Webhook},
    twilio::twiml::{Gather, Prompt, Verb, VoiceResponse},
    values::CallSid,
    webhooks::WebhookUrl,
};

/// The key by which a caller leaves a message instead of waiting.
const LEAVE: &str = "*";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let positions = &Positions::new(context.task_router()?);
    lambda::webhook(|request: Request| async move {
        if request.method() == "GET" {
            return Ok(lambda::audio(music::wav()));
        }
        let waits: Webhook<()> = webhooks.verify(&request).await?;
        let WebhookUrl::Wait { asked, queue } = waits.url()? else {
            return Err(Error::internal("this is not the webhook of a caller who waits"));
        };
        if asked && waits.form.get("Digits") == Some(LEAVE) {
            return Ok(lambda::twiml(&Verb::Leave.into()));
        }
        let settings = settings.current().await;
        // What Twilio does not tell is no reason to let the caller hear nothing.
        let call = waits.form.get("CallSid").and_then(|sid| sid.parse::<CallSid>().ok());
        let place = match (call, &settings.task_router) {
            (Some(call), Some(sids)) => positions.of(&call, &queue, sids).await,
            _ => None,
        };
        Ok(lambda::twiml(&heard(&settings, place, queue, &waits.base_url)))
    })
    .await
}

fn heard(
    settings: &Settings,
    place: Option<usize>,
    queue: String,
    base_url: &str,
) -> VoiceResponse {
    let mut prompts: Vec<_> =
        place.map(wording::place_in_queue).map(|words| settings.say(words)).into_iter().collect();
    prompts.push(settings.say(wording::leave_a_message_instead()));
    let url = Some(format!("{base_url}{}", music::PATH));
    prompts.push(Prompt::Play { url, digits: None, repeat: None });
    let again = WebhookUrl::Wait { asked: true, queue }.at(base_url);
    let gather = Gather {
        input: "dtmf".to_owned(),
        action: again.clone(),
        timeout: Some("1".to_owned()),
        num_digits: Some("1".to_owned()),
        finish_on_key: Some(String::new()),
        prompts,
        ..Gather::default()
    };
    // Twilio asks once, and plays nothing when the verbs run out.
    let redirect = Verb::Redirect { url: again, method: None };
    VoiceResponse { verbs: vec![Verb::Gather(gather), redirect] }
}
