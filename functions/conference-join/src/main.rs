//! `POST /voice/conference`: callers give a code, those who were called press a key, and are in.

use shared::{
    Context, Error,
    calls::{CallPurpose, Calls, Invitation},
    company::{settings::Settings, wording},
    conferences::{Admission, Doorkeeper, Entrance},
    error::bad_request,
    lambda::{self, Request, Response, Webhook},
    twilio::{
        twiml::{DialConference, Gather, Verb, VoiceResponse},
        voice::VoiceCall,
    },
};

/// How many codes a call may give.
const ATTEMPTS: u32 = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let table = context.table()?;
    let calls = &Calls::new(table.clone());
    let doorkeeper = &Doorkeeper::new(table.clone());
    lambda::webhook(|request: Request| async move {
        let call: Webhook<VoiceCall> = webhooks.verify(&request).await?;
        let settings = &*settings.current().await;
        let answers = Answers { call: &call, settings };
        if call.query.get("step") == Some("left") {
            return Ok(answers.last_words(wording::conference_is_over()));
        }
        match Invitation::from_query(&call.query)? {
            Some(invitation) => called(calls, doorkeeper, &answers, &invitation).await,
            None => calling(calls, doorkeeper, &answers).await,
        }
    })
    .await
}

/// Somebody who was called, or their carrier's voicemail, has answered.
async fn called(
    calls: &Calls,
    doorkeeper: &Doorkeeper,
    answers: &Answers<'_>,
    invitation: &Invitation,
) -> Result<Response, Error> {
    let Answers { call, settings } = answers;
    let placed = CallPurpose::from_query(&call.query)?;
    let placed = placed.ok_or_else(|| bad_request("the URL names no contact"))?;
    match (call.query.get("step"), call.form.get("Digits")) {
        (Some("answered"), _) => {
            // The answer to the request that placed it may be lost; this says all it said.
            calls.record_placed(&call.data, &placed).await?;
            let action =
                format!("{}/voice/conference?{}&step=asked", call.base_url, placed.query());
            let question = settings.say(wording::press_to_join(&settings.company_name));
            Ok(lambda::twiml(&Verb::Gather(Gather::any_key(action, question)).into()))
        }
        (Some("accepted"), _) | (Some("asked"), Some(_)) => {
            let admission = doorkeeper.admit_called(&call.data, &placed, invitation).await?;
            Ok(answers.admission(admission, ATTEMPTS))
        }
        _ => Ok(lambda::twiml(&Verb::Hangup.into())),
    }
}

/// Somebody calls.
async fn calling(
    calls: &Calls,
    doorkeeper: &Doorkeeper,
    answers: &Answers<'_>,
) -> Result<Response, Error> {
    let call = answers.call;
    let attempt: u32 = call.query.parse_optional("attempt")?.unwrap_or(0);
    if attempt == 0 {
        let welcome = calls.record_code_asked(&call.data).await?;
        return Ok(if welcome {
            answers.question(None, 1)
        } else {
            lambda::twiml(&Verb::Reject.into())
        });
    }
    let server_number = call.data.to.number();
    let server_number = server_number.ok_or_else(|| bad_request("parameter To is no number"))?;
    let admission = match call.form.get("Digits") {
        // Nothing was guessed.
        None => Admission::WrongCode,
        Some(digits) => {
            let call = &call.data;
            doorkeeper.admit_by_code(Entrance { call, server_number, attempt, digits }).await?
        }
    };
    Ok(answers.admission(admission, attempt))
}

/// What a caller hears.
struct Answers<'a> {
    call: &'a Webhook<VoiceCall>,
    settings: &'a Settings,
}

impl Answers<'_> {
    fn say(&self, text: String) -> Verb {
        Verb::Prompt(self.settings.say(text))
    }

    fn question(&self, before: Option<String>, attempt: u32) -> Response {
        let question = Verb::Gather(Gather {
            input: "dtmf".into(),
            action: format!("{}/voice/conference?attempt={attempt}", self.call.base_url),
            timeout: Some("8".into()),
            finish_on_key: Some("#".into()),
            prompts: vec![self.settings.say(wording::enter_code())],
            ..Gather::default()
        });
        let verbs = before.map(|text| self.say(text)).into_iter().chain([question]).collect();
        lambda::twiml(&VoiceResponse { verbs })
    }

    fn last_words(&self, text: String) -> Response {
        lambda::twiml(&VoiceResponse { verbs: vec![self.say(text), Verb::Hangup] })
    }

    fn admission(&self, admission: Admission, attempt: u32) -> Response {
        let base_url = &self.call.base_url;
        match admission {
            Admission::In(id, seconds) => {
                let dial = Verb::DialConference(DialConference {
                    action: format!("{base_url}/voice/conference?step=left"),
                    time_limit: seconds,
                    name: id.to_string(),
                    wait_url: format!("{base_url}/voice/conference/announcement"),
                    status_callback: format!("{base_url}/voice/conference/status#rc=3&rp=all"),
                });
                lambda::twiml(&VoiceResponse { verbs: vec![self.say(wording::joining()), dial] })
            }
            Admission::WrongCode if attempt < ATTEMPTS => {
                self.question(Some(wording::wrong_code()), attempt + 1)
            }
            Admission::WrongCode => self.last_words(wording::no_more_codes()),
            Admission::TryLater => self.last_words(wording::codes_refused()),
            Admission::Over => self.last_words(wording::conference_is_over()),
        }
    }
}
