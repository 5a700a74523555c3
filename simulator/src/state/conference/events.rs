//! The events of a conference that an app can ask for.

use crate::state::webhook::Method;

/// Where a conference's events go, and which of them: `statusCallback`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventTarget {
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) events: Vec<RoomEvent>,
}

/// The kinds of events that an app can ask for: `statusCallbackEvent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomEvent {
    Start,
    End,
    Join,
    Leave,
    Mute,
    Hold,
    Modify,
    Speaker,
    Announcement,
}

impl RoomEvent {
    /// The kind of event that has this name in TwiML and REST.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "start" => Self::Start,
            "end" => Self::End,
            "join" => Self::Join,
            "leave" => Self::Leave,
            "mute" => Self::Mute,
            "hold" => Self::Hold,
            "modify" => Self::Modify,
            "speaker" => Self::Speaker,
            "announcement" => Self::Announcement,
            _ => return None,
        })
    }
}
