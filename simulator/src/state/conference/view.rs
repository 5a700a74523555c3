//! Conferences as the control API shows them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Where a conference stands, from its first participant to its end.
///
/// <https://www.twilio.com/docs/voice/api/conference-resource#conference-status-values>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceStatus {
    /// Somebody waits, or is being called; nobody hears anybody.
    Init,
    /// The conference has started, and those in it hear each other.
    InProgress,
    /// Over; another one in the same room has another SID.
    Completed,
}

impl ConferenceStatus {
    /// The status as Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
        }
    }
}

/// A conference as the control API shows it, with all participants that it ever had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConferenceView {
    /// Its identifier, `CF…`.
    pub sid: String,
    /// The name of the room that it is in.
    pub friendly_name: String,
    /// Where it stands now.
    pub status: ConferenceStatus,
    /// When the first participant came, RFC 3339.
    pub created_at: String,
    /// When it started, RFC 3339; absent until it has.
    pub started_at: Option<String>,
    /// When it ended, RFC 3339; absent while it goes on.
    pub ended_at: Option<String>,
    /// Why it ended, as `ReasonConferenceEnded` has it.
    pub reason_ended: Option<String>,
    /// The call whose leaving ended it, if one did.
    pub call_sid_ending: Option<String>,
    /// In the order in which they came, or were called.
    pub participants: Vec<ParticipantView>,
}

impl ConferenceView {
    /// The participants that are in the room now.
    pub fn present(&self) -> impl Iterator<Item = &ParticipantView> {
        self.participants.iter().filter(|it| it.joined_at.is_some() && it.left_at.is_none())
    }
}

/// A participant as the control API shows it: one stay of a call in a conference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParticipantView {
    /// The call that takes part, `CA…`.
    pub call_sid: String,
    /// The phone at the call's far end; absent when that is another call.
    pub phone: Option<String>,
    /// The label by which REST knows it, if it has one.
    pub label: Option<String>,
    /// Whether the others do not hear it.
    pub muted: bool,
    /// Whether it is on hold, and so hears and says nothing in the room.
    pub hold: bool,
    /// The call that it coaches, if it coaches one.
    pub coaching: Option<String>,
    /// When it came in, RFC 3339; absent while its phone rings.
    pub joined_at: Option<String>,
    /// When it left, RFC 3339; absent while it is in the room.
    pub left_at: Option<String>,
    /// Why it left, as `ReasonParticipantLeft` has it.
    pub reason_left: Option<String>,
}

pub(super) fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
