//! A task: something that waits for a worker.
//!
//! <https://www.twilio.com/docs/taskrouter/lifecycle-task-state>

use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::view::TaskStatus;
use super::worker::object;
use crate::state::callback::Callback;

/// What a new task is made of.
#[derive(Clone, Debug)]
pub(crate) struct NewTask {
    pub(crate) attributes: String,
    /// The call that waits, if `<Enqueue>` made the task.
    pub(crate) call_sid: Option<String>,
    pub(crate) workflow_sid: String,
    pub(crate) priority: u32,
    pub(crate) channel: &'static str,
    /// How long it may wait.
    pub(crate) timeout: Duration,
    pub(crate) virtual_start: Option<OffsetDateTime>,
}

/// Where a task is in its workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A target of a filter.
    Target {
        filter: usize,
        target: usize,
    },
    Default,
}

/// A task of a workspace.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) sid: String,
    /// As the app wrote them, or as Twilio added to them.
    pub(crate) attributes: String,
    /// The call that `<Enqueue>` made it for.
    pub(crate) call_sid: Option<String>,
    pub(crate) status: TaskStatus,
    /// Why it was canceled or completed.
    pub(crate) reason: Option<String>,
    pub(crate) priority: u32,
    pub(crate) channel: &'static str,
    pub(crate) timeout: Duration,
    pub(crate) workflow_sid: String,
    pub(crate) queue_sid: Option<String>,
    pub(crate) queue_entered: Option<OffsetDateTime>,
    pub(crate) step: Option<Step>,
    /// How old it is when the timeouts of the targets so far are over.
    pub(crate) step_age: Duration,
    /// When the target's timeout is over, if it has one.
    pub(crate) step_ends: Option<Instant>,
    pub(crate) created: OffsetDateTime,
    pub(crate) born: Instant,
    pub(crate) updated: OffsetDateTime,
    pub(crate) virtual_start: OffsetDateTime,
    /// How often it was offered.
    pub(crate) offers: u32,
    pub(crate) version: u64,
    /// Whether REST shows it no more.
    pub(crate) deleted: bool,
    /// To the task that sends its events, one after the other.
    pub(crate) callbacks: UnboundedSender<Callback>,
}

impl Task {
    /// What expressions know of it.
    pub(crate) fn document(&self) -> Value {
        Value::Object(object(&self.attributes))
    }

    /// Adds an attribute, as Twilio does itself.
    pub(crate) fn set_attribute(&mut self, name: &str, value: &str) {
        let mut attributes = object(&self.attributes);
        attributes.insert(name.to_owned(), Value::String(value.to_owned()));
        self.attributes = Value::Object(attributes).to_string();
        self.touch();
    }

    /// Notes that something about it changed.
    pub(crate) fn touch(&mut self) {
        self.updated = OffsetDateTime::now_utc();
        self.version += 1;
    }
}
