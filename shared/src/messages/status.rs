//! The status callbacks of texts that we sent.
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use crate::{
    Error,
    twilio::{Form, form::FromForm, message::MessageStatus},
    values::MessageSid,
};

/// A status callback: a text has a new status.
#[derive(Clone, Debug)]
pub struct MessageProgress {
    /// Twilio's SID of the text that has the new status.
    pub message_sid: MessageSid,
    /// The new status of the text.
    pub status: MessageStatus,
    /// Twilio's code for why the text was not delivered; `None` otherwise.
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
