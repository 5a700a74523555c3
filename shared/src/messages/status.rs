//! Status callbacks of texts.
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use crate::{
    Error,
    twilio::{Form, form::FromForm, message::MessageStatus},
    values::MessageSid,
};

/// How a text goes on.
#[derive(Clone, Debug)]
pub struct MessageProgress {
    /// The text.
    pub message_sid: MessageSid,
    /// Where it stands.
    pub status: MessageStatus,
    /// Why it was not delivered.
    pub error_code: Option<u32>,
}

impl FromForm for MessageProgress {
    fn from_form(form: &Form) -> Result<Self, Error> {
        Ok(Self {
            message_sid: form.parse("MessageSid")?,
            status: form.word("MessageStatus")?,
            error_code: form.number("ErrorCode"),
        })
    }
}
