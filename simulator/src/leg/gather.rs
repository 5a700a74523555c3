//! `<Gather>`: keys and speech from the far end.
//!
//! <https://www.twilio.com/docs/voice/twiml/gather>

use reqwest::Url;

use super::{Flow, Input, Interrupt, Leg};
use crate::state::params::Params;
use crate::twiml::{Gather, Verb};

/// What a `<Gather>` got from the far end.
enum Gathered {
    Keys { digits: String, finished_on: Option<char> },
    Words(String),
}

impl Leg {
    /// Asks and goes on at the action with what was entered; with nothing, to
    /// the next verb.
    pub(super) async fn gather(
        &mut self,
        gather: &Gather,
        current: Option<&Url>,
    ) -> Result<Flow, Interrupt> {
        let gathered = self.collect(gather).await?;
        let params = match gathered {
            Gathered::Words(words) => {
                Params::default().with("SpeechResult", words).with("Confidence", "0.9")
            }
            Gathered::Keys { digits, .. }
                if digits.is_empty() && !gather.action_on_empty_result =>
            {
                return Ok(Flow::Next);
            }
            Gathered::Keys { digits, .. } if digits.is_empty() && !gather.dtmf => {
                Params::default().with("SpeechResult", "")
            }
            Gathered::Keys { digits, finished_on } => Params::default()
                .with("Digits", digits)
                .with("FinishedOnKey", finished_on.map(String::from).unwrap_or_default())
                // Not documented, but sent: it is in requests that people published.
                .with("msg", "Gather End"),
        };
        self.go(&gather.action, current, params).await
    }

    async fn collect(&mut self, gather: &Gather) -> Result<Gathered, Interrupt> {
        let (keys, speech) = (gather.dtmf && gather.barge_in, gather.speech && gather.barge_in);
        let mut early = None;
        for step in &gather.prompts {
            if let Verb::Prompt(prompt) = &step.verb {
                let stops = |input: &Input| Self::barges_in(input, keys, speech);
                early = self.prompt_until(prompt, stops).await?;
                if early.is_some() {
                    break;
                }
            }
        }
        let mut digits = String::new();
        let mut words: Vec<String> = Vec::new();
        let mut finished_on = None;
        let mut deadline = self.clock().after(gather.timeout);
        loop {
            let input = match early.take() {
                Some(input) => Some(input),
                None => {
                    // Nobody is timed out while they speak.
                    let waits = gather.speech && self.speaking.is_some();
                    self.next((!waits).then_some(deadline)).await?
                }
            };
            match input {
                None => break,
                // Who has begun to speak goes on speaking.
                Some(Input::Key(_)) if !words.is_empty() => {}
                Some(Input::Key(key)) if gather.dtmf => {
                    if gather.finish_on_key == Some(key) {
                        finished_on = Some(key);
                        break;
                    }
                    digits.push(key);
                    if gather.num_digits == Some(digits.len()) {
                        break;
                    }
                    deadline = self.clock().after(gather.timeout);
                }
                // Keys win over words.
                Some(Input::SpeechEnds(spoken)) if gather.speech && digits.is_empty() => {
                    words.extend(spoken.speech.words.clone());
                    let silence = match gather.speech_timeout {
                        _ if words.is_empty() => gather.timeout,
                        Some(silence) => silence,
                        None => break,
                    };
                    deadline = self.clock().after(silence);
                }
                Some(_) => {}
            }
        }
        Ok(match words.is_empty() {
            true => Gathered::Keys { digits, finished_on },
            false => Gathered::Words(words.join(" ")),
        })
    }
}
