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
    values::PhoneNumber,
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
            JoinStep::Left => Ok(words.last(wording::conference_is_left())),
            JoinStep::Called { purpose, step } => self.called(call, purpose, step, words).await,
            JoinStep::Code { attempt, invited_at } => {
                self.calling(call, attempt, invited_at, words).await
            }
            JoinStep::Number { attempt } => Ok(number(call, attempt, words)),
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
                Ok(words.admission(admission, ATTEMPTS, None))
            }
            (CalledStep::Asked, None) => Ok(Verb::Hangup.into()),
        }
    }

    /// Answers a webhook of a caller who gives codes.
    async fn calling(
        &self,
        call: &Webhook<VoiceCall>,
        attempt: u32,
        invited_at: Option<PhoneNumber>,
        words: Words<'_>,
    ) -> Result<VoiceResponse, Error> {
        if attempt == 0 {
            return Ok(match self.calls.record_code_asked(&call.data).await? {
                true => words.question(None, 1, None),
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
                let invited_at = invited_at.as_ref();
                let entrance = Entrance { call, server_number, attempt, digits, invited_at };
                self.doorkeeper.admit_by_code(entrance).await?
            }
        };
        Ok(words.admission(admission, attempt, invited_at))
    }
}

/// Answers a caller who gives the number at which they were invited: asks for the code again.
fn number(call: &Webhook<VoiceCall>, attempt: u32, words: Words<'_>) -> VoiceResponse {
    let typed = call.form.get("Digits").unwrap_or_default();
    match call.data.to.number().and_then(|ours| as_dialled(typed, ours)) {
        Some(number) => words.question(None, attempt + 1, Some(number)),
        None => words.last(wording::codes_refused()),
    }
}

/// A number as its keys were pressed: with the calling code, or as it is dialled in the country of
/// our number, whose numbers are as long as ours where this cannot be told otherwise.
fn as_dialled(typed: &str, ours: &PhoneNumber) -> Option<PhoneNumber> {
    let digits = typed.trim_start_matches('0');
    if digits.is_empty() {
        return None;
    }
    let missing = ours.as_str().len().checked_sub(digits.len()).filter(|missing| *missing > 1);
    let prefix = missing.map_or("+", |missing| &ours.as_str()[..missing]);
    format!("{prefix}{digits}").parse().ok()
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
    fn question(
        self,
        before: Option<String>,
        attempt: u32,
        invited_at: Option<PhoneNumber>,
    ) -> VoiceResponse {
        let step = JoinStep::Code { attempt, invited_at };
        let question = Verb::Gather(self.gather(step, wording::enter_code()));
        let before = before.map(|text| self.say(text));
        VoiceResponse { verbs: before.into_iter().chain([question]).collect() }
    }

    /// Waits for keys that end with the pound key.
    fn gather(self, step: JoinStep, question: String) -> Gather {
        Gather {
            input: "dtmf".into(),
            action: WebhookUrl::Conference(step).at(self.base_url),
            timeout: Some("8".into()),
            finish_on_key: Some("#".into()),
            prompts: vec![self.settings.say(question)],
            ..Gather::default()
        }
    }

    fn last(self, text: String) -> VoiceResponse {
        VoiceResponse { verbs: vec![self.say(text), Verb::Hangup] }
    }

    fn admission(
        self,
        admission: Admission,
        attempt: u32,
        invited_at: Option<PhoneNumber>,
    ) -> VoiceResponse {
        match admission {
            Admission::In(id, seconds) => {
                let dial = Verb::DialConference(DialConference {
                    action: WebhookUrl::Conference(JoinStep::Left).at(self.base_url),
                    time_limit: seconds,
                    name: id.to_string(),
                    wait_url: Some(WebhookUrl::Announcement { seconds: None }.at(self.base_url)),
                    status_callback: Some(WebhookUrl::ConferenceStatus.at(self.base_url)),
                });
                VoiceResponse { verbs: vec![self.say(wording::joining()), dial] }
            }
            Admission::WrongCode if attempt < ATTEMPTS => {
                self.question(Some(wording::wrong_code()), attempt + 1, invited_at)
            }
            Admission::WrongCode => self.last(wording::no_more_codes()),
            Admission::AskForNumber if attempt < ATTEMPTS => {
                let step = JoinStep::Number { attempt };
                Verb::Gather(self.gather(step, wording::enter_number())).into()
            }
            Admission::TryLater | Admission::AskForNumber => self.last(wording::codes_refused()),
            Admission::Over => self.last(wording::conference_is_over()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_understood_with_its_calling_code_and_as_it_is_dialled_at_home() {
        let us = "+15005550100".parse().unwrap();
        let read = |typed: &str| as_dialled(typed, &us).map(|number| number.to_string());
        for typed in ["15005550111", "5005550111", "0015005550111"] {
            assert_eq!(read(typed).as_deref(), Some("+15005550111"), "{typed}");
        }
        assert_eq!(read("442079460000").as_deref(), Some("+442079460000"));
        assert_eq!(read(""), None);
        assert_eq!(read("*"), None);
        let german = "+4930123456".parse().unwrap();
        assert_eq!(as_dialled("030 654321", &german), None);
        assert_eq!(as_dialled("030654321", &german).unwrap().to_string(), "+4930654321");
    }
}
