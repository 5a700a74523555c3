//! Verbs of a call: from XML elements to what they tell Twilio to do.

use std::time::Duration;

use super::attributes::{Attributes, SCHEMA};
use super::dial::dial;
use super::document::{Document, Gather, Prompt, Record, Step, Verb, Warning};
use super::enqueue::enqueue;
use super::messaging::message;
use super::schema::{check_root, nothing_nested, stray_text};
use super::ssml;
use super::xml::{self, Element};
use crate::state::script::is_key;
use crate::state::transcript::spoken;

/// Verbs that Twilio has and the simulator does not carry out.
const NOT_YET: [&str; 9] =
    ["Connect", "Echo", "Parameter", "Pay", "Prompt", "Queue", "Refer", "Start", "Stop"];

/// How often `loop="0"`, for ever, plays: Twilio's limit.
const FOREVER: u32 = 1_000;

impl Document {
    /// Reads the TwiML that a call is to run.
    ///
    /// # Errors
    /// It is not well-formed, its root is not `<Response>` or it holds what
    /// cannot be run at all; the warning is Twilio's error.
    pub(crate) fn parse(text: &str) -> Result<Self, Warning> {
        let root = xml::parse(text).map_err(|problem| Warning {
            code: 12_100,
            message: format!("Document parse failure: {problem}"),
        })?;
        let mut warnings = Vec::new();
        check_root(&root, &mut warnings)?;
        let mut verbs = Vec::new();
        for element in root.elements() {
            match verb(element, &mut warnings)? {
                Some(verb) => verbs.push(Step {
                    name: element.name.clone(),
                    attributes: element.attributes.clone(),
                    verb,
                }),
                None => warnings.push(unknown(element, "Response")),
            }
        }
        Ok(Self { verbs, warnings })
    }
}

fn unknown(element: &Element, parent: &str) -> Warning {
    let name = &element.name;
    Warning {
        code: SCHEMA,
        message: if NOT_YET.contains(&name.as_str()) {
            format!("<{name}> in <{parent}> is not supported by the simulator yet and is skipped")
        } else {
            format!(
                "Invalid content was found starting with element '{name}' in <{parent}>; it is skipped"
            )
        },
    }
}

/// The verb, `None` if there is none of that name.
fn verb(element: &Element, warnings: &mut Vec<Warning>) -> Result<Option<Verb>, Warning> {
    if let Some(prompt) = prompt(element, warnings)? {
        return Ok(Some(Verb::Prompt(prompt)));
    }
    Ok(Some(match element.name.as_str() {
        "Gather" => Verb::Gather(gather(element, warnings)?),
        "Dial" => Verb::Dial(Box::new(dial(element, warnings)?)),
        "Record" => Verb::Record(record(element, warnings)?),
        "Sms" | "Message" => Verb::Message(message(element, warnings)),
        "Enqueue" => Verb::Enqueue(enqueue(element, warnings)?),
        "Leave" => {
            Attributes::of(element, warnings).finish();
            nothing_nested(element)?;
            stray_text(element, warnings);
            Verb::Leave
        }
        "Redirect" => {
            let mut attributes = Attributes::of(element, warnings);
            let method = attributes.method("method");
            attributes.finish();
            nothing_nested(element)?;
            let url = element.text().trim().to_owned();
            Verb::Redirect { url, method }
        }
        "Hangup" => {
            Attributes::of(element, warnings).finish();
            only_parameters(element, warnings)?;
            Verb::Hangup
        }
        "Reject" => {
            let mut attributes = Attributes::of(element, warnings);
            let busy = attributes.parsed("reason", |reason| match reason {
                "busy" => Some(true),
                "rejected" => Some(false),
                _ => None,
            });
            attributes.finish();
            only_parameters(element, warnings)?;
            Verb::Reject { busy: busy.unwrap_or(false) }
        }
        _ => return Ok(None),
    }))
}

/// Reads a Say, Play or Pause; `None` if the element is none of them.
fn prompt(element: &Element, warnings: &mut Vec<Warning>) -> Result<Option<Prompt>, Warning> {
    if element.name == "Say" {
        return Ok(Some(say(element, warnings)));
    }
    let mut attributes = Attributes::of(element, warnings);
    let prompt = match element.name.as_str() {
        "Play" => {
            let times = times(&mut attributes);
            let digits = attributes.text("digits").filter(|digits| !digits.is_empty());
            match digits {
                Some(digits) => Prompt::Digits(digits),
                None => Prompt::Play { url: element.text().trim().to_owned(), times },
            }
        }
        "Pause" => Prompt::Pause(attributes.seconds("length", 0, 1)),
        _ => return Ok(None),
    };
    attributes.finish();
    nothing_nested(element)?;
    if element.name == "Pause" {
        stray_text(element, warnings);
    }
    Ok(Some(prompt))
}

