//! Where a call stands, and which way it goes.

use serde::{Deserialize, Serialize};

/// Where a call stands, from its creation to its end.
///
/// <https://www.twilio.com/docs/voice/api/call-resource#call-status-values>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    /// The call is created and not dialled yet.
    Queued,
    /// The call is being dialled.
    Initiated,
    /// The phone that is called rings.
    Ringing,
    /// The call was answered and goes on.
    InProgress,
    /// The call was answered and is over.
    Completed,
    /// The phone was busy or declined.
    Busy,
    /// The phone could not be reached.
    Failed,
    /// The phone rang and nobody answered.
    NoAnswer,
    /// Ended by the app or by the other side before an answer.
    Canceled,
}

impl CallStatus {
    /// The status as Twilio writes it.
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

    /// Whether the call is over, so that no other status follows.
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

/// What started a call, and so which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// A phone, or another call, called a number of the account.
    Inbound,
    /// The REST API placed the call.
    OutboundApi,
    /// A `<Dial>` of another call placed it.
    OutboundDial,
}

impl Direction {
    /// The direction as Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::OutboundApi => "outbound-api",
            Self::OutboundDial => "outbound-dial",
        }
    }
}
