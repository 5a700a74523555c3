//! How people come and go, and how a conference starts and ends.

use time::OffsetDateTime;

use super::player::{Audience, TWILIOS_MUSIC, music};
use super::room::{Effect, Room};
use crate::state::call_status::CallStatus;
use crate::state::conference::{
    ConferenceStatus, End, EndReason, Leave, LeaveReason, Participant, RoomEvent, Sound,
};
use crate::state::leg_input::LegInput;
use crate::state::params::Params;
use crate::state::transcript::Source;

/// A participant's way out: why, and what its call is by then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exit {
    pub(crate) reason: LeaveReason,
    pub(crate) call_status: CallStatus,
    /// Whether REST removed it, so that its call goes on elsewhere.
    pub(crate) kicked: bool,
}

impl Exit {
    /// The way out of a participant that leaves by itself.
    pub(crate) fn new(reason: LeaveReason, call_status: CallStatus) -> Self {
        Self { reason, call_status, kicked: false }
    }
}

impl Room<'_> {
    pub(super) fn enter(&mut self, ticket: u64, beeps: bool) -> bool {
        let Some(index) = self.index(ticket) else { return false };
        let participant = &mut self.conference.participants[index];
        if participant.left.is_some() {
            return false;
        }
        let now = OffsetDateTime::now_utc();
        participant.joined = Some(now);
        participant.updated = now;
        self.tell(RoomEvent::Join, "participant-join", Some(index), Params::default());
        if self.is_in_progress() {
            let call_sid = self.conference.participants[index].call_sid.clone();
            self.hear(&call_sid, Source::Bridge, "connected");
        } else if !self.start() {
            self.wait(index);
        }
        if beeps && self.is_in_progress() {
            let others = self.ears(Some(index));
            self.beep(others);
        }
        true
    }

    /// Starts the conference as soon as there are two participants, one of which may start it.
    fn start(&mut self) -> bool {
        let present = || self.conference.participants.iter().filter(|it| it.is_in());
        if present().count() < 2 || !present().any(|it| it.start_on_enter) {
            return false;
        }
        self.conference.status = ConferenceStatus::InProgress;
        self.conference.started = Some(OffsetDateTime::now_utc());
        self.tell(RoomEvent::Start, "conference-start", None, Params::default());
        for index in 0..self.conference.participants.len() {
            let participant = &self.conference.participants[index];
            if participant.listens() {
                let call_sid = participant.call_sid.clone();
                self.stop_music(index);
                self.hear(&call_sid, Source::Bridge, "connected");
            }
        }
        if let Some(tape) = &mut self.conference.tape {
            let recording_sid = tape.start();
            let (call_sid, callback) = (tape.call_sid.clone(), tape.request.callback.clone());
            self.effects.push(Effect::StartTape { recording_sid, call_sid, callback });
        }
        true
    }

    /// Somebody alone hears what there is to hear until it starts.
    pub(super) fn wait(&mut self, index: usize) {
        let sound = self.conference.participants[index].wait.clone();
        self.play_to(index, &sound);
    }

    /// Music for one participant, instead of what played until now.
    pub(super) fn play_to(&mut self, index: usize, sound: &Sound) {
        self.stop_music(index);
        let participant = &self.conference.participants[index];
        let call_sid = participant.call_sid.clone();
        let audience = Audience::of(self.conference, Some(index));
        match sound {
            Sound::Silence => {}
            Sound::Default => self.hear(&call_sid, Source::Play, TWILIOS_MUSIC),
            Sound::Url { url, method } => {
                let playing = music(self.simulator, audience, url, *method);
                self.conference.participants[index].music = Some(playing);
            }
        }
    }

    pub(super) fn stop_music(&mut self, index: usize) {
        let participant = &mut self.conference.participants[index];
        let call_sid = participant.call_sid.clone();
        if participant.music.take().is_some() {
            self.pass_far(&call_sid, LegInput::SpeechEnd { complete: false });
        }
    }

    /// Somebody leaves, unless they are gone already; perhaps the conference ends by it.
    pub(crate) fn leave(&mut self, ticket: u64, exit: Exit) {
        let Some(index) = self.index(ticket) else { return };
        let participant = &self.conference.participants[index];
        if participant.left.is_some() {
            return;
        }
        let (was_in, ends) = (participant.is_in(), participant.is_in() && participant.end_on_exit);
        let (call_sid, label) = (participant.call_sid.clone(), participant.label.clone());
        let beeps = was_in && participant.beep_on_exit;
        self.depart(index, exit);
        let nobody = !self.conference.participants.iter().any(Participant::is_expected);
        let reason = match (ends, exit.kicked) {
            (true, false) => EndReason::ModeratorLeft,
            (true, true) => EndReason::ModeratorKicked,
            (false, false) => EndReason::LastLeft,
            (false, true) => EndReason::LastKicked,
        };
        if ends || nobody {
            self.end(End { reason, call_sid: Some(call_sid), label });
        } else if beeps && self.is_in_progress() {
            let others = self.ears(None);
            self.beep(others);
        }
    }

    /// REST removes somebody: their call goes on after the conference.
    pub(crate) fn kick(&mut self, ticket: u64) {
        let Some(index) = self.index(ticket) else { return };
        let participant = &self.conference.participants[index];
        let (call_sid, was_in) = (participant.call_sid.clone(), participant.is_in());
        let status = if was_in { CallStatus::InProgress } else { CallStatus::Canceled };
        let exit = Exit { reason: LeaveReason::UpdatedViaApi, call_status: status, kicked: true };
        self.leave(ticket, exit);
        self.let_go(call_sid, ticket, was_in);
    }

    /// The wait URL cannot be had: "the Conference will not be fully established".
    pub(super) fn turn_out(&mut self, ticket: u64) {
        let Some(index) = self.index(ticket) else { return };
        let call_sid = self.conference.participants[index].call_sid.clone();
        self.leave(ticket, Exit::new(LeaveReason::AddFailed, CallStatus::InProgress));
        let input = LegInput::RoomOver { ticket, failed: true };
        self.effects.push(Effect::Tell { call_sid, input });
    }

    fn let_go(&mut self, call_sid: String, ticket: u64, was_in: bool) {
        self.effects.push(match was_in {
            true => Effect::Tell { call_sid, input: LegInput::RoomOver { ticket, failed: false } },
            false => Effect::Cancel { call_sid },
        });
    }

    fn depart(&mut self, index: usize, exit: Exit) {
        self.hush(index, false);
        self.stop_music(index);
        let now = OffsetDateTime::now_utc();
        let participant = &mut self.conference.participants[index];
        participant.announcements.clear();
        participant.left = Some(Leave { at: now, reason: exit.reason });
        participant.updated = now;
        let more = Params::default()
            .with("ReasonParticipantLeft", exit.reason.as_str())
            .with("ParticipantCallStatus", exit.call_status.as_str());
        self.tell(RoomEvent::Leave, "participant-leave", Some(index), more);
    }

    /// Ends the conference, unless it is over; everybody goes on after it.
    pub(crate) fn end(&mut self, end: End) {
        if self.conference.status == ConferenceStatus::Completed {
            return;
        }
        let reason = match end.reason {
            EndReason::ViaApi => LeaveReason::EndedViaApi,
            _ => LeaveReason::ModeratorEnded,
        };
        for index in 0..self.conference.participants.len() {
            let participant = &self.conference.participants[index];
            if participant.left.is_some() {
                continue;
            }
            let (call_sid, ticket) = (participant.call_sid.clone(), participant.ticket);
            let was_in = participant.is_in();
            let status = if was_in { CallStatus::InProgress } else { CallStatus::Canceled };
            self.depart(index, Exit::new(reason, status));
            self.let_go(call_sid, ticket, was_in);
        }
        self.conference.announcements.clear();
        self.conference.status = ConferenceStatus::Completed;
        self.conference.ended = Some(OffsetDateTime::now_utc());
        let mut more = Params::default()
            .with("ReasonConferenceEnded", end.reason.as_str())
            .with("Reason", end.reason.sentence());
        if let Some(call_sid) = &end.call_sid {
            more.set("CallSidEndingConference", call_sid);
        }
        if let Some(label) = &end.label {
            more.set("ParticipantLabelEndingConference", label);
        }
        self.conference.end = Some(end);
        self.tell(RoomEvent::End, "conference-end", None, more);
        if let Some(tape) = self.conference.tape.take() {
            let finished = tape.finish(self.simulator.clock);
            let effect = |(recording_sid, samples)| Effect::FinishTape { recording_sid, samples };
            self.effects.extend(finished.map(effect));
        }
    }

    /// Ends the conference because REST asks for it.
    pub(crate) fn end_via_api(&mut self) {
        self.end(End { reason: EndReason::ViaApi, call_sid: None, label: None });
    }
}
