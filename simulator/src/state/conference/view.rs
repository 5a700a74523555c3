//! Conferences as the control API shows them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Where a conference stands.
///
/// <https://www.twilio.com/docs/voice/api/conference-resource#conference-status-values>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceStatus {
    /// Somebody waits, or is being called; nobody hears anybody.
    Init,
    /// Started.
    InProgress,
    /// Over; another one in the same room has another SID.
    Completed,
}

impl ConferenceStatus {
    /// As Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
        }
    }
}

/// A conference and everybody who was ever in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConferenceView {
    /// `CF…`.
    pub sid: String,
    /// The room's name.
    pub friendly_name: String,
    /// Where it stands.
    pub status: ConferenceStatus,
    /// When the first participant came, RFC 3339.
    pub created_at: String,
    /// When it started.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// `ReasonConferenceEnded`.
    pub reason_ended: Option<String>,
    /// Who ended it, if that was a participant.
    pub call_sid_ending: Option<String>,
    /// In the order in which they came, or were called.
    pub participants: Vec<ParticipantView>,
}

impl ConferenceView {
    /// Those who are in the room.
    pub fn present(&self) -> impl Iterator<Item = &ParticipantView> {
        self.participants.iter().filter(|it| it.joined_at.is_some() && it.left_at.is_none())
    }
}

/// One stay in a conference: who comes back has another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParticipantView {
    /// `CA…`.
    pub call_sid: String,
    /// The phone at the call's far end; absent when that is another call.
    pub phone: Option<String>,
    /// Its label.
    pub label: Option<String>,
    /// Whether the others do not hear it.
    pub muted: bool,
    /// Whether it is on hold.
    pub hold: bool,
    /// Whom it coaches, if it does.
    pub coaching: Option<String>,
    /// When it came in, RFC 3339; absent while its phone rings.
    pub joined_at: Option<String>,
    /// When it left.
    pub left_at: Option<String>,
    /// `ReasonParticipantLeft`.
    pub reason_left: Option<String>,
}

pub(super) fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
