//! Asks the app what to answer to a text, and does it.
//!
//! <https://www.twilio.com/docs/messaging/twiml>

use reqwest::Url;

use super::outbound::{self, Order, Refusal};
use crate::documents::{resolve, resolve_action, understand_reply};
use crate::simulator::Simulator;
use crate::state::leg_input::DocumentSource;
use crate::state::message::MessageDirection;
use crate::state::params::Params;
use crate::state::phone_number::PhoneNumber;
use crate::state::webhook::{Method, Subject, WebhookKind, WebhookRequest};
use crate::twiml::{MessagingDocument, MessagingVerb, Text};
use crate::webhook::Failure;

/// After so many documents for one text Twilio stops.
const MAX_DOCUMENTS: usize = 50;

/// So many replies to one text are sent.
///
/// <https://www.twilio.com/docs/api/errors/14109>
const MAX_REPLIES: usize = 10;

/// A text to the account while it is being answered.
struct Conversation {
    simulator: Simulator,
    about: Subject,
    number: PhoneNumber,
    /// The parameters of every webhook about the text.
    params: Params,
    /// The number that the text came from.
    from: String,
    replies: usize,
}

/// Asks the number's SMS URL and does what the answers say. Without a URL there
/// is nobody to ask.
pub(super) async fn ask(simulator: Simulator, sid: String, number: PhoneNumber, params: Params) {
    let Some(url) = number.sms_url.clone() else {
        return;
    };
    let from = params.0.get("From").cloned().unwrap_or_default();
    let mut next =
        Some(DocumentSource::Fetch { url, method: number.sms_method, params: Params::default() });
    let about = Subject::Message(sid);
    let mut talk = Conversation { simulator, about, number, params, from, replies: 0 };
    for _ in 0..MAX_DOCUMENTS {
        let Some(DocumentSource::Fetch { url, method, params }) = next else {
            return;
        };
        let Some((document, current)) = talk.load(&url, method, &params).await else {
            return;
        };
        next = talk.execute(document, &current);
    }
    let message = "endless <Redirect> or action: 50 documents for one message";
    talk.simulator.warn_about(&talk.about, 11_215, message);
}

impl Conversation {
    /// The document, or that of the fallback URL; `None` if neither can be had.
    async fn load(
        &self,
        url: &str,
        method: Method,
        more: &Params,
    ) -> Option<(MessagingDocument, Url)> {
        let failure = match self.fetch(WebhookKind::Message, url, method, more).await {
            Ok(loaded) => return Some(loaded),
            Err(failure) => failure,
        };
        self.simulator.warn_about(&self.about, failure.code, failure.message);
        let fallback = self.number.sms_fallback_url.as_deref()?;
        let mut more = more.clone();
        more.set("ErrorCode", failure.code.to_string());
        more.set("ErrorUrl", url);
        let method = self.number.sms_fallback_method;
        match self.fetch(WebhookKind::Fallback, fallback, method, &more).await {
            Ok(loaded) => Some(loaded),
            Err(failure) => {
                self.simulator.warn_about(&self.about, failure.code, failure.message);
                None
            }
        }
    }

    async fn fetch(
        &self,
        kind: WebhookKind,
        url: &str,
        method: Method,
        more: &Params,
    ) -> Result<(MessagingDocument, Url), Failure> {
        let mut params = self.params.clone();
        params.extend(more.clone());
        let url = url.to_owned();
        let about = self.about.clone();
        let request = WebhookRequest { kind, about, url, method, params, fault: None };
        let stopped = Err(Failure::new(11_200, "the simulator was stopped"));
        let answer = self.simulator.ask(request).await.unwrap_or(stopped)?;
        Ok((understand_reply(&answer)?, answer.url))
    }

    /// Runs a document and gives back what is asked next, if anything is.
    fn execute(&mut self, document: MessagingDocument, current: &Url) -> Option<DocumentSource> {
        for warning in document.warnings {
            self.simulator.warn_about(&self.about, warning.code, warning.message);
        }
        for verb in document.verbs {
            let (action, params) = match verb {
                MessagingVerb::Redirect(action) => (action, Params::default()),
                MessagingVerb::Message(text) => {
                    let params = self.reply(&text, current);
                    if text.action.url.is_none() {
                        continue;
                    }
                    (text.action, params)
                }
            };
            return match resolve_action(&action, Some(current), params) {
                Ok(source) => Some(source),
                Err(failure) => {
                    self.simulator.warn_about(&self.about, failure.code, failure.message);
                    None
                }
            };
        }
        None
    }

    fn reply(&mut self, text: &Text, current: &Url) -> Params {
        self.replies += 1;
        if self.replies > MAX_REPLIES {
            let message = "TwiML Reply message limit exceeded: 10 replies to one message";
            self.simulator.warn_about(&self.about, 14_109, message);
            return Params::default();
        }
        let defaults = (self.number.phone_number.as_str(), self.from.as_str());
        let direction = MessageDirection::OutboundReply;
        let sent = send_text(&self.simulator, text, Some(current), defaults, direction);
        outcome(&self.simulator, &self.about, sent)
    }
}

/// Sends what a verb says; `defaults` are its `from` and `to`.
///
/// # Errors
/// Twilio would not take it; the refusal has the code of the verb's error.
pub(crate) fn send_text(
    simulator: &Simulator,
    text: &Text,
    current: Option<&Url>,
    defaults: (&str, &str),
    direction: MessageDirection,
) -> Result<String, Refusal> {
    let absolute = |url: &String| resolve(current, url);
    let party = |own: &Option<String>, default: &str| own.clone().unwrap_or(default.to_owned());
    let order = Order {
        body: text.body.clone(),
        media_urls: text.media.iter().map(absolute).collect(),
        status_callback: text.status_callback.as_ref().map(absolute),
        ..Order::new(party(&text.from, defaults.0), party(&text.to, defaults.1), direction)
    };
    outbound::send(simulator, order).map_err(|refusal| {
        // TwiML has codes of its own for some: https://www.twilio.com/docs/api/errors/14101
        let (code, what) = match refusal.code {
            21_211 | 21_604 | 21_266 => (14_101, "Invalid 'to' attribute: "),
            21_212 | 21_603 | 21_606 => (14_102, "Invalid 'from' attribute: "),
            21_602 | 21_617 => (14_103, "Invalid Body: "),
            21_609 => (14_105, "Invalid 'statusCallback' attribute: "),
            code => (code, ""),
        };
        Refusal { code, message: format!("{what}{}", refusal.message) }
    })
}

/// The parameters that a verb's action gets; a refusal shows in the debugger.
pub(crate) fn outcome(
    simulator: &Simulator,
    about: &Subject,
    sent: Result<String, Refusal>,
) -> Params {
    let status =
        |status: &str| Params::default().with("MessageStatus", status).with("SmsStatus", status);
    match sent {
        Ok(sid) => status("sending").with("MessageSid", &sid).with("SmsSid", &sid),
        Err(refusal) => {
            simulator.warn_about(about, refusal.code, refusal.message);
            status("invalid")
        }
    }
}
