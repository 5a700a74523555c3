//! The recording of a conference: all that was said aloud, mixed, with the silence between.
//!
//! <https://www.twilio.com/docs/voice/twiml/conference#record>

use tokio::time::Instant;

use crate::audio;
use crate::clock::Clock;
use crate::sid;
use crate::state::recording::RecordingCallback;

/// `record-from-start` and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordRequest {
    pub(crate) callback: Option<RecordingCallback>,
    /// Whether silence at both ends is cut off.
    pub(crate) trim: bool,
}

/// A recording that begins when the conference starts.
#[derive(Debug)]
pub(crate) struct Tape {
    pub(crate) request: RecordRequest,
    /// The call whose document or request asked for it.
    pub(crate) call_sid: String,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    recording_sid: String,
    since: Instant,
    /// What was said, and how many samples after the beginning.
    said: Vec<(usize, Vec<i16>)>,
}

impl Tape {
    pub(crate) fn new(request: RecordRequest, call_sid: &str) -> Self {
        Self { request, call_sid: call_sid.to_owned(), running: None }
    }

    /// Begins the recording now and gives back its SID.
    pub(crate) fn start(&mut self) -> String {
        let recording_sid = sid::new("RE");
        let since = Instant::now();
        self.running =
            Some(Running { recording_sid: recording_sid.clone(), since, said: Vec::new() });
        recording_sid
    }

    /// Adds something that was said from `at` on.
    pub(crate) fn add(&mut self, clock: Clock, at: Instant, samples: &[i16]) {
        if let Some(running) = &mut self.running {
            let offset = position(clock, running.since, at);
            running.said.push((offset, samples.to_vec()));
        }
    }

    /// Ends the recording now and gives back its SID and its samples, if it ever began.
    pub(crate) fn finish(self, clock: Clock) -> Option<(String, Vec<i16>)> {
        let Running { recording_sid, since, said } = self.running?;
        let length = position(clock, since, Instant::now());
        let samples = mix(length, &said);
        let samples = if self.request.trim { trimmed(&samples).to_vec() } else { samples };
        Some((recording_sid, samples))
    }
}

/// How many samples lie between two moments.
fn position(clock: Clock, since: Instant, at: Instant) -> usize {
    (clock.between(since, at.max(since)).as_secs_f64() * f64::from(audio::SAMPLE_RATE)) as usize
}

fn mix(length: usize, said: &[(usize, Vec<i16>)]) -> Vec<i16> {
    let longest = said.iter().map(|(offset, samples)| offset + samples.len()).max();
    let mut mixed = vec![0_i16; length.max(longest.unwrap_or(0))];
    for (offset, samples) in said {
        for (mixed, sample) in mixed[*offset..].iter_mut().zip(samples) {
            *mixed = mixed.saturating_add(*sample);
        }
    }
    mixed
}

/// Samples without the silence at both ends. Nothing but silence stays: a telephone line is never
/// so quiet that Twilio would cut all of it.
fn trimmed(samples: &[i16]) -> &[i16] {
    let first = samples.iter().position(|sample| *sample != 0);
    let last = samples.iter().rposition(|sample| *sample != 0);
    match (first, last) {
        (Some(first), Some(last)) => &samples[first..=last],
        _ => samples,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_mix_where_they_meet_and_silence_at_the_ends_can_go() {
        let mixed = mix(10, &[(2, vec![1, 2, 3]), (4, vec![10, i16::MAX])]);
        assert_eq!(mixed, [0, 0, 1, 2, 13, i16::MAX, 0, 0, 0, 0]);
        assert_eq!(trimmed(&mixed), [1, 2, 13, i16::MAX]);
        assert_eq!(mix(1, &[(0, vec![1, 2])]), [1, 2]);
        assert_eq!(trimmed(&[0, 0]), [0, 0]);
    }
}
