//! The widgets that the engine executes, with their properties.
//! <https://www.twilio.com/docs/studio/widget-library>
//!
//! Every text may be a Liquid template, and exported flows write numbers and booleans as strings or
//! not. All are kept as text here, and understood when the widget is executed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::definition::FlowError;
use crate::twilio::twiml::DialNoun;

/// A widget: its type with its properties.
#[derive(Debug)]
pub(super) enum Widget {
    Trigger,
    SayPlay(PromptProperties),
    Gather(GatherProperties),
    Split,
    Connect(ConnectProperties),
    Enqueue(EnqueueProperties),
    SendMessage(MessageProperties),
    Record(RecordProperties),
    SetVariables(Vec<(String, String)>),
    TwimlRedirect { url: String, method: Option<String> },
}

#[derive(Debug)]
pub(super) struct PromptProperties {
    pub say: Option<String>,
    pub play: Option<String>,
    pub digits: Option<String>,
    pub voice: Option<String>,
    pub language: Option<String>,
    pub repeat: Option<String>,
}

#[derive(Debug)]
pub(super) struct GatherProperties {
    /// What the caller hears while the widget waits; `None` for silence.
    pub prompt: Option<PromptProperties>,
    pub timeout: Option<String>,
    pub finish_on_key: Option<String>,
    pub number_of_digits: Option<String>,
    /// The attributes of `<Gather>` for speech; `None` when the widget takes keys only.
    pub speech: Option<Vec<(&'static str, String)>>,
}

#[derive(Debug)]
pub(super) struct ConnectProperties {
    pub noun: ConnectNoun,
    /// The number to call, or the numbers with commas between them; the name of a client or of a
    /// conference; a SIP address; the SID of a SIM.
    pub to: String,
    pub caller_id: Option<String>,
    pub timeout: Option<String>,
    pub record: bool,
}

/// Whom a caller is connected with.
#[derive(Debug)]
pub(super) enum ConnectNoun {
    Phone(DialNoun),
    /// Whoever else is in the conference with this name.
    Conference,
}

#[derive(Debug)]
pub(super) struct EnqueueProperties {
    pub queue_name: Option<String>,
    pub workflow_sid: Option<String>,
    pub task_attributes: Option<String>,
    pub priority: Option<String>,
    pub timeout: Option<String>,
    pub wait_url: Option<String>,
    pub wait_url_method: Option<String>,
}

#[derive(Debug)]
pub(super) struct MessageProperties {
    pub from: Option<String>,
    pub to: Option<String>,
    pub body: String,
    pub media_url: Option<String>,
}

#[derive(Debug)]
pub(super) struct RecordProperties {
    pub timeout: Option<String>,
    pub max_length: Option<String>,
    pub finish_on_key: Option<String>,
    pub play_beep: Option<String>,
    pub trim: Option<String>,
    pub transcribe: Option<String>,
    pub transcribe_callback: Option<String>,
}

impl Widget {
    /// Reads a widget. `hears` tells whether its transition for speech leads on.
    pub fn parse(
        name: &str,
        kind: &str,
        properties: &Value,
        hears: bool,
    ) -> Result<Self, FlowError> {
        let properties = Properties { name, values: properties };
        Ok(match kind {
            "trigger" => Self::Trigger,
            "say-play" => Self::SayPlay(
                properties
                    .prompt()?
                    .ok_or_else(|| properties.error("neither say, play nor digits is given"))?,
            ),
            "gather-input-on-call" => Self::Gather(properties.gather(hears)?),
            "split-based-on" => Self::Split,
            "connect-call-to" => Self::Connect(properties.connect()?),
            "enqueue-call" => Self::Enqueue(properties.enqueue([
                "workflow_sid",
                "task_attributes",
                "wait_url",
                "wait_url_method",
            ])?),
            // Its channel is that of calls, because a call is what comes here.
            "send-to-flex" => Self::Enqueue(properties.enqueue([
                "workflow",
                "attributes",
                "waitUrl",
                "waitUrlMethod",
            ])?),
            "send-message" => Self::SendMessage(MessageProperties {
                from: properties.text("from"),
                to: properties.text("to"),
                body: properties.required("body")?,
                media_url: properties.text("media_url"),
            }),
            "record-voicemail" => Self::Record({
                if properties.text("recording_status_callback_url").is_some() {
                    // A recording is told to one address, and it is ours: we copy it.
                    tracing::warn!(widget = name, "its recording_status_callback_url is not asked");
                }
                RecordProperties {
                    timeout: properties.text("timeout"),
                    max_length: properties.text("max_length"),
                    finish_on_key: properties.text("finish_on_key"),
                    play_beep: properties.text("play_beep"),
                    trim: properties.text("trim"),
                    transcribe: properties.text("transcribe"),
                    transcribe_callback: properties.text("transcription_callback_url"),
                }
            }),
            "set-variables" => Self::SetVariables(properties.variables()?),
            "add-twiml-redirect" => Self::TwimlRedirect {
                url: properties.required("url")?,
                method: properties.text("method"),
            },
            kind => {
                return Err(FlowError::UnsupportedWidget {
                    name: name.to_owned(),
                    kind: kind.to_owned(),
                });
            }
        })
    }

