//! What the event log holds: every webhook, REST request, state change and warning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::state::call::CallView;
use crate::state::conference::{ConferenceStatus, ParticipantView};
use crate::state::message::MessageView;
use crate::state::task_router::{TaskView, WorkerView};
use crate::state::transcript::Entry;
use crate::state::webhook::Webhook;

/// Something that happened, as the event stream tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Rises with each event; `0` never occurs.
    pub id: u64,
    /// When it happened, RFC 3339.
    pub at: String,
    /// What happened, with all that there is to tell.
    #[serde(flatten)]
    pub what: Happening,
}

/// The kinds of events; `type` in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Happening {
    /// A webhook was answered, failed or fell victim to a fault.
    Webhook {
        /// The attempt to deliver it.
        webhook: Webhook,
    },
    /// An app called Twilio's REST API.
    Rest {
        /// The HTTP method: `GET`, `POST` or `DELETE`.
        method: String,
        /// The path of the request, with its query.
        path: String,
        /// The form that the app sent.
        params: BTreeMap<String, String>,
        /// The HTTP status of the answer.
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
        /// The call that the transcript is of.
        call_sid: String,
        /// What was written down.
        entry: Entry,
    },
    /// A recording has a new status.
    Recording {
        /// The recording that has it.
        recording_sid: String,
        /// The call that was recorded, or that asked for the recording of a conference.
        call_sid: String,
        /// The new status: `in-progress`, `processing`, `completed` or `absent`.
        status: String,
    },
    /// A message has a new status, or arrived.
    Message {
        /// The message as it is now.
        message: MessageView,
    },
    /// Something happened in a conference, whether or not its app is told.
    Conference {
        /// The conference's identifier, `CF…`.
        conference_sid: String,
        /// The name of the room.
        friendly_name: String,
        /// What happened, as Twilio names it: `participant-join`, `conference-end` and the like.
        event: String,
        /// Where the conference stands by then.
        status: ConferenceStatus,
        /// The participant that it is about, if it is about one.
        participant: Option<ParticipantView>,
        /// Why it ended, once it has.
        reason: Option<String>,
    },
    /// Something happened in a TaskRouter workspace, whether or not its app is told.
    TaskRouter {
        /// The workspace's identifier, `WS…`.
        workspace_sid: String,
        /// What happened, as Twilio names it: `task.created`, `reservation.accepted` and the like.
        event: String,
        /// The task that it is about, if it is about one.
        task: Option<TaskView>,
        /// The worker that it is about, if it is about one.
        worker: Option<WorkerView>,
    },
    /// Something is wrong: what Twilio's debugger would show.
    Warning {
        /// The call that it is about; empty if it is about something else.
        call_sid: String,
        /// The message that it is about, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_sid: Option<String>,
        /// The conference that it is about, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conference_sid: Option<String>,
        /// The TaskRouter task that it is about, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task_sid: Option<String>,
        /// Twilio's code of the error.
        code: u32,
        /// What is wrong, in words.
        message: String,
    },
    /// Calls, messages and logs were forgotten.
    Reset,
}

impl Happening {
    /// The event's `type` in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Rest { .. } => "rest",
            Self::Call { .. } => "call",
            Self::Transcript { .. } => "transcript",
            Self::Recording { .. } => "recording",
            Self::Message { .. } => "message",
            Self::Conference { .. } => "conference",
            Self::TaskRouter { .. } => "task-router",
            Self::Warning { .. } => "warning",
            Self::Reset => "reset",
        }
    }
}
