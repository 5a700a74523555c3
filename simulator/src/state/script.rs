//! What a person does on a call, step by step, and its spelling on a command line.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One step of a script. In JSON: `{"wait_for":"Press 1"}`, `{"wait_ms":500}`,
/// `{"press":"2"}`, `{"speak":{"seconds":3}}`, `{"hang_up":true}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Waits until this was heard, in any case, after what the last `wait_for`
    /// matched. Besides speech one hears `ringing`, `connected` (to another
    /// person), `beep`, `busy`, `key 5` and the URL of a `<Play>`. Gives up after 60 simulated seconds.
    WaitFor(String),
    /// Waits for so many simulated milliseconds.
    WaitMs(u64),
    /// Presses keys: `0`–`9`, `*`, `#`, `A`–`D`; `w` waits half a second.
    Press(String),
    /// Speaks, for as long as the speech lasts.
    Speak(Speak),
    /// Hangs up, if the value is true.
    HangUp(bool),
}

/// What is spoken. In JSON: `{"seconds":3}`, `{"text":"hello"}`, `{"wav":"path"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speak {
    /// A WAV file (8 kHz, 16 bit, mono) on the simulator's disk.
    Wav(PathBuf),
    /// So many simulated seconds of [`crate::audio::speech`], without words.
    Seconds(f64),
    /// Words, as [`crate::audio::speech_for_text`]; they show in transcripts
    /// and are what speech recognition understands.
    Text(String),
}

/// A word of a script that means nothing.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("step {word:?}: {problem}")]
pub struct ScriptError {
    word: String,
    problem: &'static str,
}

/// Reads a script from words of a command line, one step each:
/// `wait:TEXT`, `press:KEYS`, `speak:SECONDS`, `speak:FILE.wav`, `speak:TEXT`,
/// `pause:SECONDS`, `hang-up`.
///
/// # Errors
/// A word is none of these; the error names it.
pub fn parse<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Result<Vec<Step>, ScriptError> {
    words.into_iter().map(|word| parse_step(word.as_ref())).collect()
}

fn parse_step(word: &str) -> Result<Step, ScriptError> {
    let wrong = |problem| ScriptError { word: word.to_owned(), problem };
    let (name, value) = word.split_once(':').unwrap_or((word, ""));
    match name {
        "wait" if !value.is_empty() => Ok(Step::WaitFor(value.to_owned())),
        "wait" => Err(wrong("say what to wait for, as in wait:Press 1")),
        "press" if !value.is_empty() && value.chars().all(is_key) => {
            Ok(Step::Press(value.to_owned()))
        }
        "press" => Err(wrong("keys are 0-9, *, #, A-D and w")),
        "pause" => match value.parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 && seconds.is_finite() => {
                Ok(Step::WaitMs((seconds * 1000.0) as u64))
            }
            _ => Err(wrong("say for how many seconds, as in pause:2")),
        },
        "speak" => parse_speech(value)
            .map(Step::Speak)
            .ok_or_else(|| wrong("say what, as in speak:5, speak:hello or speak:hello.wav")),
        "hang-up" | "hangup" if value.is_empty() => Ok(Step::HangUp(true)),
        _ => Err(wrong(
            "steps are wait:TEXT, press:KEYS, speak:SECONDS|FILE.wav|TEXT, pause:SECONDS and hang-up",
        )),
    }
}

/// A number is seconds, `*.wav` a file, anything else words.
fn parse_speech(value: &str) -> Option<Speak> {
    if value.is_empty() {
        return None;
    }
    if let Ok(seconds) = value.parse::<f64>() {
        return (seconds > 0.0 && seconds.is_finite()).then_some(Speak::Seconds(seconds));
    }
    if value.to_ascii_lowercase().ends_with(".wav") {
        return Some(Speak::Wav(PathBuf::from(value)));
    }
    Some(Speak::Text(value.to_owned()))
}

/// Whether a telephone has this key, or it is the pause `w`.
pub(crate) fn is_key(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '*' | '#' | 'A'..='D' | 'w' | 'W')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_steps() {
        let script = parse([
            "wait:Press 1",
            "press:2#",
            "wait:beep",
            "speak:5",
            "speak:a.WAV",
            "speak:hi: you",
            "pause:0.5",
            "hang-up",
        ]);
        assert_eq!(
            script,
            Ok(vec![
                Step::WaitFor("Press 1".into()),
                Step::Press("2#".into()),
                Step::WaitFor("beep".into()),
                Step::Speak(Speak::Seconds(5.0)),
                Step::Speak(Speak::Wav("a.WAV".into())),
                Step::Speak(Speak::Text("hi: you".into())),
                Step::WaitMs(500),
                Step::HangUp(true),
            ])
        );
    }

    #[test]
    fn wrong_words_are_named() {
        for word in ["dance", "press:x", "pause:soon", "speak:", "wait:", "speak:-1"] {
            let error = parse([word]).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    #[test]
    fn json_is_the_documented_one() {
        let json = r#"[{"wait_for":"hi"},{"wait_ms":5},{"press":"2"},{"speak":{"seconds":3.0}},{"speak":{"text":"yes"}},{"hang_up":true}]"#;
        let steps: Vec<Step> = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&steps).unwrap(), json);
    }
}
