//! Requests to send a text, and the answers to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Message;
use crate::{
    Error,
    error::invalid,
    twilio::message::MessageStatus,
    values::{MessageSid, PhoneNumber, schema::MediaUrl},
};

const MAX_BODY: usize = 1_600;
const MAX_MEDIA: usize = 10;
const MAX_URL: usize = 2_000;

/// A text that an API user asks to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// The recipient's number, in E.164 or as it is dialled in the country of the main number.
    #[schema(example = "+15005550111", max_length = 64)]
    pub to: String,
    /// The words of the text, up to 1,600 characters. May be left out when there are media.
    #[serde(default)]
    #[schema(max_length = 1600)]
    pub body: String,
    /// The https addresses of up to ten files to send.
    #[serde(default)]
    #[schema(value_type = Vec<MediaUrl>, inline, max_items = 10)]
    pub media_urls: Vec<String>,
    /// Our number that the text is sent from, in E.164; the main number when left out.
    pub from: Option<PhoneNumber>,
}

/// A text that an API user asks to send by a form, in the names that Twilio has for its fields.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its description is used: NewMessage::from_form reads it")]
pub struct MessageForm {
    /// The recipient's number, in E.164 or as it is dialled in the country of the main number.
    #[schema(rename = "To", example = "+15005550111", max_length = 64)]
    to: String,
    /// The words of the text, 1 to 1,600 characters.
    #[schema(rename = "Body", min_length = 1, max_length = 1600, pattern = r"\S")]
    body: String,
}

impl NewMessage {
    /// Reads a form with the fields of [`MessageForm`], each once.
    ///
    /// # Errors
    /// 422 that names the field that is missing, repeated or not known.
    pub fn from_form(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let (mut to, mut body) = (None, None);
        for (name, value) in pairs {
            let field = match &*name {
                "To" => &mut to,
                "Body" => &mut body,
                _ => return Err(invalid("form", "a text's form has To and Body alone")),
            };
            if field.replace(value).is_some() {
                return Err(invalid(name, "the field is repeated"));
            }
        }
        let missing = |field| invalid(field, "the field is missing");
        Ok(Self {
            to: to.ok_or_else(|| missing("To"))?,
            body: body.ok_or_else(|| missing("Body"))?,
            media_urls: Vec::new(),
            from: None,
        })
    }

    /// Checks the length of the text, and the number and addresses of its files.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn check(&self) -> Result<(), Error> {
        if self.body.chars().count() > MAX_BODY {
            return Err(invalid("body", "a text has 1,600 characters at most"));
        }
        if self.body.trim().is_empty() && self.media_urls.is_empty() {
            return Err(invalid("body", "a text needs words or media"));
        }
        if self.media_urls.len() > MAX_MEDIA {
            return Err(invalid("media_urls", "a text has ten files at most"));
        }
        let web = |url: &String| url.starts_with("https://") && url.len() <= MAX_URL;
        if !self.media_urls.iter().all(web) {
            return Err(invalid("media_urls", "an address of a file begins with https://"));
        }
        Ok(())
    }
}

/// A text that was sent, or may have been.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentMessage {
    /// The id of the text's entry on the timeline.
    pub id: String,
    /// Twilio's SID of the text; null while `status` is `unknown`.
    #[schema(required)]
    pub sid: Option<MessageSid>,
    /// The status of the text, in Twilio's words; `unknown` when Twilio's answer was lost. The text
    /// is then looked up and never sent twice; the same request with the same `Idempotency-Key`
    /// tells what came of it.
    pub status: MessageStatus,
    /// How many segments Twilio bills; null until Twilio has told it.
    #[schema(required)]
    pub segments: Option<u32>,
    /// The recipient's number, in E.164.
    pub to: String,
    /// Our number that the text was sent from, in E.164.
    pub from: String,
}

impl From<Message> for SentMessage {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.to_string(),
            sid: message.message_sid,
            status: message.status,
            segments: message.segments,
            to: message.to,
            from: message.our_number,
        }
    }
}
