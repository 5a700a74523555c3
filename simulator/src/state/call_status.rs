//! Where a call stands, and which way it goes.

use serde::{Deserialize, Serialize};

/// Where a call stands.
///
/// <https://www.twilio.com/docs/voice/api/call-resource#call-status-values>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    /// Created, not dialled yet.
    Queued,
    /// Being dialled.
    Initiated,
    /// The phone rings.
    Ringing,
    /// Answered.
    InProgress,
    /// Answered, and over.
    Completed,
    /// The phone was busy or declined.
    Busy,
    /// The phone could not be reached.
    Failed,
    /// Nobody answered.
    NoAnswer,
    /// Ended by the app or by the other side before an answer.
    Canceled,
}

impl CallStatus {
    /// As Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::NoAnswer => "no-answer",
            Self::Canceled => "canceled",
        }
    }

    /// Whether the call is over.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled
        )
    }

    /// The SIP response behind a final status, as status callbacks report it.
    pub(crate) fn sip_response_code(self) -> &'static str {
        match self {
            Self::Busy => "486",
            Self::Failed => "404",
            Self::NoAnswer | Self::Canceled => "487",
            _ => "200",
        }
    }
}

/// Who started a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// A phone, or another call, called a number of the account.
    Inbound,
    /// The REST API.
    OutboundApi,
    /// `<Dial>`.
    OutboundDial,
}

impl Direction {
    /// As Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::OutboundApi => "outbound-api",
            Self::OutboundDial => "outbound-dial",
        }
    }
}
