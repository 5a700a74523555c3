//! Writes TwiML as XML.

use std::{borrow::Cow, fmt};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use super::{
    Dial, DialConference, DialNoun, DialPhone, DialReserved, Enqueue, Prompt, TakenBy, Verb,
    VoiceResponse,
};

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
            Verb::DialConference(dial) => self.dial_conference(dial),
            Verb::DialReserved(DialReserved { reservation, time_limit }) => {
                let attributes = [("reservationSid", some(reservation.as_str()))];
                let limit = [("timeLimit", Some(time_limit.to_string().into()))];
                self.element("Dial", &limit, |xml| xml.element("Queue", &attributes, |_| Ok(())))
            }
            Verb::Enqueue(enqueue) => self.enqueue(enqueue),
            Verb::Leave => self.element("Leave", &[], |_| Ok(())),
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
                    ("transcribe", record.transcribe.map(|it| it.to_string().into())),
                    ("transcribeCallback", optional(&record.transcribe_callback)),
                ],
                |_| Ok(()),
            ),
            Verb::Redirect { url, method } => {
                self.element("Redirect", &[("method", optional(method))], |xml| xml.text(url))
            }
            Verb::Pause(seconds) => {
                self.element("Pause", &[("length", Some(seconds.to_string().into()))], |_| Ok(()))
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
        // Without it, a caller hears nothing while the called person hears something of their own.
        let whispers = dial.phones.iter().any(|phone| phone.url.is_some());
        self.element(
            "Dial",
            &[
                ("action", some(&dial.action)),
                ("callerId", optional(&dial.caller_id)),
                ("timeout", optional(&dial.timeout)),
                ("timeLimit", dial.time_limit.map(|limit| limit.to_string().into())),
                ("answerOnBridge", whispers.then(|| "true".into())),
                ("record", recorded.map(|_| "record-from-answer".into())),
                ("recordingStatusCallback", optional(&dial.recording_status_callback)),
            ],
            |xml| dial.phones.iter().try_for_each(|phone| xml.phone(phone)),
        )
    }

    fn phone(&mut self, phone: &DialPhone) -> std::io::Result<()> {
        let DialPhone { noun, address, url, status_callback } = phone;
        let (name, username, password) = match noun {
            DialNoun::Number => ("Number", &None, &None),
            DialNoun::Client => ("Client", &None, &None),
            DialNoun::Sip { username, password } => ("Sip", username, password),
            DialNoun::Sim => ("Sim", &None, &None),
        };
        self.element(
            name,
            &[
                ("username", optional(username)),
                ("password", optional(password)),
                ("url", optional(url)),
                ("statusCallback", some(status_callback)),
                ("statusCallbackEvent", some("initiated ringing answered completed")),
            ],
            |xml| xml.text(address),
        )
    }

    fn enqueue(&mut self, enqueue: &Enqueue) -> std::io::Result<()> {
        let Enqueue { action, wait_url, wait_url_method, until } = enqueue;
        let workflow = match until {
            TakenBy::Worker { workflow, .. } => some(workflow),
            TakenBy::Dialler(_) => None,
        };
        let attributes = [
            ("action", some(action)),
            ("waitUrl", optional(wait_url)),
            ("waitUrlMethod", optional(wait_url_method)),
            ("workflowSid", workflow),
        ];
        self.element("Enqueue", &attributes, |xml| match until {
            TakenBy::Dialler(queue) => xml.text(queue),
            TakenBy::Worker { attributes, priority, timeout, .. } => xml.element(
                "Task",
                &[("priority", optional(priority)), ("timeout", optional(timeout))],
                |xml| xml.text(attributes.as_deref().unwrap_or("{}")),
            ),
        })
    }

    fn dial_conference(&mut self, dial: &DialConference) -> std::io::Result<()> {
        let limit = Some(dial.time_limit.to_string().into());
        self.element("Dial", &[("action", some(&dial.action)), ("timeLimit", limit)], |xml| {
            let events = "start end join leave mute hold announcement";
            let is_told = dial.status_callback.is_some();
            xml.element(
                "Conference",
                &[
                    ("waitUrl", optional(&dial.wait_url)),
                    ("statusCallback", optional(&dial.status_callback)),
                    ("statusCallbackEvent", is_told.then(|| events.into())),
                ],
                |xml| xml.text(&dial.name),
            )
        })
    }
}

fn some(value: &str) -> Option<Cow<'_, str>> {
    Some(value.into())
}

fn optional(value: &Option<String>) -> Option<Cow<'_, str>> {
    value.as_deref().map(Cow::from)
}

/// Leaves out the characters that no XML 1.0 document may hold, not even escaped.
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
    use crate::twilio::twiml::{Gather, Record};

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
