//! TwiML for messages, and the verb that voice shares with it.
//!
//! <https://www.twilio.com/docs/messaging/twiml>

use super::attributes::{Attributes, SCHEMA};
use super::document::{Action, Text, Warning};
use super::schema::check_root;
use super::xml::{self, Element, Node};

/// A document that answers a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MessagingDocument {
    pub(crate) verbs: Vec<MessagingVerb>,
    /// What Twilio's debugger says about it (error 12200).
    pub(crate) warnings: Vec<Warning>,
}

/// What to do about a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MessagingVerb {
    Message(Text),
    Redirect(Action),
}

impl MessagingDocument {
    /// Reads the TwiML that answers a text.
    ///
    /// # Errors
    /// It is not well-formed or its root is not `<Response>`; the warning is
    /// Twilio's error.
    pub(crate) fn parse(text: &str) -> Result<Self, Warning> {
        let root = xml::parse(text).map_err(|problem| Warning {
            code: 12_100,
            message: format!("Document parse failure: {problem}"),
        })?;
        let mut warnings = Vec::new();
        check_root(&root, &mut warnings)?;
        let mut verbs = Vec::new();
        for element in root.elements() {
            match element.name.as_str() {
                "Message" | "Sms" => {
                    verbs.push(MessagingVerb::Message(message(element, &mut warnings)));
                }
                "Redirect" => verbs.push(redirect(element, &mut warnings)),
                _ => warnings.push(unexpected(element, "Sms, Message, Redirect")),
            }
        }
        Ok(Self { verbs, warnings })
    }

    /// A document of one reply, for answers that are not TwiML.
    pub(crate) fn of(text: Text) -> Self {
        Self { verbs: vec![MessagingVerb::Message(text)], warnings: Vec::new() }
    }
}

fn unexpected(element: &Element, expected: &str) -> Warning {
    let name = &element.name;
    Warning {
        code: SCHEMA,
        message: format!(
            "Invalid content was found starting with element '{name}'. One of '{{{expected}}}' is expected; it is skipped"
        ),
    }
}

fn redirect(element: &Element, warnings: &mut Vec<Warning>) -> MessagingVerb {
    let mut attributes = Attributes::of(element, warnings);
    let method = attributes.method("method");
    attributes.finish();
    let url = element.text().trim().to_owned();
    MessagingVerb::Redirect(Action { url: Some(url), method })
}

/// The text is what the element says, in `<Body>` or bare.
pub(super) fn message(element: &Element, warnings: &mut Vec<Warning>) -> Text {
    let mut text = Text::default();
    for node in &element.content {
        match node {
            Node::Text(bare) => text.body.push_str(bare),
            Node::Element(nested) => {
                match nested.name.as_str() {
                    "Body" => text.body.push_str(&nested.text()),
                    "Media" => text.media.push(nested.text().trim().to_owned()),
                    _ => {
                        warnings.push(unexpected(nested, "Body, Media"));
                        continue;
                    }
                }
                Attributes::of(nested, warnings).finish();
            }
        }
    }
    text.body = text.body.trim().to_owned();
    let mut attributes = Attributes::of(element, warnings);
    text.to = attributes.text("to").filter(|to| !to.is_empty());
    text.from = attributes.text("from").filter(|from| !from.is_empty());
    text.action = attributes.action();
    text.status_callback = attributes.text("statusCallback").filter(|url| !url.is_empty());
    attributes.finish();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_however_they_are_written() {
        let document = MessagingDocument::parse(
            "<Response><Message>Plain</Message><Sms to='+15005550003'>Old</Sms>\
             <Message action='/sent' method='GET'><Body> With a picture </Body>\
             <Media>/cat.png</Media><Sparkles/></Message><Say>Hello</Say>\
             <Redirect method='GET'>next</Redirect></Response>",
        )
        .unwrap();
        let texts: Vec<_> = document
            .verbs
            .iter()
            .map(|verb| match verb {
                MessagingVerb::Message(text) => text.body.as_str(),
                MessagingVerb::Redirect(action) => action.url.as_deref().unwrap_or_default(),
            })
            .collect();
        assert_eq!(texts, ["Plain", "Old", "With a picture", "next"]);
        let skipped: Vec<_> = document.warnings.iter().map(|it| it.code).collect();
        assert_eq!(skipped, [12_200, 12_200]);
        assert!(MessagingDocument::parse("<Answer/>").is_err());
    }
}
