//! Lists of the call log.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{CALLS, Calls};
use crate::{
    Error,
    aws::table::{Filter, Index, Item, Listing, Page, order_key, text},
    contacts::{CallOutcome, EntryDirection, EntryType},
    values::Address,
};

/// A call, as a list of calls shows it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CallSummary {
    /// Twilio's SID of the call, `CA…`.
    pub call_sid: String,
    /// The kind of call: `voicemail` when the caller left one, else `call`.
    #[serde(alias = "type")]
    pub kind: EntryType,
    /// Which way the call went: from the contact to us, or from us.
    #[serde(deserialize_with = "crate::contacts::direction")]
    pub direction: EntryDirection,
    /// The calling party: a number in E.164, a short code, a SIP address or `anonymous`.
    pub from: String,
    /// The party that was called; of a call that we placed for an agent, the agent's phone.
    pub to: String,
    /// The contact's number; null when the caller withheld it.
    #[serde(default)]
    #[schema(required)]
    pub contact_number: Option<Address>,
    /// Our number in the call; null when it is not known.
    #[serde(default)]
    #[schema(required)]
    pub our_number: Option<String>,
    /// The status of the call, in Twilio's words.
    pub status: String,
    /// The outcome of the call; null while the call lasts.
    #[serde(default)]
    #[schema(required)]
    pub outcome: Option<CallOutcome>,
    /// The time at which the call began.
    #[serde(
        serialize_with = "time::serde::rfc3339::serialize",
        deserialize_with = "crate::contacts::time_or_order_key"
    )]
    pub started_at: OffsetDateTime,
    /// The time at which the call ended; null until then.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub ended_at: Option<OffsetDateTime>,
    /// The duration of the call in seconds; null until it has ended.
    #[serde(default)]
    #[schema(required)]
    pub duration_seconds: Option<u32>,
    /// The phone of the person who took the call; null when nobody did.
    #[serde(default)]
    #[schema(required)]
    pub answered_by: Option<String>,
    /// Of a call through a queue: the name of the queue; else null.
    #[serde(default)]
    #[schema(required)]
    pub queue: Option<String>,
    /// Of a call through a queue: the name of the agent who took it; else null.
    #[serde(default)]
    #[schema(required)]
    pub agent_name: Option<String>,
    /// Of a call through a queue: how many seconds the caller waited; else null.
    #[serde(default)]
    #[schema(required)]
    pub waited_seconds: Option<u32>,
    /// Of a call through a queue: how many seconds caller and agent were connected; else
    /// null.
    #[serde(default)]
    #[schema(required)]
    pub talked_seconds: Option<u32>,
    /// Of a call that we placed: the `sub` of the agent or the program that asked for it; else
    /// null.
    #[serde(default)]
    #[schema(required)]
    pub by: Option<String>,
    /// The address at this API that gives a link to the voicemail; null when there is none.
    #[serde(default)]
    #[schema(required)]
    pub recording_url: Option<String>,
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    recording_sid: Option<String>,
}

impl CallSummary {
    fn from_item(mut item: Item) -> Result<Self, Error> {
        Index::Timeline.name_partition(&mut item, "contact_number");
        // Twilio's time of it is to the second; the list is in the order of ours.
        Index::Listing.name_sort_key(&mut item, "started_at");
        Ok(serde_dynamo::from_item(item)?)
    }

    /// The call as the API shows it, with the address of the voicemail at this API.
    pub fn shown(mut self, base_url: &str) -> Self {
        let sid = self.recording_sid.as_ref();
        self.recording_url = sid.map(|sid| format!("{base_url}/api/recordings/{sid}"));
        self
    }
}

/// A filter for calls: those that fulfil all conditions that are given.
#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    /// Only calls that went this way.
    pub direction: Option<EntryDirection>,
    /// Only voicemails, or only calls whose callers left none.
    pub kind: Option<EntryType>,
    /// Only calls with this status, in Twilio's words.
    pub status: Option<String>,
    /// Only calls that had this outcome.
    pub outcome: Option<CallOutcome>,
    /// Only calls from this party.
    pub from: Option<String>,
    /// Only calls to this party.
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
    /// A page of calls, the newest first. With a filter, a page may be shorter than `limit` and not
    /// be the last.
    ///
    /// # Errors
    /// 400 for a cursor that no page gave.
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