    /// The event with which the widget ended, told from the parameters that Twilio sent. `None` for
    /// a widget that does not wait for Twilio.
    pub fn event(&self, params: &BTreeMap<String, String>) -> Option<&'static str> {
        let has = |name: &str| params.get(name).is_some_and(|value| !value.is_empty());
        let is = |name: &str, value: &str| params.get(name).is_some_and(|v| v == value);
        let hung_up = is("CallStatus", "completed");
        Some(match self {
            Self::Gather(_) if has("Digits") => "keypress",
            Self::Gather(_) if has("SpeechResult") => "speech",
            Self::Gather(_) => "timeout",
            Self::Connect(_) if hung_up => "hangup",
            Self::Connect(_) => "callCompleted",
            Self::Enqueue(_) => match params.get("QueueResult").map(String::as_str) {
                Some("error" | "system-error" | "queue-full") => "failedToEnqueue",
                _ => "callComplete",
            },
            Self::Record(_) if hung_up || is("Digits", "hangup") => "hangup",
            Self::Record(_) if has("RecordingUrl") => "recordingComplete",
            Self::Record(_) => "noAudio",
            // What the other application put behind the ReturnUrl, in the words of Studio.
            Self::TwimlRedirect { .. } => match params.get("FlowEvent").map(String::as_str) {
                Some("timeout") => "timeout",
                Some("fail") => "fail",
                _ => "return",
            },
            Self::Trigger
            | Self::SayPlay(_)
            | Self::Split
            | Self::SetVariables(_)
            | Self::SendMessage(_) => return None,
        })
    }
}

struct Properties<'a> {
    name: &'a str,
    values: &'a Value,
}

impl Properties<'_> {
    /// A property that is a string, number or boolean, as text; `None` if it is absent or empty.
    fn text(&self, key: &str) -> Option<String> {
        match self.values.get(key)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        }
    }

    fn required(&self, key: &str) -> Result<String, FlowError> {
        self.text(key).ok_or_else(|| self.error(format!("{key} is missing")))
    }

    fn error(&self, reason: impl Into<String>) -> FlowError {
        FlowError::Property { name: self.name.to_owned(), reason: reason.into() }
    }

    fn prompt(&self) -> Result<Option<PromptProperties>, FlowError> {
        let prompt = PromptProperties {
            say: self.text("say"),
            play: self.text("play"),
            digits: self.text("digits"),
            // Studio writes "default" for the account's own choice.
            voice: self.text("voice").filter(|voice| voice != "default"),
            language: self.text("language").filter(|language| language != "default"),
            repeat: self.text("loop").filter(|repeat| repeat != "1"),
        };
        let given = [&prompt.say, &prompt.play, &prompt.digits];
        match given.into_iter().flatten().count() {
            0 => Ok(None),
            1 => Ok(Some(prompt)),
            _ => Err(self.error("more than one of say, play and digits is given")),
        }
    }

    fn gather(&self, hears: bool) -> Result<GatherProperties, FlowError> {
        let stop_gather = self.text("stop_gather").is_some_and(|stop| stop == "true");
        let listens = hears || self.text("speech_timeout").is_some();
        let speech = [
            ("language", "gather_language"),
            ("hints", "hints"),
            ("profanityFilter", "profanity_filter"),
            ("speechTimeout", "speech_timeout"),
            ("speechModel", "speech_model"),
        ];
        Ok(GatherProperties {
            prompt: self.prompt()?,
            timeout: self.text("timeout"),
            // Empty is a value of its own here: no key ends the input.
            finish_on_key: self
                .values
                .get("finish_on_key")
                .and_then(Value::as_str)
                .map(str::to_owned),
            number_of_digits: self.text("number_of_digits").filter(|_| stop_gather),
            speech: listens.then(|| {
                let given = speech.iter();
                given.filter_map(|(attribute, key)| Some((*attribute, self.text(key)?))).collect()
            }),
        })
    }

    fn connect(&self) -> Result<ConnectProperties, FlowError> {
        let noun = match self.required("noun")?.as_str() {
            "number" | "number-multi" => ConnectNoun::Phone(DialNoun::Number),
            "client" => ConnectNoun::Phone(DialNoun::Client),
            "sip" => ConnectNoun::Phone(DialNoun::Sip {
                username: self.text("sip_username"),
                password: self.text("sip_password"),
            }),
            "sim" => ConnectNoun::Phone(DialNoun::Sim),
            "conference" => ConnectNoun::Conference,
            noun => return Err(self.error(format!("noun {noun} is not supported"))),
        };
        let to = match self.text("sip_endpoint") {
            Some(endpoint) => endpoint,
            None => self.required("to")?,
        };
        Ok(ConnectProperties {
            noun,
            to,
            caller_id: self.text("caller_id"),
            timeout: self.text("timeout"),
            record: self.text("record").is_some_and(|record| record == "true"),
        })
    }

    /// Reads a widget whose callers wait, from what it calls its properties.
    fn enqueue(
        &self,
        [workflow, attributes, wait_url, wait_url_method]: [&str; 4],
    ) -> Result<EnqueueProperties, FlowError> {
        let (queue_name, workflow_sid) = (self.text("queue_name"), self.text(workflow));
        if queue_name.is_none() && workflow_sid.is_none() {
            return Err(self.error(format!("neither queue_name nor {workflow} is given")));
        }
        Ok(EnqueueProperties {
            queue_name,
            workflow_sid,
            task_attributes: self.text(attributes),
            priority: self.text("priority"),
            timeout: self.text("timeout"),
            wait_url: self.text(wait_url),
            wait_url_method: self.text(wait_url_method),
        })
    }

    fn variables(&self) -> Result<Vec<(String, String)>, FlowError> {
        let variables = self.values.get("variables").and_then(Value::as_array);
        variables
            .into_iter()
            .flatten()
            .map(|variable| {
                let variable = Properties { name: self.name, values: variable };
                Ok((variable.required("key")?, variable.text("value").unwrap_or_default()))
            })
            .collect()
    }
}
