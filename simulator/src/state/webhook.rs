//! A webhook: what is to be sent, and what came of each attempt.

use std::collections::BTreeMap;

use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::state::params::Params;

/// The HTTP methods that a webhook can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    /// `POST`, the default of every webhook.
    #[default]
    Post,
}

impl Method {
    /// `GET` or `POST`, in any case; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            _ => None,
        }
    }

    /// The method as Twilio writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A webhook that is to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct WebhookRequest {
    pub(crate) kind: WebhookKind,
    pub(crate) about: Subject,
    /// The URL as the app gave it, with fragment and credentials.
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) params: Params,
    /// Which fault shaped this delivery, for the log.
    pub(crate) fault: Option<&'static str>,
}

/// One attempt to deliver a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Webhook {
    /// The number of the attempt, which rises with each that has finished.
    pub id: u64,
    /// When it was sent, RFC 3339.
    pub sent_at: String,
    /// What the webhook is for.
    pub kind: WebhookKind,
    /// The call that it is about; empty if it is about something else.
    pub call_sid: String,
    /// The message that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_sid: Option<String>,
    /// The conference that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference_sid: Option<String>,
    /// The TaskRouter task that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_sid: Option<String>,
    /// Where it was sent, with the query, without fragment and credentials.
    pub url: String,
    /// The HTTP method, `GET` or `POST`.
    pub method: String,
    /// The form that was sent; for GET it is in the URL as well.
    pub params: BTreeMap<String, String>,
    /// The header `X-Twilio-Signature`; empty if there was none.
    pub signature: String,
    /// The header `I-Twilio-Idempotency-Token`, equal for all attempts of a webhook.
    pub idempotency_token: String,
    /// Which attempt at this webhook it is, from 1.
    pub attempt: u32,
    /// Real time to the end of the answer.
    pub latency_ms: f64,
    /// The app's answer; absent when there was none.
    pub response: Option<WebhookResponse>,
    /// Why the attempt failed: Twilio's error code and text.
    pub error: Option<WebhookError>,
    /// Which fault struck: `drop`, `duplicate`, `reorder`.
    pub fault: Option<String>,
    /// Whether http was spoken although the URL has https: `--plain-http`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_http: bool,
}

/// An app's answer to a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookResponse {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The body, in most cases TwiML.
    pub body: String,
}

/// Why an attempt to deliver a webhook failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookError {
    /// Twilio's error code, as in <https://www.twilio.com/docs/api/errors/11200>.
    pub code: u32,
    /// What happened, in words.
    pub message: String,
}

/// What a webhook is for: to ask, or to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookKind {
    /// Asks what to do: a number's voice URL or a verb's action.
    Voice,
    /// Asks the fallback URL after the first failed.
    Fallback,
    /// Tells of the progress of a call.
    Status,
    /// Tells of the progress of a recording.
    Recording,
    /// Asks what to answer to a text: a number's SMS URL or a verb's action.
    Message,
    /// Tells of the progress of a message.
    MessageStatus,
    /// Tells of something that happened in a conference.
    Conference,
    /// Asks what to play in a conference: wait and hold music, announcements.
    Music,
    /// Asks what to do with a worker that TaskRouter has reserved.
    Assignment,
    /// Tells of something that happened in a TaskRouter workspace.
    TaskRouter,
}

impl WebhookKind {
    /// Whether it comes from TaskRouter.
    pub(crate) fn is_task_router(self) -> bool {
        matches!(self, Self::Assignment | Self::TaskRouter)
    }

    /// Whether the answer is a document, and not just taken note of.
    pub(crate) fn asks(self) -> bool {
        matches!(self, Self::Voice | Self::Fallback | Self::Message | Self::Music)
    }
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
    /// The task, and the call that waits for it, if it is about such.
    TaskRouter {
        task_sid: Option<String>,
        call_sid: Option<String>,
    },
}

/// What something is about, as events have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sids {
    /// Empty if it is about no call.
    pub(crate) call: String,
    pub(crate) message: Option<String>,
    pub(crate) conference: Option<String>,
    pub(crate) task: Option<String>,
}

impl Subject {
    /// The SIDs of what it is about, as events have them.
    pub(crate) fn sids(&self) -> Sids {
        let none = Sids::default();
        match self.clone() {
            Self::Call(call) => Sids { call, ..none },
            Self::Message(sid) => Sids { message: Some(sid), ..none },
            Self::Conference { sid, call_sid } => {
                Sids { call: call_sid.unwrap_or_default(), conference: Some(sid), ..none }
            }
            Self::TaskRouter { task_sid, call_sid } => {
                Sids { call: call_sid.unwrap_or_default(), task: task_sid, ..none }
            }
        }
    }
}

/// Whether this is a URL that Twilio could request.
pub(crate) fn is_url(url: &str) -> bool {
    let parsed = Url::parse(url);
    parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
