//! Conferences: rooms in which several calls hear each other.
//!
//! A room's state is in one place, like a call's; what happens in it is a method of [`Room`], which
//! holds the state while it works and touches calls and phones when it is done.
//!
//! <https://www.twilio.com/docs/voice/twiml/conference>,
//! <https://www.twilio.com/docs/voice/api/conference-resource>

mod admission;
mod events;
mod life;
mod moderation;
mod player;
mod room;
mod seat;
mod sound;
mod tape;
mod view;

use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use crate::call::CallStatus;
use crate::webhook::callbacks::Callback;
pub(crate) use admission::{Admission, Refusal, admits};
pub(crate) use events::{EventTarget, RoomEvent};
pub(crate) use moderation::Changes;
pub(crate) use room::{Room, Rooms};
pub(crate) use seat::{Beep, MOST_PARTICIPANTS, RecordRequest, Seat, Sound};
pub(crate) use sound::Noise;
pub use view::{ConferenceStatus, ConferenceView, ParticipantView};

use player::Playing;
use sound::Speaking;
use tape::Tape;

/// One conference: from the first participant of a room to its last.
#[derive(Debug)]
pub(crate) struct Conference {
    pub(crate) sid: String,
    /// The room's name: of all conferences in it, at most one is not over.
    pub(crate) name: String,
    pub(crate) status: ConferenceStatus,
    pub(crate) region: String,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    pub(crate) started: Option<OffsetDateTime>,
    pub(crate) ended: Option<OffsetDateTime>,
    /// When it came to be, for the fault that hides it from REST.
    pub(crate) born: Instant,
    /// Everybody who was ever in it or called into it, in that order.
    pub(crate) participants: Vec<Participant>,
    pub(crate) end: Option<End>,
    /// Whom to tell what: the first participant's wish.
    events: Option<EventTarget>,
    sequence: u64,
    callbacks: UnboundedSender<Callback>,
    tape: Option<Tape>,
    /// Announcements to all that are being played.
    announcements: Vec<Playing>,
}

/// Somebody in a conference.
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
    beep_on_exit: bool,
    wait: Sound,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    /// When it came in; nothing yet while its phone rings.
    pub(crate) joined: Option<OffsetDateTime>,
    pub(crate) left: Option<Leave>,
    /// Hold music, or what plays before the conference starts.
    music: Option<Playing>,
    announcements: Vec<Playing>,
    speaking: Option<Speaking>,
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
    fn listens(&self) -> bool {
        self.is_in() && !self.hold
    }

    /// Whether the room hears what it says.
    fn is_audible(&self) -> bool {
        self.listens() && !self.muted
    }
}

/// How a participant left.
#[derive(Clone, Debug)]
pub(crate) struct Leave {
    pub(crate) at: OffsetDateTime,
    pub(crate) reason: LeaveReason,
}

/// `ReasonParticipantLeft`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaveReason {
    HungUp,
    ModeratorEnded,
    EndedViaApi,
    UpdatedViaApi,
    AddFailed,
}

impl LeaveReason {
    /// As Twilio writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::HungUp => "participant_hung_up",
            Self::ModeratorEnded => "moderator_ended_conference",
            Self::EndedViaApi => "conference_ended_via_api",
            Self::UpdatedViaApi => "participant_updated_via_api",
            Self::AddFailed => "participant_add_failed",
        }
    }
}

/// How a conference ended, and through whom.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) reason: EndReason,
    pub(crate) call_sid: Option<String>,
    label: Option<String>,
}

/// `ReasonConferenceEnded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndReason {
    ViaApi,
    LastLeft,
    LastKicked,
    ModeratorLeft,
    ModeratorKicked,
}

impl EndReason {
    /// As Twilio writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ViaApi => "conference-ended-via-api",
            Self::LastLeft => "last-participant-left",
            Self::LastKicked => "last-participant-kicked",
            Self::ModeratorLeft => "participant-with-end-conference-on-exit-left",
            Self::ModeratorKicked => "participant-with-end-conference-on-exit-kicked",
        }
    }

    /// `Reason`: Twilio gives no list of these.
    fn sentence(self) -> &'static str {
        match self {
            Self::ViaApi => "Conference ended via API",
            Self::LastLeft => "Last participant left the conference",
            Self::LastKicked => "Last participant was kicked from the conference",
            Self::ModeratorLeft => "Participant with endConferenceOnExit left the conference",
            Self::ModeratorKicked => {
                "Participant with endConferenceOnExit was kicked from the conference"
            }
        }
    }
}

/// A participant's way out: why, and what its call is by then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exit {
    pub(crate) reason: LeaveReason,
    pub(crate) call_status: CallStatus,
    /// REST removed it.
    pub(crate) kicked: bool,
}

impl Exit {
    /// It leaves by itself.
    pub(crate) fn new(reason: LeaveReason, call_status: CallStatus) -> Self {
        Self { reason, call_status, kicked: false }
    }
}
