//! Admission: the way into a conference, and the reasons against it.

use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::life::Exit;
use super::room::Room;
use crate::sid;
use crate::simulator::Simulator;
use crate::state::State;
use crate::state::call::{Call, Far};
use crate::state::conference::{Conference, ConferenceStatus, Participant, Rooms, Tape};
use crate::twiml::{MOST_PARTICIPANTS, Seat};
use crate::webhook::callbacks;

/// A stay in a conference, which its leg holds as long as it lasts.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    pub(crate) conference_sid: String,
    pub(crate) ticket: u64,
}

/// Why a call cannot take part in a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 13237: a name has 1 to 128 characters.
    BadName,
    /// 16020: as many are in it as may be.
    Full,
    /// 16023, in REST 16024: the label is too long, looks like a call's SID or has a slash.
    BadLabel,
    /// 16025, in REST 16026: somebody in the room has this label.
    LabelInUse,
    /// 13240: the call to coach is not in it.
    NoSuchCoach,
}

/// Whether a conference of this name has a place for such a participant.
///
/// # Errors
/// It has none; the refusal says why.
pub(crate) fn admits(rooms: &Rooms, name: &str, seat: &Seat) -> Result<(), Refusal> {
    if name.is_empty() || name.chars().count() > 128 {
        return Err(Refusal::BadName);
    }
    if seat.label.as_deref().is_some_and(|label| !is_label(label)) {
        return Err(Refusal::BadLabel);
    }
    let present = rooms.live(name).map(|it| it.participants.as_slice()).unwrap_or_default();
    let mut expected = present.iter().filter(|it| it.is_expected());
    if expected.clone().count() >= seat.max_participants.min(MOST_PARTICIPANTS) {
        return Err(Refusal::Full);
    }
    if seat.label.is_some() && expected.any(|it| it.label == seat.label) {
        return Err(Refusal::LabelInUse);
    }
    match &seat.coach {
        Some(coached) if !present.iter().any(|it| it.is_in() && it.call_sid == *coached) => {
            Err(Refusal::NoSuchCoach)
        }
        _ => Ok(()),
    }
}

/// Whether a participant may have this label: <https://www.twilio.com/docs/api/errors/16023>.
fn is_label(label: &str) -> bool {
    let digits = label.strip_prefix("CA").filter(|digits| digits.len() == 32);
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_sid = digits.is_some_and(|digits| digits.bytes().all(is_hex));
    let has_slash = label.contains('/') || label.to_ascii_lowercase().contains("%2f");
    label.chars().count() <= 128 && !is_sid && !has_slash
}

impl Simulator {
    /// Lets a call enter a room, unless there is a reason against it.
    ///
    /// # Errors
    /// The room does not admit it.
    pub(crate) fn join_conference(
        &self,
        name: &str,
        call_sid: &str,
        seat: &Seat,
    ) -> Result<Admission, Refusal> {
        let mut state = self.state();
        let admission = self.admit_to(&mut state, name, call_sid, seat)?;
        // Under the same lock: who has a place and is not in yet is taken for a phone that rings.
        let sid = &admission.conference_sid;
        let enter = |room: &mut Room<'_>| room.enter(admission.ticket, seat.beep.on_enter);
        let entered = self.work(&mut state.rooms, sid, enter);
        drop(state);
        if let Some((_, effects)) = entered {
            self.carry_out(sid, effects);
        }
        Ok(admission)
    }

    /// Keeps a place in a room for a call that REST places.
    ///
    /// # Errors
    /// The room does not admit it.
    pub(crate) fn admit(
        &self,
        name: &str,
        call_sid: &str,
        seat: &Seat,
    ) -> Result<Admission, Refusal> {
        self.admit_to(&mut self.state(), name, call_sid, seat)
    }

    fn admit_to(
        &self,
        state: &mut State,
        name: &str,
        call_sid: &str,
        seat: &Seat,
    ) -> Result<Admission, Refusal> {
        admits(&state.rooms, name, seat)?;
        let phone = state.calls.get(call_sid).and_then(phone_of);
        let rooms = &mut state.rooms;
        let sid = match rooms.live.get(name) {
            Some(sid) => sid.clone(),
            None => self.open(rooms, name, call_sid, seat),
        };
        let ticket = rooms.ticket();
        let now = OffsetDateTime::now_utc();
        if let Some(conference) = rooms.conferences.get_mut(&sid) {
            conference.participants.push(Participant {
                ticket,
                call_sid: call_sid.to_owned(),
                phone,
                label: seat.label.clone(),
                muted: seat.muted,
                hold: false,
                coaching: seat.coach.is_some(),
                call_sid_to_coach: seat.coach.clone(),
                start_on_enter: seat.start_on_enter,
                end_on_exit: seat.end_on_exit,
                beep_on_exit: seat.beep.on_exit,
                wait: seat.wait.clone(),
                created: now,
                updated: now,
                joined: None,
                left: None,
                music: None,
                announcements: Vec::new(),
                speaking: None,
            });
        }
        Ok(Admission { conference_sid: sid, ticket })
    }

    /// A new conference in a room, as its first participant wants it.
    fn open(&self, rooms: &mut Rooms, name: &str, call_sid: &str, seat: &Seat) -> String {
        let sid = sid::new("CF");
        let now = OffsetDateTime::now_utc();
        let (callbacks, queue) = mpsc::unbounded_channel();
        rooms.conferences.insert(
            sid.clone(),
            Conference {
                sid: sid.clone(),
                name: name.to_owned(),
                status: ConferenceStatus::Init,
                region: seat.region.clone().unwrap_or_else(|| "us1".to_owned()),
                created: now,
                updated: now,
                started: None,
                ended: None,
                born: Instant::now(),
                participants: Vec::new(),
                end: None,
                events: seat.events.clone(),
                sequence: 0,
                callbacks,
                tape: seat.record.clone().map(|request| Tape::new(request, call_sid)),
                announcements: Vec::new(),
            },
        );
        rooms.order.push(sid.clone());
        rooms.live.insert(name.to_owned(), sid.clone());
        self.spawn(callbacks::send_in_order(self.clone(), queue));
        sid
    }

    /// Lets an admitted participant come in; false if the conference is over, or it was removed.
    pub(crate) fn take_seat(&self, admission: &Admission, beeps: bool) -> bool {
        let enter = |room: &mut Room<'_>| room.enter(admission.ticket, beeps);
        self.in_room(&admission.conference_sid, enter).unwrap_or(false)
    }

    /// Lets a participant leave, unless it is gone already.
    pub(crate) fn leave_conference(&self, admission: &Admission, exit: Exit) {
        self.in_room(&admission.conference_sid, |room| room.leave(admission.ticket, exit));
    }
}

fn phone_of(call: &Call) -> Option<String> {
    match &call.far {
        Far::Phone(number) => Some(number.clone()),
        Far::Call(_) => None,
    }
}