fn say(element: &Element, warnings: &mut Vec<Warning>) -> Prompt {
    let speech = ssml::read(element, warnings);
    let mut attributes = Attributes::of(element, warnings);
    attributes.accept(&["voice", "language"]);
    let times = times(&mut attributes);
    attributes.finish();
    Prompt::Say { text: spoken(&speech.words), times, breaks: speech.breaks }
}

/// How often something is played: the attribute `loop`.
fn times(attributes: &mut Attributes<'_>) -> u32 {
    match attributes.parsed("loop", |value| value.parse().ok()) {
        Some(0) => FOREVER,
        Some(times) => FOREVER.min(times),
        None => 1,
    }
}

/// SIP headers that go with the end of a call: there is no SIP here.
fn only_parameters(element: &Element, warnings: &mut Vec<Warning>) -> Result<(), Warning> {
    for nested in element.elements() {
        if nested.name != "Parameter" {
            return nothing_nested(element);
        }
        warnings.push(unknown(nested, &element.name));
    }
    stray_text(element, warnings);
    Ok(())
}

fn gather(element: &Element, warnings: &mut Vec<Warning>) -> Result<Gather, Warning> {
    let mut prompts = Vec::new();
    for nested in element.elements() {
        match prompt(nested, warnings)? {
            Some(prompt) => prompts.push(Step {
                name: nested.name.clone(),
                attributes: nested.attributes.clone(),
                verb: Verb::Prompt(prompt),
            }),
            None => {
                return Err(Warning {
                    code: 12_100,
                    message: format!(
                        "Document parse failure: <{}> cannot be nested in <Gather>",
                        nested.name
                    ),
                });
            }
        }
    }
    stray_text(element, warnings);
    let mut attributes = Attributes::of(element, warnings);
    let input =
        attributes.list("input", |name| matches!(name, "dtmf" | "speech").then(|| name.to_owned()));
    let input = input.unwrap_or_else(|| vec!["dtmf".to_owned()]);
    let finish_on_key = attributes.parsed("finishOnKey", |key| {
        let mut keys = key.chars();
        match (keys.next(), keys.next()) {
            (None, _) => Some(None),
            (Some(key), None) if is_key(key) => Some(Some(key)),
            _ => None,
        }
    });
    let gather = Gather {
        action: attributes.action(),
        dtmf: input.iter().any(|name| name == "dtmf"),
        speech: input.iter().any(|name| name == "speech"),
        timeout: attributes.seconds("timeout", 0, 5),
        speech_timeout: attributes.parsed("speechTimeout", speech_timeout).flatten(),
        finish_on_key: finish_on_key.unwrap_or(Some('#')),
        num_digits: attributes.parsed("numDigits", |value| value.parse().ok().filter(|n| *n > 0)),
        action_on_empty_result: attributes.flag("actionOnEmptyResult", false),
        barge_in: attributes.flag("bargeIn", true),
        prompts,
    };
    // Whatever is said is recognised.
    attributes.accept(&["enhanced", "hints", "language", "profanityFilter", "speechModel"]);
    attributes.unsupported(&[
        "debug",
        "maxSpeechTime",
        "partialResultCallback",
        "partialResultCallbackMethod",
    ]);
    attributes.finish();
    Ok(gather)
}

/// `auto` ends with the first silence.
fn speech_timeout(value: &str) -> Option<Option<Duration>> {
    match value {
        "auto" => Some(None),
        seconds => seconds.parse().ok().map(|seconds| Some(Duration::from_secs(seconds))),
    }
}

fn record(element: &Element, warnings: &mut Vec<Warning>) -> Result<Record, Warning> {
    nothing_nested(element)?;
    let mut attributes = Attributes::of(element, warnings);
    let record = Record {
        action: attributes.action(),
        timeout: attributes.seconds("timeout", 0, 5),
        max_length: attributes.seconds("maxLength", 1, 3_600),
        finish_on_key: attributes.text("finishOnKey").unwrap_or_else(|| "1234567890*#".to_owned()),
        play_beep: attributes.flag("playBeep", true),
        callback: attributes.recording_callback(),
    };
    attributes.trim();
    attributes.unsupported(&["recordingConfigurationId", "transcribe", "transcribeCallback"]);
    attributes.finish();
    stray_text(element, warnings);
    Ok(record)
}
