//! What callers and called participants hear on their way into a conference, webhook by webhook.

use super::{Admission, Doorkeeper, Entrance};
use crate::{
    Error,
    aws::table::Table,
    calls::Calls,
    company::{settings::Settings, wording},
    error::bad_request,
    lambda::Webhook,
    twilio::{
        twiml::{DialConference, Gather, Verb, VoiceResponse},
        voice::VoiceCall,
    },
    webhooks::{CallPurpose, CalledStep, JoinStep, WebhookUrl},
};

/// How many codes a call may give.
const ATTEMPTS: u32 = 3;

/// Talks with callers who give a code, and with participants who were called.
#[derive(Debug)]
pub struct Conversation {
    calls: Calls,
    doorkeeper: Doorkeeper,
}

impl Conversation {
    /// A conversation whose calls and conferences are in this table.
    pub fn new(table: Table) -> Self {
        Self { calls: Calls::new(table.clone()), doorkeeper: Doorkeeper::new(table) }
    }

    /// Answers one webhook of a call that wants to join a conference.
    ///
    /// # Errors
    /// 400 for an address that is not one of a conference, and for a called number that is not in
    /// E.164.
    pub async fn answer(
        &self,
        call: &Webhook<VoiceCall>,
        settings: &Settings,
    ) -> Result<VoiceResponse, Error> {
        let WebhookUrl::Conference(step) = call.url()? else {
            return Err(Error::internal("this is not the webhook of a conference"));
        };
        let words = Words { base_url: &call.base_url, settings };
        match step {
            JoinStep::Left => Ok(words.last(wording::conference_is_over())),
            JoinStep::Called { purpose, step } => self.called(call, purpose, step, words).await,
            JoinStep::Code { attempt } => self.calling(call, attempt, words).await,
        }
    }

    /// Answers a webhook of a call to a participant, which they or their carrier's voicemail have
    /// answered.
    async fn called(
        &self,
        call: &Webhook<VoiceCall>,
        purpose: CallPurpose,
        step: CalledStep,
        words: Words<'_>,
    ) -> Result<VoiceResponse, Error> {
        match (step, call.form.get("Digits")) {
            (CalledStep::Answered, _) => {
                // The answer to the request that placed it may be lost; this says all it said.
                self.calls.record_placed(&call.data, &purpose).await?;
                let step = JoinStep::Called { purpose, step: CalledStep::Asked };
                let action = WebhookUrl::Conference(step).at(words.base_url);
                let company = &words.settings.company_name;
                let question = words.settings.say(wording::press_to_join(company));
                Ok(Verb::Gather(Gather::any_key(action, question)).into())
            }
            (CalledStep::Accepted, _) | (CalledStep::Asked, Some(_)) => {
                let admission = self.doorkeeper.admit_called(&call.data, &purpose).await?;
                Ok(words.admission(admission, ATTEMPTS))
            }
            (CalledStep::Asked, None) => Ok(Verb::Hangup.into()),
        }
    }

    /// Answers a webhook of a caller who gives codes.
    async fn calling(
        &self,
        call: &Webhook<VoiceCall>,
        attempt: u32,
        words: Words<'_>,
    ) -> Result<VoiceResponse, Error> {
        if attempt == 0 {
            return Ok(match self.calls.record_code_asked(&call.data).await? {
                true => words.question(None, 1),
                false => Verb::Reject.into(),
            });
        }
        let server_number = call.data.to.number();
        let server_number =
            server_number.ok_or_else(|| bad_request("parameter To is no number"))?;
        let admission = match call.form.get("Digits") {
            // Nothing was guessed.
            None => Admission::WrongCode,
            Some(digits) => {
                let call = &call.data;
                let entrance = Entrance { call, server_number, attempt, digits };
                self.doorkeeper.admit_by_code(entrance).await?
            }
        };
        Ok(words.admission(admission, attempt))
    }
}

/// Makes the TwiML that people hear, in the company's voice.
#[derive(Clone, Copy)]
struct Words<'a> {
    base_url: &'a str,
    settings: &'a Settings,
}

impl Words<'_> {
    fn say(self, text: String) -> Verb {
        Verb::Prompt(self.settings.say(text))
    }

    /// Asks for a code, behind a sentence if there is one.
    fn question(self, before: Option<String>, attempt: u32) -> VoiceResponse {
        let question = Verb::Gather(Gather {
            input: "dtmf".into(),
            action: WebhookUrl::Conference(JoinStep::Code { attempt }).at(self.base_url),
            timeout: Some("8".into()),
            finish_on_key: Some("#".into()),
            prompts: vec![self.settings.say(wording::enter_code())],
            ..Gather::default()
        });
        let before = before.map(|text| self.say(text));
        VoiceResponse { verbs: before.into_iter().chain([question]).collect() }
    }

    fn last(self, text: String) -> VoiceResponse {
        VoiceResponse { verbs: vec![self.say(text), Verb::Hangup] }
    }

    fn admission(self, admission: Admission, attempt: u32) -> VoiceResponse {
        match admission {
            Admission::In(id, seconds) => {
                let dial = Verb::DialConference(DialConference {
                    action: WebhookUrl::Conference(JoinStep::Left).at(self.base_url),
                    time_limit: seconds,
                    name: id.to_string(),
                    wait_url: WebhookUrl::Announcement { seconds: None }.at(self.base_url),
                    status_callback: WebhookUrl::ConferenceStatus.at(self.base_url),
                });
                VoiceResponse { verbs: vec![self.say(wording::joining()), dial] }
            }
            Admission::WrongCode if attempt < ATTEMPTS => {
                self.question(Some(wording::wrong_code()), attempt + 1)
            }
            Admission::WrongCode => self.last(wording::no_more_codes()),
            Admission::TryLater => self.last(wording::codes_refused()),
            Admission::Over => self.last(wording::conference_is_over()),
        }
    }
}
