//! What is inside of `<Say>`: words, and SSML that changes how they sound.
//!
//! <https://www.twilio.com/docs/voice/twiml/say/text-speech#use-ssml>

use std::time::Duration;

use super::attributes::Attributes;
use super::document::Warning;
use super::xml::{Element, Node};

/// Elements and their attributes. `break` and `sub` are carried out; the others
/// change the sound of words and not the words.
const ELEMENTS: [(&str, &[&str]); 13] = [
    ("amazon:domain", &["name"]),
    ("amazon:effect", &["name", "phonation", "vocal-tract-length"]),
    ("amazon:emotion", &["name", "intensity"]),
    ("break", &["strength", "time"]),
    ("emphasis", &["level"]),
    ("lang", &["xml:lang"]),
    ("p", &[]),
    ("phoneme", &["alphabet", "ph"]),
    ("prosody", &["pitch", "rate", "volume"]),
    ("s", &[]),
    ("say-as", &["format", "interpret-as", "role"]),
    ("sub", &["alias"]),
    ("w", &["role"]),
];

/// What is heard of a `<Say>`: its words and its pauses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Speech {
    pub(super) words: String,
    /// How long all breaks last together.
    pub(super) breaks: Duration,
}

/// Reads the content of `<Say>`; what is not SSML is a warning, and its words
/// are read all the same.
pub(super) fn read(say: &Element, warnings: &mut Vec<Warning>) -> Speech {
    let mut speech = Speech::default();
    add(say, &mut speech, warnings);
    speech
}

fn add(parent: &Element, speech: &mut Speech, warnings: &mut Vec<Warning>) {
    for node in &parent.content {
        match node {
            Node::Text(text) => speech.words.push_str(text),
            Node::Element(element) => add_element(element, speech, warnings),
        }
    }
}

fn add_element(element: &Element, speech: &mut Speech, warnings: &mut Vec<Warning>) {
    let mut attributes = Attributes::of(element, warnings);
    let Some((name, known)) = ELEMENTS.iter().find(|(name, _)| *name == element.name) else {
        let message =
            format!("Invalid content was found starting with element '{}' in <Say>", element.name);
        attributes.warn(&message);
        return add(element, speech, warnings);
    };
    attributes.accept(known);
    match *name {
        "break" => {
            speech.breaks += attributes.parsed("time", length).unwrap_or_default();
            attributes.finish();
        }
        "sub" => {
            let alias = attributes.text("alias").unwrap_or_else(|| element.text());
            attributes.finish();
            speech.words.push_str(&alias);
        }
        _ => {
            attributes.finish();
            add(element, speech, warnings);
        }
    }
}

/// `3s` or `250ms`, ten seconds at most.
fn length(text: &str) -> Option<Duration> {
    let seconds = match text.strip_suffix("ms") {
        Some(millis) => millis.parse::<f64>().ok()? / 1000.0,
        None => text.strip_suffix('s')?.parse().ok()?,
    };
    (0.0..=10.0).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::super::xml;
    use super::*;

    fn speech(content: &str) -> (Speech, Vec<String>) {
        let say = xml::parse(&format!("<Say>{content}</Say>")).unwrap();
        let mut warnings = Vec::new();
        let speech = read(&say, &mut warnings);
        (speech, warnings.into_iter().map(|warning| warning.message).collect())
    }

    #[test]
    fn words_are_heard_as_they_are_said() {
        let (heard, warnings) = speech(
            r#"<p>Call <sub alias="World Wide Web Consortium">W3C</sub></p><break time="1.5s"/><break time="250ms"/><emphasis level="strong">now</emphasis>"#,
        );
        assert_eq!(heard.words, "Call World Wide Web Consortiumnow");
        assert_eq!(heard.breaks, Duration::from_millis(1_750));
        assert!(warnings.is_empty(), "{warnings:?}");
    }

    #[test]
    fn what_is_not_ssml_is_a_warning() {
        let (heard, warnings) =
            speech(r#"<Sing>la</Sing><break time="long"/><break tone="high"/><w>bass</w>"#);
        assert_eq!(heard.words, "labass");
        assert_eq!(warnings.len(), 3, "{warnings:?}");
    }
}
