//! What the event log holds: every webhook, REST request, state change and warning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::state::call::CallView;
use crate::state::conference::{ConferenceStatus, ParticipantView};
use crate::state::message::MessageView;
use crate::state::transcript::Entry;
use crate::state::webhook::Webhook;

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
