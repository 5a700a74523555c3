//! TwiML, typed: what we tell Twilio to do with a call.
//! <https://www.twilio.com/docs/voice/twiml>
//!
//! Attributes are `None` or empty where Twilio's default is meant. Text is escaped, and the
//! characters that XML 1.0 forbids are left out, whatever a flow or a setting holds.

use std::{borrow::Cow, fmt};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

/// A TwiML document for a call. Displays as XML.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VoiceResponse {
    /// Executed in order.
    pub verbs: Vec<Verb>,
}

/// One verb. <https://www.twilio.com/docs/voice/twiml#list-of-twiml-verbs>
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Something the caller hears.
    Prompt(Prompt),
    /// Waits for keys or speech.
    Gather(Gather),
    /// Calls somebody and connects the two.
    Dial(Dial),
    /// Records the caller.
    Record(Record),
    /// Goes on with another document, asked for by POST unless `method` says otherwise.
    Redirect {
        /// Address of the document.
        url: String,
        /// `GET` or `POST`.
        method: Option<String>,
    },
    /// Ends the call.
    Hangup,
    /// Does not take the call, which costs nothing then.
    Reject,
}

/// What the caller hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Prompt {
    /// A sentence, spoken.
    Say {
        /// The sentence.
        text: String,
        /// Twilio's name of a voice.
        voice: Option<String>,
        /// A language tag such as `en-US`.
        language: Option<String>,
        /// How often; `0` until the call ends.
        repeat: Option<String>,
    },
    /// An audio file, or key tones.
    Play {
        /// Address of the file.
        url: Option<String>,
        /// Keys to play instead of a file.
        digits: Option<String>,
        /// How often; `0` until the call ends.
        repeat: Option<String>,
    },
}

/// `<Gather>`. Asks `action` also when nothing was pressed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gather {
    /// `dtmf`, `speech` or both.
    pub input: String,
    /// Asked with what was pressed.
    pub action: String,
    /// Seconds without a key until it gives up.
    pub timeout: Option<String>,
    /// Number of keys after which it does not wait for more.
    pub num_digits: Option<String>,
    /// The key that ends the input.
    pub finish_on_key: Option<String>,
    /// Attributes for speech: name and value.
    pub speech: Vec<(&'static str, String)>,
    /// Played while waiting.
    pub prompts: Vec<Prompt>,
}

/// `<Dial>` with numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dial {
    /// Asked when the dialled call has ended.
    pub action: String,
    /// What the called phone shows.
    pub caller_id: Option<String>,
    /// Seconds it rings.
    pub timeout: Option<String>,
    /// Asked about a recording of the conversation; `None` records nothing.
    pub recording_status_callback: Option<String>,
    /// All ring at once, the first to answer is connected.
    pub numbers: Vec<DialNumber>,
}

/// `<Number>` in a `<Dial>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DialNumber {
    /// Who is called, E.164.
    pub number: String,
    /// TwiML that the called person hears before the two are connected.
    pub url: Option<String>,
    /// Told how the call goes on.
    pub status_callback: String,
}

/// `<Record>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Asked when the recording has ended.
    pub action: String,
    /// Told when the file is there.
    pub recording_status_callback: String,
    /// Seconds of silence that end it.
    pub timeout: Option<String>,
    /// Seconds it may last.
    pub max_length: Option<String>,
    /// Keys that end it.
    pub finish_on_key: Option<String>,
    /// Whether a tone is played first.
    pub play_beep: Option<bool>,
    /// `trim-silence` or `do-not-trim`.
    pub trim: Option<String>,
}

impl From<Verb> for VoiceResponse {
    fn from(verb: Verb) -> Self {
        Self { verbs: vec![verb] }
    }
}

impl fmt::Display for VoiceResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut xml = Xml(Writer::new(Vec::new()));
        xml.0
            .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
            .map_err(|_| fmt::Error)?;
        xml.element("Response", &[], |xml| self.verbs.iter().try_for_each(|verb| xml.verb(verb)))
            .map_err(|_| fmt::Error)?;
        f.write_str(&String::from_utf8_lossy(&xml.0.into_inner()))
    }
}

type Attribute<'a> = (&'static str, Option<Cow<'a, str>>);

struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn element(
        &mut self,
        name: &'static str,
        attributes: &[Attribute<'_>],
        content: impl FnOnce(&mut Self) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        let mut start = BytesStart::new(name);
        for (attribute, value) in attributes {
            if let Some(value) = value {
                start.push_attribute((*attribute, &*clean(value)));
            }
        }
        self.0.write_event(Event::Start(start))?;
        content(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn text(&mut self, text: &str) -> std::io::Result<()> {
        self.0.write_event(Event::Text(BytesText::new(&clean(text))))
    }

    fn verb(&mut self, verb: &Verb) -> std::io::Result<()> {
        match verb {
            Verb::Prompt(prompt) => self.prompt(prompt),
            Verb::Gather(gather) => {
                let mut attributes = vec![
                    ("input", some(&gather.input)),
                    ("action", some(&gather.action)),
                    ("actionOnEmptyResult", some("true")),
                    ("timeout", optional(&gather.timeout)),
                    ("numDigits", optional(&gather.num_digits)),
                    ("finishOnKey", optional(&gather.finish_on_key)),
                ];
                attributes.extend(gather.speech.iter().map(|(name, value)| (*name, some(value))));
                self.element("Gather", &attributes, |xml| {
                    gather.prompts.iter().try_for_each(|prompt| xml.prompt(prompt))
                })
            }
            Verb::Dial(dial) => self.dial(dial),
            Verb::Record(record) => self.element(
                "Record",
                &[
                    ("action", some(&record.action)),
                    ("timeout", optional(&record.timeout)),
                    ("maxLength", optional(&record.max_length)),
                    ("finishOnKey", optional(&record.finish_on_key)),
                    ("playBeep", record.play_beep.map(|beep| beep.to_string().into())),
                    ("trim", optional(&record.trim)),
                    ("recordingStatusCallback", some(&record.recording_status_callback)),
                    ("recordingStatusCallbackEvent", some("completed absent")),
                ],
                |_| Ok(()),
            ),
            Verb::Redirect { url, method } => {
                self.element("Redirect", &[("method", optional(method))], |xml| xml.text(url))
            }
            Verb::Hangup => self.element("Hangup", &[], |_| Ok(())),
            Verb::Reject => self.element("Reject", &[], |_| Ok(())),
        }
    }

    fn prompt(&mut self, prompt: &Prompt) -> std::io::Result<()> {
        match prompt {
            Prompt::Say { text, voice, language, repeat } => self.element(
                "Say",
                &[
                    ("voice", optional(voice)),
                    ("language", optional(language)),
                    ("loop", optional(repeat)),
                ],
                |xml| xml.text(text),
            ),
            Prompt::Play { url, digits, repeat } => self.element(
                "Play",
                &[("digits", optional(digits)), ("loop", optional(repeat))],
                |xml| xml.text(url.as_deref().unwrap_or_default()),
            ),
        }
    }

    fn dial(&mut self, dial: &Dial) -> std::io::Result<()> {
        let recorded = dial.recording_status_callback.as_ref();
        self.element(
            "Dial",
            &[
                ("action", some(&dial.action)),
                ("callerId", optional(&dial.caller_id)),
                ("timeout", optional(&dial.timeout)),
                ("record", recorded.map(|_| "record-from-answer".into())),
                ("recordingStatusCallback", optional(&dial.recording_status_callback)),
            ],
            |xml| {
                dial.numbers.iter().try_for_each(|number| {
                    xml.element(
                        "Number",
                        &[
                            ("url", optional(&number.url)),
                            ("statusCallback", some(&number.status_callback)),
                            ("statusCallbackEvent", some("initiated ringing answered completed")),
                        ],
                        |xml| xml.text(&number.number),
                    )
                })
            },
        )
    }
}

fn some(value: &str) -> Option<Cow<'_, str>> {
    Some(value.into())
}

fn optional(value: &Option<String>) -> Option<Cow<'_, str>> {
    value.as_deref().map(Cow::from)
}

/// Without the characters that no XML 1.0 document may hold, not even escaped.
/// <https://www.w3.org/TR/xml/#charsets>
fn clean(text: &str) -> Cow<'_, str> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(allowed) {
        text.into()
    } else {
        text.chars().filter(|c| allowed(*c)).collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> Prompt {
        Prompt::Say { text: text.into(), voice: None, language: None, repeat: None }
    }

    #[test]
    fn a_menu_and_a_voicemail() {
        let menu = VoiceResponse {
            verbs: vec![
                Verb::Prompt(say("Welcome.")),
                Verb::Gather(Gather {
                    input: "dtmf".into(),
                    action: "https://a.example/voice/digits?step=1&widget=menu".into(),
                    num_digits: Some("1".into()),
                    prompts: vec![say("Press 1.")],
                    ..Gather::default()
                }),
            ],
        };
        insta::assert_snapshot!(menu.to_string(), @r#"<?xml version="1.0" encoding="UTF-8"?><Response><Say>Welcome.</Say><Gather input="dtmf" action="https://a.example/voice/digits?step=1&amp;widget=menu" actionOnEmptyResult="true" numDigits="1"><Say>Press 1.</Say></Gather></Response>"#);

        let voicemail = VoiceResponse::from(Verb::Record(Record {
            action: "/voice/step".into(),
            recording_status_callback: "/voice/recording".into(),
            max_length: Some("300".into()),
            play_beep: Some(true),
            ..Record::default()
        }));
        insta::assert_snapshot!(voicemail.to_string(), @r#"<?xml version="1.0" encoding="UTF-8"?><Response><Record action="/voice/step" maxLength="300" playBeep="true" recordingStatusCallback="/voice/recording" recordingStatusCallbackEvent="completed absent"></Record></Response>"#);
    }

    #[test]
    fn nothing_that_is_said_breaks_out_of_its_element() {
        let hostile = "</Say><Dial>+1900</Dial>\u{0}\u{1b}\u{fffe}\u{b} & \"quotes\" ]]>";
        let xml = VoiceResponse::from(Verb::Prompt(Prompt::Say {
            text: hostile.into(),
            voice: Some("\"><Hangup/>".into()),
            language: None,
            repeat: None,
        }))
        .to_string();
        insta::assert_snapshot!(xml, @r#"<?xml version="1.0" encoding="UTF-8"?><Response><Say voice="&quot;&gt;&lt;Hangup/&gt;">&lt;/Say&gt;&lt;Dial&gt;+1900&lt;/Dial&gt; &amp; &quot;quotes&quot; ]]&gt;</Say></Response>"#);
    }
}
