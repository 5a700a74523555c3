//! A conference.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::AccessCode;
use crate::{
    aws::table::{Key, optional_milliseconds, whole_milliseconds},
    values::{ConferenceId, ConferenceSid, PhoneNumber},
};

/// The sort key of the item whose time to live is the conference's.
pub(super) const LIVE: &str = "LIVE";

impl ConferenceId {
    /// In whose partition all its items are.
    pub(super) fn partition(&self) -> String {
        format!("CONFERENCE#{self}")
    }

    /// Of the partition, the item of this sort key.
    pub(super) fn item(&self, sort: impl Into<String>) -> Key {
        Key::new(self.partition(), sort)
    }

    /// The conference's own item.
    pub(super) fn key(&self) -> Key {
        self.item("CONFERENCE")
    }

    /// The item whose time to live is the conference's.
    pub(super) fn live_key(&self) -> Key {
        self.item(LIVE)
    }

    /// Whose items are in a partition.
    pub fn of_partition(partition: &str) -> Option<Self> {
        partition.strip_prefix("CONFERENCE#")?.parse().ok()
    }
}

/// Where a conference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceStatus {
    /// Nobody is in it, or one who waits for the second.
    Inviting,
    /// It has started: two were in it.
    Active,
    /// It is over, and its code leads nowhere.
    Ended,
}

/// Why a conference ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// Everybody who was in it has hung up.
    EveryoneLeft,
    /// It came to its limit.
    TimeLimit,
    /// Its join window passed, and nobody was in it.
    NobodyJoined,
    /// Its join window passed, or its limit, and one was in it, alone.
    NobodyElseJoined,
    /// Somebody ended it by the API.
    Ended,
    /// It was never ready: whoever asked for it has no answer.
    NotCreated,
}

/// The conference itself, without who is in it.
#[derive(Clone, Debug, Deserialize)]
pub struct Conference {
    /// Ours.
    pub id: ConferenceId,
    /// Our number, that participants call and are called from.
    pub server_number: PhoneNumber,
    /// What lets a caller in.
    pub code: AccessCode,
    /// What it is about.
    pub subject: Option<String>,
    /// Where it stands.
    pub status: ConferenceStatus,
    /// Whether its code lets people in: not while its participants are being stored, and not when it
    /// has ended.
    #[serde(default)]
    pub live: bool,
    /// Who wanted it: the `sub` of an agent or a program.
    pub by: String,
    /// Our Twilio account.
    pub account_sid: String,
    /// The address of the API that participants' calls are sent to.
    pub base_url: String,
    /// Whether who is called must press a key.
    pub press_to_join: bool,
    /// When it was made.
    #[serde(with = "whole_milliseconds")]
    pub created_at: OffsetDateTime,
    /// Until when the second must have come.
    #[serde(with = "whole_milliseconds")]
    pub join_until: OffsetDateTime,
    /// How long the second may come.
    pub join_window_seconds: u32,
    /// How long it lasts at most, from its start.
    pub max_duration_seconds: u32,
    /// When it is over for certain: the latest end that is possible, and once it has started the
    /// limit itself.
    #[serde(with = "whole_milliseconds")]
    pub ends_by: OffsetDateTime,
    /// When the second came.
    #[serde(default, with = "optional_milliseconds")]
    pub started_at: Option<OffsetDateTime>,
    /// Until when somebody may be in it alone whom nobody else is expected to join.
    #[serde(default, with = "optional_milliseconds")]
    pub alone_until: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(default, with = "optional_milliseconds")]
    pub ended_at: Option<OffsetDateTime>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// When its rooms were closed, after its end.
    pub closed_at: Option<String>,
    /// Lifecycle of it at Twilio.
    #[serde(default)]
    pub rooms: HashSet<ConferenceSid>,
    /// Those of them that are over.
    #[serde(default)]
    pub ended_rooms: HashSet<ConferenceSid>,
}

impl Conference {
    /// Whether nothing of it is open at Twilio.
    pub fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    /// Whether its participants are being stored still.
    pub fn is_in_the_making(&self) -> bool {
        !self.live && self.status == ConferenceStatus::Inviting
    }

    /// When it is to be ended, as far as is known now.
    pub fn deadline(&self) -> OffsetDateTime {
        match self.status {
            ConferenceStatus::Active => self.ends_by,
            _ => self.alone_until.map_or(self.join_until, |alone| alone.min(self.join_until)),
        }
    }

    /// When everybody hears that it is about to end: 30 seconds before, half-way through a shorter
    /// one. `None` while it has not started.
    pub fn warning_at(&self) -> Option<OffsetDateTime> {
        let notice: Duration = Duration::seconds(self.max_duration_seconds.into()) / 2;
        (self.status == ConferenceStatus::Active)
            .then(|| self.ends_by - notice.min(Duration::seconds(30)))
    }
}
