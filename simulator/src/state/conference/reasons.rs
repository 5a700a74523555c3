//! How and why participants leave and conferences end.

use time::OffsetDateTime;

/// When and why a participant left.
#[derive(Clone, Debug)]
pub(crate) struct Leave {
    pub(crate) at: OffsetDateTime,
    pub(crate) reason: LeaveReason,
}

/// Why a participant left: `ReasonParticipantLeft`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaveReason {
    HungUp,
    ModeratorEnded,
    EndedViaApi,
    UpdatedViaApi,
    AddFailed,
}

impl LeaveReason {
    /// The reason as Twilio writes it.
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

/// How a conference ended, and by which participant if it was one.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) reason: EndReason,
    pub(crate) call_sid: Option<String>,
    pub(crate) label: Option<String>,
}

/// Why a conference ended: `ReasonConferenceEnded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndReason {
    ViaApi,
    LastLeft,
    LastKicked,
    ModeratorLeft,
    ModeratorKicked,
}

impl EndReason {
    /// The reason as Twilio writes it.
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
    pub(crate) fn sentence(self) -> &'static str {
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
