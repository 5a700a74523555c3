//! Flows of Studio, which are kept and checked, and not run.
//!
//! <https://www.twilio.com/docs/studio/rest-api/v2/flow>

use serde_json::Value;
use time::OffsetDateTime;

/// A flow, with all of its revisions.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) sid: String,
    pub(crate) created: OffsetDateTime,
    /// Oldest first; there is always one.
    pub(crate) revisions: Vec<Revision>,
}

/// A flow as it was saved once.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    pub(crate) number: usize,
    pub(crate) friendly_name: String,
    pub(crate) definition: Value,
    /// Whether it was published, or is a draft.
    pub(crate) published: bool,
    pub(crate) commit_message: Option<String>,
    pub(crate) author_sid: Option<String>,
    pub(crate) saved: OffsetDateTime,
}

impl Revision {
    /// `Status`, as Twilio writes it.
    pub(crate) fn status(&self) -> &'static str {
        if self.published { "published" } else { "draft" }
    }
}
