//! All conferences, and the way to work on one of them.

use crate::simulator::Simulator;
use crate::state::call_status::CallStatus;
use crate::state::conference::{Conference, ConferenceStatus, Participant, Rooms};
use crate::state::leg_input::LegInput;
use crate::state::recording::RecordingCallback;
use crate::state::transcript::Source;

/// A conference while something happens in it: its state is locked, so calls and phones, whose
/// state is under the same lock, are touched afterwards.
pub(crate) struct Room<'a> {
    pub(crate) simulator: &'a Simulator,
    pub(crate) conference: &'a mut Conference,
    pub(super) effects: Vec<Effect>,
}

/// What is left to do when the state is unlocked.
pub(super) enum Effect {
    /// The person at a call's far end hears something.
    Hear { call_sid: String, source: Source, text: String },
    /// A sound leaves through a call's far end, if that is another call.
    ToFar { call_sid: String, input: LegInput },
    /// The task of a call is told something.
    Tell { call_sid: String, input: LegInput },
    /// A call that nobody may answer any more ends.
    Cancel { call_sid: String },
    /// The recording of the conference begins.
    StartTape { recording_sid: String, call_sid: String, callback: Option<RecordingCallback> },
    /// The recording of the conference ends, with what was said.
    FinishTape { recording_sid: String, samples: Vec<i16> },
}

impl Simulator {
    /// Works on a conference; `None` if there is no such conference.
    pub(crate) fn in_room<T>(&self, sid: &str, work: impl FnOnce(&mut Room<'_>) -> T) -> Option<T> {
        let mut state = self.state();
        let (result, effects) = self.work(&mut state.rooms, sid, work)?;
        drop(state);
        self.carry_out(sid, effects);
        Some(result)
    }

    /// Works on a conference while the caller holds the lock, and has to carry out the effects.
    pub(super) fn work<T>(
        &self,
        rooms: &mut Rooms,
        sid: &str,
        work: impl FnOnce(&mut Room<'_>) -> T,
    ) -> Option<(T, Vec<Effect>)> {
        let conference = rooms.conferences.get_mut(sid)?;
        let mut room = Room { simulator: self, conference, effects: Vec::new() };
        let result = work(&mut room);
        let effects = room.effects;
        if conference.status == ConferenceStatus::Completed
            && rooms.live.get(&conference.name).is_some_and(|live| live == sid)
        {
            rooms.live.remove(&conference.name);
        }
        Some((result, effects))
    }

    pub(super) fn carry_out(&self, conference_sid: &str, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Hear { call_sid, source, text } => self.hear(&call_sid, source, text),
                Effect::ToFar { call_sid, input } => self.to_far(&call_sid, input),
                Effect::Tell { call_sid, input } => {
                    self.send(&call_sid, input);
                }
                Effect::Cancel { call_sid } => self.cancel(&call_sid),
                Effect::StartTape { recording_sid, call_sid, callback } => {
                    self.start_tape(recording_sid, conference_sid, &call_sid, callback);
                }
                Effect::FinishTape { recording_sid, samples } => {
                    self.finish_recording(&recording_sid, samples);
                }
            }
        }
    }

    fn cancel(&self, call_sid: &str) {
        let answered = self.with_call(call_sid, |call| call.answered_at.is_some());
        let status =
            if answered == Some(true) { CallStatus::Completed } else { CallStatus::Canceled };
        self.send(call_sid, LegInput::End(status));
        self.finish(call_sid, status);
    }
}

impl Room<'_> {
    /// Somebody in the room, by the ticket of their stay.
    pub(super) fn index(&self, ticket: u64) -> Option<usize> {
        self.conference.participants.iter().position(|it| it.ticket == ticket)
    }

    /// The calls that hear the room, except one of them.
    pub(super) fn ears(&self, but: Option<usize>) -> Vec<String> {
        let heard = |(index, it): (usize, &Participant)| {
            (Some(index) != but && it.listens()).then(|| it.call_sid.clone())
        };
        self.conference.participants.iter().enumerate().filter_map(heard).collect()
    }

    pub(super) fn hear(&mut self, call_sid: &str, source: Source, text: impl Into<String>) {
        let (call_sid, text) = (call_sid.to_owned(), text.into());
        self.effects.push(Effect::Hear { call_sid, source, text });
    }

    pub(super) fn pass_far(&mut self, call_sid: &str, input: LegInput) {
        self.effects.push(Effect::ToFar { call_sid: call_sid.to_owned(), input });
    }

    /// Lets some of those in the room hear a tone.
    pub(super) fn beep(&mut self, to: Vec<String>) {
        for call_sid in to {
            self.hear(&call_sid, Source::Beep, "beep");
            self.pass_far(&call_sid, LegInput::Beep);
        }
    }

    pub(super) fn is_in_progress(&self) -> bool {
        self.conference.status == ConferenceStatus::InProgress
    }
}
