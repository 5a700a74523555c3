//! Callbacks as data: where a call's progress is told, and what waits to be sent.

use crate::state::call_status::CallStatus;
use crate::state::webhook::{Method, WebhookRequest};

/// Where a call's progress is told, and which of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallbackTarget {
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) events: Vec<CallEvent>,
}

/// The steps of a call that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallEvent {
    Initiated,
    Ringing,
    Answered,
    Completed,
}

impl CallEvent {
    /// The step that has this name in `StatusCallbackEvent`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "initiated" => Some(Self::Initiated),
            "ringing" => Some(Self::Ringing),
            "answered" => Some(Self::Answered),
            "completed" => Some(Self::Completed),
            _ => None,
        }
    }

    /// The step that a new status is.
    pub(crate) fn of(status: CallStatus) -> Option<Self> {
        match status {
            CallStatus::Queued => None,
            CallStatus::Initiated => Some(Self::Initiated),
            CallStatus::Ringing => Some(Self::Ringing),
            CallStatus::InProgress => Some(Self::Answered),
            _ => Some(Self::Completed),
        }
    }
}

/// A callback that waits for its turn.
#[derive(Debug)]
pub(crate) struct Callback {
    pub(crate) request: WebhookRequest,
    /// What it is, in words that are the same in every run: the faults' key.
    pub(crate) key: String,
}

impl Callback {
    /// A webhook, and what it is in words that are the same in every run.
    pub(crate) fn new(key: String, request: WebhookRequest) -> Self {
        Self { request, key }
    }
}
