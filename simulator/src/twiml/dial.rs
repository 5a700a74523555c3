//! `<Dial>` and its nouns, from XML elements to what is dialled.
//!
//! <https://www.twilio.com/docs/voice/twiml/dial>

use std::time::Duration;

use super::attributes::{Attributes, SCHEMA};
use super::conference::conference;
use super::document::{Dial, Number, Warning};
use super::enqueue::queue;
use super::schema::nothing_nested;
use super::xml::{Element, Node};
use crate::state::callback::CallEvent;
use crate::state::webhook::Method;

pub(super) fn dial(element: &Element, warnings: &mut Vec<Warning>) -> Result<Dial, Warning> {
    let mut numbers = Vec::new();
    let mut rooms = Vec::new();
    let mut queues = Vec::new();
    for noun in element.elements() {
        match noun.name.as_str() {
            "Number" => {
                nothing_nested(noun)?;
                numbers.push(number(noun, warnings));
            }
            "Conference" => {
                nothing_nested(noun)?;
                rooms.push(conference(noun, warnings));
            }
            "Queue" => queues.push(queue(noun, warnings)?),
            "Client" | "Sip" | "Sim" | "Application" | "WhatsApp" => warnings.push(Warning {
                code: SCHEMA,
                message: format!(
                    "<{}> in <Dial> is not supported by the simulator yet and is skipped",
                    noun.name
                ),
            }),
            _ => {
                return Err(Warning {
                    code: 12_100,
                    message: format!(
                        "Document parse failure: <{}> cannot be nested in <Dial>",
                        noun.name
                    ),
                });
            }
        }
    }
    let text = element.content.iter().filter_map(|node| match node {
        Node::Text(text) if !text.trim().is_empty() => Some(text.trim()),
        _ => None,
    });
    numbers.extend(text.map(plain_number));
    if rooms.len() > 1 || (!rooms.is_empty() && !numbers.is_empty()) {
        warnings.push(Warning {
            code: 13_000,
            message:
                "Conference Noun cannot be mixed with Number nouns; the first <Conference> counts"
                    .to_owned(),
        });
    }
    let nouns = numbers.len() + rooms.len();
    if queues.len() > 1 || (!queues.is_empty() && nouns > 0) {
        warnings.push(Warning {
            code: 13_000,
            message: "Queue Noun cannot be mixed with other nouns; the first <Queue> counts"
                .to_owned(),
        });
    }
    let mut attributes = Attributes::of(element, warnings);
    let record =
        attributes.parsed("record", |value| match value.strip_suffix("-dual").unwrap_or(value) {
            "do-not-record" | "false" => Some(false),
            "record-from-answer" | "record-from-ringing" | "true" => Some(true),
            _ => None,
        });
    if element.attributes.get("record").is_some_and(|value| value.ends_with("-dual")) {
        let message = "Dial@record is not supported with two channels by the simulator yet: the recording has one";
        attributes.warn(message);
    }
    if record == Some(true) && !rooms.is_empty() {
        attributes.warn("Dial@record does not record a <Conference>; its own record does");
    }
    let dial = Dial {
        action: attributes.action(),
        timeout: attributes.seconds("timeout", 1, 30).min(Duration::from_secs(600)),
        time_limit: attributes.seconds("timeLimit", 1, 14_400),
        hangup_on_star: attributes.flag("hangupOnStar", false),
        answer_on_bridge: attributes.flag("answerOnBridge", false),
        caller_id: attributes.text("callerId").filter(|id| !id.is_empty()),
        record: record.unwrap_or(false),
        recording_callback: attributes.recording_callback(),
        numbers,
        conference: rooms.into_iter().next(),
        queue: queues.into_iter().next(),
    };
    attributes.trim();
    attributes.accept(&["ringTone"]);
    attributes.unsupported(&[
        "events",
        "passports",
        "recordingConfigurationId",
        "recordingTrack",
        "referMethod",
        "referUrl",
        "sequential",
    ]);
    attributes.finish();
    Ok(dial)
}

fn plain_number(number: &str) -> Number {
    Number {
        number: number.to_owned(),
        send_digits: None,
        url: None,
        method: Method::Post,
        status_callback: None,
        status_callback_method: Method::Post,
        status_callback_events: Vec::new(),
    }
}

fn number(element: &Element, warnings: &mut Vec<Warning>) -> Number {
    let mut attributes = Attributes::of(element, warnings);
    let number = Number {
        number: element.text().trim().to_owned(),
        send_digits: attributes.text("sendDigits").filter(|digits| !digits.is_empty()),
        url: attributes.text("url").filter(|url| !url.is_empty()),
        method: attributes.method("method"),
        status_callback: attributes.text("statusCallback").filter(|url| !url.is_empty()),
        status_callback_method: attributes.method("statusCallbackMethod"),
        status_callback_events: attributes
            .list("statusCallbackEvent", CallEvent::parse)
            .unwrap_or_else(|| vec![CallEvent::Completed]),
    };
    attributes.unsupported(&[
        "amdStatusCallback",
        "amdStatusCallbackMethod",
        "byoc",
        "machineDetection",
        "machineDetectionSilenceTimeout",
        "machineDetectionSpeechEndThreshold",
        "machineDetectionSpeechThreshold",
        "machineDetectionTimeout",
    ]);
    attributes.finish();
    number
}
