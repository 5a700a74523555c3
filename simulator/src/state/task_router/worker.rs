//! A worker: somebody, or something, that tasks can be given to.
//!
//! <https://www.twilio.com/docs/taskrouter/api/worker>

use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use crate::state::callback::Callback;

/// A worker of a workspace.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    /// As the app wrote them.
    pub(crate) attributes: String,
    pub(crate) activity_sid: String,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    /// When the activity last changed.
    pub(crate) status_changed: OffsetDateTime,
    pub(crate) in_activity_since: Instant,
    /// Rises with each worker that becomes idle.
    pub(crate) idle_since: u64,
    pub(crate) version: u64,
    /// To the task that sends events about it, once there was one.
    pub(crate) callbacks: Option<UnboundedSender<Callback>>,
}

impl Worker {
    /// What expressions know of the worker: its attributes, and fields of its own.
    pub(crate) fn document(&self, activity_name: &str) -> Value {
        let mut document = object(&self.attributes);
        for (name, value) in [
            ("sid", self.sid.as_str()),
            ("friendly_name", &self.friendly_name),
            ("activity_sid", &self.activity_sid),
            ("activity_name", activity_name),
        ] {
            document.insert(name.to_owned(), Value::String(value.to_owned()));
        }
        Value::Object(document)
    }

    /// Where its phone is, if its attributes say so.
    pub(crate) fn contact_uri(&self) -> Option<String> {
        let uri = object(&self.attributes).remove("contact_uri")?;
        uri.as_str().filter(|uri| !uri.is_empty()).map(str::to_owned)
    }
}

/// Attributes as an object; they were checked when they were set.
pub(super) fn object(attributes: &str) -> Map<String, Value> {
    serde_json::from_str(attributes).unwrap_or_default()
}
