//! The event log: every webhook, REST request, state change and warning.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::call::CallView;
use crate::clock;
use crate::message::MessageView;
use crate::transcript::Entry;

/// How many events and webhooks stay in memory.
const KEPT: usize = 10_000;

/// How many events a slow reader of the stream may lag behind.
const LAG: usize = 4_096;

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
    /// What Twilio's debugger would show.
    Warning {
        /// On which call; empty if it is about a message.
        call_sid: String,
        /// About which message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_sid: Option<String>,
        /// Twilio's error code.
        code: u32,
        /// What is wrong.
        message: String,
    },
    /// Calls, messages and logs were forgotten.
    Reset,
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
    /// Of which call; empty if it is about a message.
    pub call_sid: String,
    /// About which message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_sid: Option<String>,
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
}

/// What a webhook or a warning is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Call(String),
    Message(String),
}

impl Subject {
    /// The call's and the message's SID, as events have them.
    pub(crate) fn sids(&self) -> (String, Option<String>) {
        match self {
            Self::Call(sid) => (sid.clone(), None),
            Self::Message(sid) => (String::new(), Some(sid.clone())),
        }
    }
}

/// Keeps the newest events and tells them to whoever listens.
#[derive(Debug)]
pub(crate) struct EventLog {
    kept: Mutex<Kept>,
    listeners: broadcast::Sender<Arc<Event>>,
}

#[derive(Debug, Default)]
struct Kept {
    last_event: u64,
    last_webhook: u64,
    events: VecDeque<Arc<Event>>,
    webhooks: VecDeque<Arc<Event>>,
}

impl EventLog {
    pub(crate) fn new() -> Self {
        Self { kept: Mutex::default(), listeners: broadcast::Sender::new(LAG) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs what happens now.
    pub(crate) fn add(&self, mut what: Happening) {
        let mut kept = self.kept();
        kept.last_event += 1;
        let is_webhook = if let Happening::Webhook { webhook } = &mut what {
            kept.last_webhook += 1;
            webhook.id = kept.last_webhook;
            true
        } else {
            false
        };
        let event = Arc::new(Event { id: kept.last_event, at: clock::rfc3339_now(), what });
        if is_webhook {
            keep(&mut kept.webhooks, Arc::clone(&event));
        }
        keep(&mut kept.events, Arc::clone(&event));
        // Sent under the lock, so that listeners see events in order. Nobody
        // listening is no error.
        let _ = self.listeners.send(event);
    }

    /// The kept webhooks after `since`, oldest first.
    pub(crate) fn webhooks(&self, since: u64) -> Vec<Webhook> {
        let kept = self.kept();
        let webhooks = kept.webhooks.iter().filter_map(|event| match &event.what {
            Happening::Webhook { webhook } if webhook.id > since => Some(webhook.clone()),
            _ => None,
        });
        webhooks.collect()
    }

    /// The kept events after `since` (none of them for `None`), and those to come.
    pub(crate) fn listen(
        &self,
        since: Option<u64>,
    ) -> (VecDeque<Arc<Event>>, broadcast::Receiver<Arc<Event>>) {
        let kept = self.kept();
        let since = since.unwrap_or(kept.last_event);
        let past = kept.events.iter().filter(|event| event.id > since);
        (past.cloned().collect(), self.listeners.subscribe())
    }

    /// Forgets everything; numbers go on rising.
    pub(crate) fn clear(&self) {
        let mut kept = self.kept();
        kept.events.clear();
        kept.webhooks.clear();
    }
}

fn keep(queue: &mut VecDeque<Arc<Event>>, event: Arc<Event>) {
    if queue.len() == KEPT {
        queue.pop_front();
    }
    queue.push_back(event);
}
