//! A conference as it is stored.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::AccessCode;
use crate::{
    aws::table::{Key, optional_milliseconds, whole_milliseconds},
    values::{ConferenceId, ConferenceSid, PhoneNumber},
};

/// The sort key of the item whose time to live is that of the conference.
pub(super) const LIVE: &str = "LIVE";

impl ConferenceId {
    /// The partition that all items of the conference are in.
    pub(super) fn partition(&self) -> String {
        format!("CONFERENCE#{self}")
    }

    /// The key of the conference's item with this sort key.
    pub(super) fn item(&self, sort: impl Into<String>) -> Key {
        Key::new(self.partition(), sort)
    }

    /// The key of the conference's own item.
    pub(super) fn key(&self) -> Key {
        self.item("CONFERENCE")
    }

    /// The key of the item whose time to live is that of the conference.
    pub(super) fn live_key(&self) -> Key {
        self.item(LIVE)
    }

    /// The conference whose items are in a partition; `None` for other partitions.
    pub fn of_partition(partition: &str) -> Option<Self> {
        partition.strip_prefix("CONFERENCE#")?.parse().ok()
    }
}

/// How far a conference is between its creation and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceStatus {
    /// The conference has not started: nobody is in it, or one participant who waits for the
    /// second.
    Inviting,
    /// The conference has started: two participants were in it at the same time.
    Active,
    /// The conference is over, and its code leads nowhere.
    Ended,
}

/// Why a conference ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// All participants who were in it have left.
    EveryoneLeft,
    /// The conference reached its longest duration.
    TimeLimit,
    /// The join window passed, and nobody was in the conference.
    NobodyJoined,
    /// The join window or the longest duration passed, and one participant was in the conference,
    /// alone.
    NobodyElseJoined,
    /// A user of the API ended the conference.
    Ended,
    /// The conference was never ready, because the request for it was cut off.
    NotCreated,
}

/// A conference as it is stored, without its participants.
#[derive(Clone, Debug, Deserialize)]
pub struct Conference {
    /// Our id of the conference, which is its name at Twilio.
    pub id: ConferenceId,
    /// Our number, which participants call and are called from.
    pub server_number: PhoneNumber,
    /// The code with which callers get in.
    pub code: AccessCode,
    /// The subject of the conference; `None` if none was given.
    pub subject: Option<String>,
    /// How far the conference is.
    pub status: ConferenceStatus,
    /// Whether participants are let in: not while the participants are being stored, and not when
    /// the conference has ended.
    #[serde(default)]
    pub live: bool,
    /// The `sub` of the agent or the program that asked for the conference.
    pub by: String,
    /// The Twilio account that the conference belongs to.
    pub account_sid: String,
    /// The address of the API, which participants' calls are sent to.
    pub base_url: String,
    /// Whether a participant who is called must press a key to join.
    pub press_to_join: bool,
    /// How many participants were invited.
    #[serde(default)]
    pub invited_count: u32,
    /// The time at which the conference was created.
    #[serde(with = "whole_milliseconds")]
    pub created_at: OffsetDateTime,
    /// The time until which the second participant must have come.
    #[serde(with = "whole_milliseconds")]
    pub join_until: OffsetDateTime,
    /// How many seconds the second participant has to come, from the creation.
    pub join_window_seconds: u32,
    /// How many seconds the conference lasts at most, from its start.
    pub max_duration_seconds: u32,
    /// The time at which the conference is certainly over: the latest end that is possible, and
    /// once it has started the end of its longest duration.
    #[serde(with = "whole_milliseconds")]
    pub ends_by: OffsetDateTime,
    /// The time at which the second participant came; `None` until then.
    #[serde(default, with = "optional_milliseconds")]
    pub started_at: Option<OffsetDateTime>,
    /// The time until which a participant may be in the conference alone when no other is expected;
    /// `None` while others are.
    #[serde(default, with = "optional_milliseconds")]
    pub alone_until: Option<OffsetDateTime>,
    /// The time at which the conference ended; `None` until then.
    #[serde(default, with = "optional_milliseconds")]
    pub ended_at: Option<OffsetDateTime>,
    /// Why the conference ended; `None` until then.
    pub end_reason: Option<EndReason>,
    /// The time at which, after the end, its rooms at Twilio were closed; `None` until then.
    pub closed_at: Option<String>,
    /// The rooms that the conference has had at Twilio.
    #[serde(default)]
    pub rooms: HashSet<ConferenceSid>,
    /// Those of the rooms that are over.
    #[serde(default)]
    pub ended_rooms: HashSet<ConferenceSid>,
}

impl Conference {
    /// Whether nothing of the conference is open at Twilio any more.
    pub fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    /// Whether the participants are still being stored.
    pub fn is_in_the_making(&self) -> bool {
        !self.live && self.status == ConferenceStatus::Inviting
    }

    /// The time at which the conference is to be ended, as far as it is known now.
    pub fn deadline(&self) -> OffsetDateTime {
        match self.status {
            ConferenceStatus::Active => self.ends_by,
            _ => self.alone_until.map_or(self.join_until, |alone| alone.min(self.join_until)),
        }
    }

    /// The time at which all participants hear that the conference is about to end: 30 seconds
    /// before, or half-way through a conference of less than a minute. `None` while it has not
    /// started.
    pub fn warning_at(&self) -> Option<OffsetDateTime> {
        let notice: Duration = Duration::seconds(self.max_duration_seconds.into()) / 2;
        (self.status == ConferenceStatus::Active)
            .then(|| self.ends_by - notice.min(Duration::seconds(30)))
    }
}
