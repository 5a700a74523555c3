//! The recording of a whole call, which runs beside the documents.
//!
//! <https://www.twilio.com/docs/voice/api/recording>

use tokio::time::Instant;

use super::{Leg, Spoken};
use crate::clock::Clock;
use crate::state::leg_input::RecordingChange;

/// A recording that runs beside the documents.
pub(super) struct CallRecording {
    sid: String,
    /// When it began, or went on after a pause.
    since: Instant,
    is_paused: bool,
    samples: Vec<i16>,
}

impl CallRecording {
    pub(super) fn new(sid: String) -> Self {
        Self { sid, since: Instant::now(), is_paused: false, samples: Vec::new() }
    }

    /// Keeps what was spoken until now, unless it is paused.
    pub(super) fn hear(&mut self, spoken: &Spoken, clock: Clock) {
        if !self.is_paused {
            self.samples.extend_from_slice(spoken.after(self.since, clock));
        }
    }
}

impl Leg {
    /// Does what REST asks for; the pauses leave no trace in the file.
    pub(super) fn change_recording(&mut self, change: RecordingChange) {
        let clock = self.clock();
        let Some(recording) = &mut self.recording else { return };
        match change {
            RecordingChange::Pause => {
                if let Some(spoken) = &self.speaking {
                    recording.hear(spoken, clock);
                }
                recording.is_paused = true;
            }
            RecordingChange::Resume => {
                recording.is_paused = false;
                recording.since = Instant::now();
            }
            RecordingChange::Stop => self.end_recording(),
        }
    }

    /// The recording ends, with the call at the latest.
    pub(super) fn end_recording(&mut self) {
        let clock = self.clock();
        if let Some(mut recording) = self.recording.take() {
            if let Some(spoken) = &self.speaking {
                recording.hear(spoken, clock);
            }
            self.simulator.finish_recording(&recording.sid, recording.samples);
        }
    }
}
