//! Texts, as Twilio's REST API and status callbacks describe them.
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::values::{MessageSid, words};

words!(
    /// The status of a text.
    /// <https://www.twilio.com/docs/messaging/api/message-resource#message-status-values>
    MessageStatus {
        /// Twilio's answer was lost or has not come yet. This word is ours, not Twilio's.
        Unknown = "unknown",
        /// A messaging service at Twilio has taken the text.
        Accepted = "accepted",
        /// Twilio is to send the text at a later time.
        Scheduled = "scheduled",
        /// The text waits to be sent.
        Queued = "queued",
        /// Twilio is sending the text to the carrier.
        Sending = "sending",
        /// The carrier has taken the text.
        Sent = "sent",
        /// The carrier says that the phone has the text.
        Delivered = "delivered",
        /// The carrier could not deliver the text.
        Undelivered = "undelivered",
        /// Some of the recipients have the text.
        PartiallyDelivered = "partially_delivered",
        /// The text could not be sent.
        Failed = "failed",
        /// The text is coming in to one of our numbers.
        Receiving = "receiving",
        /// The text came in to one of our numbers.
        Received = "received",
        /// The recipient has read the text; only some channels tell.
        Read = "read",
        /// The text was called off before it was sent.
        Canceled = "canceled",
        /// The text came from a contact who is blocked. This word is ours, not Twilio's.
        Refused = "refused",
        ..Other
    }
);

impl MessageStatus {
    /// How far along this status is. A text's rank only rises: callbacks that come late, twice or
    /// in another order change nothing.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Unknown | Self::Other(_) => 0,
            Self::Accepted | Self::Scheduled => 1,
            Self::Queued | Self::Receiving => 2,
            Self::Sending => 3,
            Self::Sent => 4,
            Self::Delivered
            | Self::Undelivered
            | Self::Failed
            | Self::Canceled
            | Self::Received
            | Self::Refused
            | Self::PartiallyDelivered => 5,
            Self::Read => 6,
        }
    }

    /// Whether the text has arrived or failed, so that no other status is waited for.
    pub fn is_final(&self) -> bool {
        self.rank() >= Self::Delivered.rank()
    }
}

/// A text, as the REST API gives it.
#[derive(Debug, Deserialize)]
pub struct MessageResource {
    /// Twilio's SID of the text, `SM…` or `MM…`.
    pub sid: MessageSid,
    /// The status of the text at Twilio.
    pub status: MessageStatus,
    /// The words of the text; `None` if Twilio does not say.
    #[serde(default)]
    pub body: Option<String>,
    /// How many segments are billed, as Twilio writes it: a number in a string.
    num_segments: Option<String>,
    /// Twilio's code for why the text was not delivered; `None` otherwise.
    pub error_code: Option<u32>,
    date_created: Option<String>,
}

impl MessageResource {
    /// How many segments are billed; `None` while Twilio does not know.
    pub fn segments(&self) -> Option<u32> {
        self.num_segments.as_ref()?.parse().ok()
    }

    /// The time at which Twilio took the text.
    pub fn created_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(self.date_created.as_ref()?, &Rfc2822).ok()
    }
}

/// A page of the REST API's list of texts.
#[derive(Debug, Deserialize)]
pub struct MessageList {
    /// The texts of this page, the newest first.
    pub messages: Vec<MessageResource>,
}
