//! What the event log holds: every webhook, REST request, state change and warning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::call::CallView;
use crate::conference::{ConferenceStatus, ParticipantView};
use crate::message::MessageView;
use crate::transcript::Entry;

/// Something that happened, as the event stream tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Rises with each event; `0` never occurs.
    pub id: u64,
    /// When, RFC 3339.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub what: Happening,
}

/// The kinds of events; `type` in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Happening {
    /// A webhook was answered, failed or fell victim to a fault.
    Webhook {
        /// The attempt.
        webhook: Webhook,
    },
    /// Somebody called Twilio's REST API.
    Rest {
        /// `GET`, `POST` or `DELETE`.
        method: String,
        /// With its query.
        path: String,
        /// The form that was sent.
        params: BTreeMap<String, String>,
        /// HTTP status of the answer.
        status: u16,
        /// Which fault struck, if one did.
        fault: Option<String>,
    },
    /// A call has a new status.
    Call {
        /// The call as it is now.
        call: CallView,
    },
    /// A transcript has a new entry.
    Transcript {
        /// Whose.
        call_sid: String,
        /// The entry.
        entry: Entry,
    },
    /// A recording has a new status.
    Recording {
        /// Which.
        recording_sid: String,
        /// Of which call.
        call_sid: String,
        /// `in-progress`, `processing`, `completed` or `absent`.
        status: String,
    },
    /// A message has a new status, or arrived.
    Message {
        /// The message as it is now.
        message: MessageView,
    },
    /// Something happened in a conference, whether or not its app is told.
    Conference {
        /// `CF…`.
        conference_sid: String,
        /// The room's name.
        friendly_name: String,
        /// As Twilio names it: `participant-join`, `conference-end` and the like.
        event: String,
        /// Where the conference stands now.
        status: ConferenceStatus,
        /// To whom, if it was about one participant.
        participant: Option<ParticipantView>,
        /// Why it ended, once it has.
        reason: Option<String>,
    },
    /// What Twilio's debugger would show.
    Warning {
        /// On which call; empty if it is about something else.
        call_sid: String,
        /// About which message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_sid: Option<String>,
        /// About which conference.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conference_sid: Option<String>,
        /// Twilio's error code.
        code: u32,
        /// What is wrong.
        message: String,
    },
    /// Calls, messages and logs were forgotten.
    Reset,
}

impl Happening {
    /// Its `type` in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Rest { .. } => "rest",
            Self::Call { .. } => "call",
            Self::Transcript { .. } => "transcript",
            Self::Recording { .. } => "recording",
            Self::Message { .. } => "message",
            Self::Conference { .. } => "conference",
            Self::Warning { .. } => "warning",
            Self::Reset => "reset",
        }
    }
}

/// One attempt to deliver a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Webhook {
    /// Rises with each finished attempt.
    pub id: u64,
    /// When it was sent, RFC 3339.
    pub sent_at: String,
    /// What it is for.
    pub kind: WebhookKind,
    /// Of which call; empty if it is about something else.
    pub call_sid: String,
    /// About which message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_sid: Option<String>,
    /// About which conference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference_sid: Option<String>,
    /// Where it was sent, with the query, without fragment and credentials.
    pub url: String,
    /// `GET` or `POST`.
    pub method: String,
    /// The form; for GET they are in the URL as well.
    pub params: BTreeMap<String, String>,
    /// `X-Twilio-Signature`.
    pub signature: String,
    /// `I-Twilio-Idempotency-Token`: equal for all attempts.
    pub idempotency_token: String,
    /// From 1.
    pub attempt: u32,
    /// Real time to the end of the answer.
    pub latency_ms: f64,
    /// The app's answer; absent when there was none.
    pub response: Option<WebhookResponse>,
    /// Why the attempt failed: Twilio's error code and text.
    pub error: Option<WebhookError>,
    /// Which fault struck: `drop`, `duplicate`, `reorder`.
    pub fault: Option<String>,
}

/// An app's answer to a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookResponse {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The body, in most cases TwiML.
    pub body: String,
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookError {
    /// Twilio's error code, as in <https://www.twilio.com/docs/api/errors/11200>.
    pub code: u32,
    /// What happened.
    pub message: String,
}

/// What a webhook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookKind {
    /// Asks what to do: a number's voice URL or a verb's action.
    Voice,
    /// Asks the fallback URL after the first failed.
    Fallback,
    /// Tells of a call's progress.
    Status,
    /// Tells of a recording's progress.
    Recording,
    /// Asks what to answer to a text: a number's SMS URL or a verb's action.
    Message,
    /// Tells of a message's progress.
    MessageStatus,
    /// Tells of something that happened in a conference.
    Conference,
    /// Asks what to play in a conference: wait and hold music, announcements.
    Music,
}

/// What a webhook or a warning is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Call(String),
    Message(String),
    /// The call of the participant that it is about, if it is about one.
    Conference {
        sid: String,
        call_sid: Option<String>,
    },
}

impl Subject {
    /// The call's, the message's and the conference's SID, as events have them.
    pub(crate) fn sids(&self) -> (String, Option<String>, Option<String>) {
        match self {
            Self::Call(sid) => (sid.clone(), None, None),
            Self::Message(sid) => (String::new(), Some(sid.clone()), None),
            Self::Conference { sid, call_sid } => {
                (call_sid.clone().unwrap_or_default(), None, Some(sid.clone()))
            }
        }
    }
}
