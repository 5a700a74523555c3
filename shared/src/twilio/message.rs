//! Texts, as Twilio tells of them. <https://www.twilio.com/docs/messaging/api/message-resource>

use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::values::{MessageSid, words};

words!(
    /// Where a text stands.
    /// <https://www.twilio.com/docs/messaging/api/message-resource#message-status-values>
    MessageStatus {
        /// Not Twilio's word: its answer was lost, or has not come yet.
        Unknown = "unknown",
        /// Taken by a messaging service.
        Accepted = "accepted",
        /// To be sent later.
        Scheduled = "scheduled",
        /// Waits to be sent.
        Queued = "queued",
        /// Is being sent.
        Sending = "sending",
        /// The carrier has it.
        Sent = "sent",
        /// The phone has it.
        Delivered = "delivered",
        /// The carrier could not deliver it.
        Undelivered = "undelivered",
        /// Some of its recipients have it.
        PartiallyDelivered = "partially_delivered",
        /// Could not be sent.
        Failed = "failed",
        /// Is coming in.
        Receiving = "receiving",
        /// Came in.
        Received = "received",
        /// Has been read; some channels tell.
        Read = "read",
        /// Was called off before it was sent.
        Canceled = "canceled",
        /// Not Twilio's word: came from a contact who is blocked.
        Refused = "refused",
        ..Other
    }
);

impl MessageStatus {
    /// A text's rank only rises: callbacks come late, twice and in any order.
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

    /// Whether nothing more is to be waited for.
    pub fn is_final(&self) -> bool {
        self.rank() >= Self::Delivered.rank()
    }
}

/// What the REST API says of a text.
#[derive(Debug, Deserialize)]
pub struct MessageResource {
    /// Its SID.
    pub sid: MessageSid,
    /// Where it stands.
    pub status: MessageStatus,
    /// What it says.
    #[serde(default)]
    pub body: Option<String>,
    /// How many segments are billed, as text.
    num_segments: Option<String>,
    /// Why it was not delivered.
    pub error_code: Option<u32>,
    date_created: Option<String>,
}

impl MessageResource {
    /// How many segments are billed.
    pub fn segments(&self) -> Option<u32> {
        self.num_segments.as_ref()?.parse().ok()
    }

    /// When Twilio took it.
    pub fn created_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(self.date_created.as_ref()?, &Rfc2822).ok()
    }
}

/// A page of the list.
#[derive(Debug, Deserialize)]
pub struct MessageList {
    /// The newest first.
    pub messages: Vec<MessageResource>,
}
