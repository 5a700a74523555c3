//! A participant: one stay of a call in a conference.

use time::OffsetDateTime;

use super::reasons::Leave;
use super::sound::{Playing, Sound, Speaking};
use super::view::{ParticipantView, rfc3339};

/// A call's stay in a conference: one that comes back has another.
#[derive(Debug)]
pub(crate) struct Participant {
    /// Tells this stay from another of the same call.
    pub(crate) ticket: u64,
    pub(crate) call_sid: String,
    pub(crate) phone: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) muted: bool,
    pub(crate) hold: bool,
    pub(crate) coaching: bool,
    pub(crate) call_sid_to_coach: Option<String>,
    pub(crate) start_on_enter: bool,
    pub(crate) end_on_exit: bool,
    pub(crate) beep_on_exit: bool,
    pub(crate) wait: Sound,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    /// When it came in; nothing yet while its phone rings.
    pub(crate) joined: Option<OffsetDateTime>,
    pub(crate) left: Option<Leave>,
    /// Hold music, or what plays before the conference starts.
    pub(crate) music: Option<Playing>,
    pub(crate) announcements: Vec<Playing>,
    pub(crate) speaking: Option<Speaking>,
}

impl Participant {
    /// Whether it is in the room.
    pub(crate) fn is_in(&self) -> bool {
        self.joined.is_some() && self.left.is_none()
    }

    /// Whether it is in the room, or its phone is being called.
    pub(crate) fn is_expected(&self) -> bool {
        self.left.is_none()
    }

    /// Whether it hears what is said in the room.
    pub(crate) fn listens(&self) -> bool {
        self.is_in() && !self.hold
    }

    /// Whether the room hears what it says.
    pub(crate) fn is_audible(&self) -> bool {
        self.listens() && !self.muted
    }

    /// Whether it waits for the start.
    pub(crate) fn waits(&self, in_progress: bool) -> bool {
        self.is_in() && !in_progress && !self.hold
    }

    /// The participant as the control API shows it.
    pub(crate) fn view(&self) -> ParticipantView {
        ParticipantView {
            call_sid: self.call_sid.clone(),
            phone: self.phone.clone(),
            label: self.label.clone(),
            muted: self.muted,
            hold: self.hold,
            coaching: self.call_sid_to_coach.clone().filter(|_| self.coaching),
            joined_at: self.joined.map(rfc3339),
            left_at: self.left.as_ref().map(|left| rfc3339(left.at)),
            reason_left: self.left.as_ref().map(|left| left.reason.as_str().to_owned()),
        }
    }
}
