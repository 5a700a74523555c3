//! Say, Play and Pause: what a leg plays to its far end.

use std::sync::Arc;
use std::time::Duration;

use super::{Input, Interrupt, Leg};
use crate::audio;
use crate::state::leg_input::{LegInput, Speech};
use crate::state::transcript::Source;
use crate::twiml::Prompt;

impl Leg {
    /// Plays a prompt to its end.
    pub(super) async fn prompt(&mut self, prompt: &Prompt) -> Result<(), Interrupt> {
        self.prompt_until(prompt, |_| false).await?;
        Ok(())
    }

    /// Plays a prompt until its end or until an input stops it, and gives back
    /// that input. What is played is heard when it starts, so that a person who hears
    /// it can act while it still plays.
    pub(super) async fn prompt_until(
        &mut self,
        prompt: &Prompt,
        stops: impl Fn(&Input) -> bool,
    ) -> Result<Option<Input>, Interrupt> {
        match prompt {
            Prompt::Say { text, times, .. } => {
                for _ in 0..*times {
                    self.simulator.hear(&self.sid, Source::Say, text);
                    if let Some(stop) = self.sound(Some(text), prompt.length(), &stops).await? {
                        return Ok(Some(stop));
                    }
                }
            }
            Prompt::Play { url, times } => {
                for _ in 0..*times {
                    self.simulator.hear(&self.sid, Source::Play, url);
                    if let Some(stop) = self.sound(Some(url), prompt.length(), &stops).await? {
                        return Ok(Some(stop));
                    }
                }
            }
            Prompt::Digits(digits) => {
                self.dial_tones(digits);
                return self.sound(None, prompt.length(), &stops).await;
            }
            Prompt::Pause(_) => return self.sound(None, prompt.length(), &stops).await,
        }
        Ok(None)
    }

    /// Presses keys that the far end hears.
    pub(super) fn dial_tones(&self, digits: &str) {
        self.simulator.hear(&self.sid, Source::Keys, format!("key {digits}"));
        for key in digits.chars().filter(|key| !matches!(key, 'w' | 'W')) {
            self.simulator.to_far(&self.sid, LegInput::Key(key));
        }
    }

    /// So long a sound, or silence, unless an input stops it. If the far end is
    /// another call, it hears the words.
    async fn sound(
        &mut self,
        words: Option<&str>,
        length: Duration,
        stops: &impl Fn(&Input) -> bool,
    ) -> Result<Option<Input>, Interrupt> {
        let deadline = self.clock().after(length);
        let linked = self.simulator.far_is_call(&self.sid);
        if let Some(words) = words.filter(|_| linked) {
            let speech = Speech {
                words: Some(words.to_owned()),
                samples: audio::speech(length.as_secs_f64()),
            };
            self.simulator.to_far(&self.sid, LegInput::SpeechStart(Arc::new(speech)));
        }
        let stop = loop {
            match self.next(Some(deadline)).await {
                Ok(Some(input)) if !stops(&input) => {}
                other => break other,
            }
        };
        if linked && words.is_some() {
            let complete = matches!(stop, Ok(None));
            self.simulator.to_far(&self.sid, LegInput::SpeechEnd { complete });
        }
        stop
    }
}
