//! The call log as a list.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{CALLS, Calls};
use crate::{
    Error,
    aws::table::{Filter, Index, Item, Listing, Page, order_key, text},
    contacts::{CallOutcome, EntryDirection, EntryType},
};

/// A call in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CallSummary {
    /// Twilio's SID.
    pub call_sid: String,
    /// `voicemail` when the caller left a message, else `call`.
    #[serde(alias = "type")]
    pub kind: EntryType,
    /// Which way it went.
    #[serde(deserialize_with = "crate::contacts::direction")]
    pub direction: EntryDirection,
    /// Who called.
    pub from: String,
    /// Who was called; of a call that we placed for an agent, the agent's phone.
    pub to: String,
    /// The contact's number; null when the caller withheld it.
    #[serde(default, alias = "timeline_pk")]
    #[schema(required)]
    pub contact_number: Option<String>,
    /// Our number.
    #[serde(default)]
    #[schema(required)]
    pub our_number: Option<String>,
    /// Where it stands, in Twilio's words.
    pub status: String,
    /// What came of it; null while it lasts.
    #[serde(default)]
    #[schema(required)]
    pub outcome: Option<CallOutcome>,
    /// When it began.
    #[serde(
        alias = "listing_sk",
        serialize_with = "time::serde::rfc3339::serialize",
        deserialize_with = "crate::contacts::time_or_order_key"
    )]
    pub started_at: OffsetDateTime,
    /// When it ended.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub ended_at: Option<OffsetDateTime>,
    /// How long it was.
    #[serde(default)]
    #[schema(required)]
    pub duration_seconds: Option<u32>,
    /// The phone of the person who took it.
    #[serde(default)]
    #[schema(required)]
    pub answered_by: Option<String>,
    /// Who wanted it, of a call that we placed.
    #[serde(default)]
    #[schema(required)]
    pub by: Option<String>,
    /// Where to ask for a link to the message that the caller left.
    #[serde(default)]
    #[schema(required)]
    pub recording_url: Option<String>,
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    recording_sid: Option<String>,
}

impl CallSummary {
    fn from_item(mut item: Item) -> Result<Self, Error> {
        // Twilio's time of it, to the second; the list is in the order of ours.
        item.remove("started_at");
        Ok(serde_dynamo::from_item(item)?)
    }

    /// As it is shown, with an address at this API.
    pub fn shown(mut self, base_url: &str) -> Self {
        let sid = self.recording_sid.as_ref();
        self.recording_url = sid.map(|sid| format!("{base_url}/api/recordings/{sid}"));
        self
    }
}

/// Which calls are wanted: those that fulfil all that is given.
#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    /// Which way they went.
    pub direction: Option<EntryDirection>,
    /// Voicemails, or calls without one.
    pub kind: Option<EntryType>,
    /// Where they stand, in Twilio's words.
    pub status: Option<String>,
    /// What came of them.
    pub outcome: Option<CallOutcome>,
    /// Who called.
    pub from: Option<String>,
    /// Who was called.
    pub to: Option<String>,
    /// Calls that began at this time or later.
    pub started_after: Option<OffsetDateTime>,
    /// Calls that began before this time.
    pub started_before: Option<OffsetDateTime>,
}

impl CallFilter {
    fn filter(&self) -> Option<Filter> {
        let mut filter = Filter::default();
        let direction = self.direction.map(|direction| match direction {
            EntryDirection::Inbound => "inbound",
            _ => "outbound-api",
        });
        let kind = self.kind.map(|kind| match kind {
            EntryType::Voicemail => "voicemail",
            _ => "call",
        });
        let wanted = [
            ("direction", direction),
            ("type", kind),
            ("status", self.status.as_deref()),
            ("outcome", self.outcome.map(CallOutcome::as_str)),
            ("from", self.from.as_deref()),
            ("to", self.to.as_deref()),
        ];
        let mut any = false;
        for (name, value) in wanted {
            if let Some(value) = value {
                filter.equals(name, text(value));
                any = true;
            }
        }
        any.then_some(filter)
    }
}

impl Calls {
    /// Calls, the newest first. With filters, a page may be shorter than `limit` and not the last.
    pub async fn history(
        &self,
        wanted: &CallFilter,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<CallSummary>, Error> {
        if wanted
            .started_after
            .zip(wanted.started_before)
            .is_some_and(|(after, before)| after > before)
        {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let listing = Listing {
            index: Index::Listing,
            partition: CALLS,
            from: wanted.started_after.map(|at| order_key(at, "")).transpose()?,
            to: wanted.started_before.map(|at| order_key(at, "")).transpose()?,
            newest_first: true,
            limit,
            cursor,
            filter: wanted.filter(),
        };
        self.table.list(listing).await?.try_map(CallSummary::from_item)
    }
}
