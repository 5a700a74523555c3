//! Conferences: all that is known of them and of those who take part.

mod events;
mod participant;
mod reasons;
mod sound;
mod tape;
mod view;

use std::collections::HashMap;

use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use self::view::rfc3339;
use crate::state::callback::Callback;

pub(crate) use self::events::{EventTarget, RoomEvent};
pub(crate) use self::participant::Participant;
pub(crate) use self::reasons::{End, EndReason, Leave, LeaveReason};
pub(crate) use self::sound::{Playing, Sound, Speaking};
pub(crate) use self::tape::{RecordRequest, Tape};
pub use self::view::{ConferenceStatus, ConferenceView, ParticipantView};

/// All conferences of the account, and which of them go on.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    pub(crate) conferences: HashMap<String, Conference>,
    /// The SIDs of all conferences, oldest first.
    pub(crate) order: Vec<String>,
    /// By room: the conference that is not over.
    pub(crate) live: HashMap<String, String>,
    last_ticket: u64,
}

impl Rooms {
    /// The conference that has this SID.
    pub(crate) fn get(&self, sid: &str) -> Option<&Conference> {
        self.conferences.get(sid)
    }

    /// The conference of this name that is not over.
    pub(crate) fn live(&self, name: &str) -> Option<&Conference> {
        self.live.get(name).and_then(|sid| self.conferences.get(sid))
    }

    /// All conferences, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Conference> {
        self.order.iter().filter_map(|sid| self.conferences.get(sid))
    }

    /// A number that no other stay in a conference has.
    pub(crate) fn ticket(&mut self) -> u64 {
        self.last_ticket += 1;
        self.last_ticket
    }
}

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
    /// Every participant that was ever in it or called into it, in that order.
    pub(crate) participants: Vec<Participant>,
    pub(crate) end: Option<End>,
    /// The app's callback and the events that it gets: the first participant's wish.
    pub(crate) events: Option<EventTarget>,
    pub(crate) sequence: u64,
    pub(crate) callbacks: UnboundedSender<Callback>,
    pub(crate) tape: Option<Tape>,
    /// Announcements to all that are being played.
    pub(crate) announcements: Vec<Playing>,
}

impl Conference {
    /// A participant that is in it or being called into it, by call SID or label.
    pub(crate) fn find(&self, key: &str) -> Option<&Participant> {
        let known = |it: &&Participant| it.call_sid == key || it.label.as_deref() == Some(key);
        self.participants.iter().filter(|it| it.is_expected()).find(known)
    }

    /// The conference as the control API shows it.
    pub(crate) fn view(&self) -> ConferenceView {
        ConferenceView {
            sid: self.sid.clone(),
            friendly_name: self.name.clone(),
            status: self.status,
            created_at: rfc3339(self.created),
            started_at: self.started.map(rfc3339),
            ended_at: self.ended.map(rfc3339),
            reason_ended: self.end.as_ref().map(|end| end.reason.as_str().to_owned()),
            call_sid_ending: self.end.as_ref().and_then(|end| end.call_sid.clone()),
            participants: self.participants.iter().map(Participant::view).collect(),
        }
    }
}
