//! Sounds in a conference: which participants hear them, and what is recorded of them.

use std::sync::Arc;

use tokio::time::Instant;

use super::admission::Admission;
use super::room::Room;
use crate::audio;
use crate::simulator::Simulator;
use crate::state::conference::{RoomEvent, Speaking};
use crate::state::leg_input::{LegInput, Speech};
use crate::state::params::Params;
use crate::state::transcript::Source;

/// A sound that somebody in a room makes.
pub(crate) enum Noise {
    SpeechStarts(Arc<Speech>),
    /// Somebody ends speaking; true if nothing was cut off.
    SpeechEnds(bool),
    Key(char),
    Beep,
}

impl Simulator {
    /// Lets a room hear what somebody in it does.
    pub(crate) fn make_noise(&self, admission: &Admission, noise: Noise) {
        self.in_room(&admission.conference_sid, |room| {
            let Some(index) = room.index(admission.ticket) else { return };
            match noise {
                Noise::SpeechStarts(speech) => room.speaks(index, speech),
                Noise::SpeechEnds(complete) => room.hush(index, complete),
                Noise::Key(key) => room.presses(index, key),
                Noise::Beep => {
                    let audience = room.audience(index);
                    room.beep(audience);
                }
            }
        });
    }

    /// Those in the room hear the phone of somebody who is called into it.
    pub(crate) fn ring_in_room(&self, admission: &Admission) {
        self.in_room(&admission.conference_sid, |room| {
            let ears = if room.is_in_progress() { room.ears(None) } else { Vec::new() };
            for call_sid in ears {
                room.hear(&call_sid, Source::Ringing, "ringing");
            }
        });
    }
}

impl Room<'_> {
    /// The calls that hear a participant: none before the start, the coached one, else all others.
    fn audience(&self, index: usize) -> Vec<String> {
        let speaker = &self.conference.participants[index];
        if !self.is_in_progress() || !speaker.is_audible() {
            return Vec::new();
        }
        let mut ears = self.ears(Some(index));
        if speaker.coaching {
            ears.retain(|call_sid| Some(call_sid) == speaker.call_sid_to_coach.as_ref());
        }
        ears
    }

    fn speaks(&mut self, index: usize, speech: Arc<Speech>) {
        let speaker = &self.conference.participants[index];
        if !self.is_in_progress() || !speaker.is_audible() {
            return;
        }
        let heard_by = self.audience(index);
        for call_sid in &heard_by {
            self.hear(call_sid, Source::Speech, speech.text());
            self.pass_far(call_sid, LegInput::SpeechStart(Arc::clone(&speech)));
        }
        let speaker = &mut self.conference.participants[index];
        let aloud = !speaker.coaching;
        speaker.speaking = Some(Speaking { speech, since: Instant::now(), heard_by, aloud });
        let name = "participant-speech-start";
        self.tell(RoomEvent::Speaker, name, Some(index), Params::default());
    }

    /// What somebody says ends, or nobody hears the rest of it.
    pub(super) fn hush(&mut self, index: usize, complete: bool) {
        let Some(said) = self.conference.participants[index].speaking.take() else { return };
        for call_sid in &said.heard_by {
            self.pass_far(call_sid, LegInput::SpeechEnd { complete });
        }
        let clock = self.simulator.clock;
        if let Some(tape) = self.conference.tape.as_mut().filter(|_| said.aloud) {
            let samples = &said.speech.samples;
            let heard =
                (clock.since(said.since).as_secs_f64() * f64::from(audio::SAMPLE_RATE)) as usize;
            let end = if complete { samples.len() } else { heard.min(samples.len()) };
            tape.add(clock, said.since, &samples[..end]);
        }
        self.tell(RoomEvent::Speaker, "participant-speech-stop", Some(index), Params::default());
    }

    fn presses(&mut self, index: usize, key: char) {
        for call_sid in self.audience(index) {
            self.hear(&call_sid, Source::Keys, format!("key {key}"));
            self.pass_far(&call_sid, LegInput::Key(key));
        }
    }
}
