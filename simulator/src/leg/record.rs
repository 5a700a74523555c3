//! `<Record>`: what the far end says becomes a recording.
//!
//! <https://www.twilio.com/docs/voice/twiml/record>

use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use super::{Flow, Input, Interrupt, Leg, Over};
use crate::audio;
use crate::documents::resolve;
use crate::state::call_status::CallStatus;
use crate::state::leg_input::LegInput;
use crate::state::settings::HangUpAtBeep;
use crate::state::transcript::Source;
use crate::twiml::Record;

/// How long the beep before a recording sounds.
const BEEP: Duration = Duration::from_millis(500);

/// Why a recording came to its end.
enum End {
    Key(char),
    Silence,
    HungUp,
    Interrupted(Interrupt),
}

impl Leg {
    /// Records until a key, silence, the maximum length or the end of the call.
    pub(super) async fn record(
        &mut self,
        record: &Record,
        current: Option<&Url>,
    ) -> Result<Flow, Interrupt> {
        if record.play_beep {
            self.pass(BEEP).await?;
        }
        let callback = record.callback.clone().map(|mut callback| {
            callback.url = resolve(current, &callback.url);
            callback
        });
        let recording = self.simulator.start_recording(&self.sid, "RecordVerb", callback);
        let started = Instant::now();
        // The beep is heard when it ends, so that what is spoken at once is in.
        if record.play_beep {
            self.simulator.hear(&self.sid, Source::Beep, "beep");
            self.simulator.to_far(&self.sid, LegInput::Beep);
        }
        let mut samples = Vec::new();
        let end = self.listen(record, started, &mut samples).await;
        if let Some(spoken) = &self.speaking {
            samples.extend_from_slice(spoken.after(started, self.clock()));
        }
        // The task may wake a little late.
        let longest = record.max_length.as_secs() * u64::from(audio::SAMPLE_RATE);
        samples.truncate(usize::try_from(longest).unwrap_or(usize::MAX));
        let silent = samples.is_empty();
        if silent && matches!(end, End::HungUp) {
            samples = audio::line_noise(match self.simulator.state().settings.hang_up_at_beep {
                HangUpAtBeep::ZeroSeconds => 0.3,
                HangUpAtBeep::OneSecond => 0.8,
                HangUpAtBeep::Absent => 0.0,
            });
        }
        let recording = self.simulator.finish_recording(&recording, samples);
        let params = recording.map(|it| it.action_params(&self.simulator)).unwrap_or_default();
        match end {
            End::Interrupted(interrupt) => Err(interrupt),
            End::HungUp => {
                self.simulator.finish(&self.sid, CallStatus::Completed);
                self.tell(&record.action, current, params.with("Digits", "hangup")).await;
                Ok(Flow::Over(Over::FarHungUp))
            }
            // "If the caller is silent, <Record> falls through to the next verb."
            _ if silent => Ok(Flow::Next),
            End::Key(key) => self.go(&record.action, current, params.with("Digits", key)).await,
            End::Silence => self.go(&record.action, current, params).await,
        }
    }

    async fn listen(&mut self, record: &Record, started: Instant, samples: &mut Vec<i16>) -> End {
        let longest = self.clock().after(record.max_length);
        let mut silence = self.clock().after(record.timeout);
        loop {
            let speaking = self.speaking.is_some();
            let deadline = if speaking { longest } else { silence.min(longest) };
            match self.next(Some(deadline)).await {
                Ok(None) => return End::Silence,
                Ok(Some(Input::Key(key))) if record.finish_on_key.contains(key) => {
                    return End::Key(key);
                }
                Ok(Some(Input::SpeechEnds(spoken))) => {
                    samples.extend_from_slice(spoken.after(started, self.clock()));
                    silence = self.clock().after(record.timeout);
                }
                Ok(Some(_)) => {}
                Err(Interrupt::FarHungUp) => return End::HungUp,
                Err(interrupt) => return End::Interrupted(interrupt),
            }
        }
    }
}
