//! Choices about webhooks: their parameters and their order.

use serde::{Deserialize, Serialize};

/// Whether webhooks carry parameters that Twilio sends, or may send, and does not promise:
/// `ParentCallSid` of a dialled call that runs a document, and what requests for wait and hold
/// music and for announcements have besides the SIDs of the call and the conference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnpromisedParams {
    /// They do not, so that an app that needs them fails.
    #[default]
    Withheld,
    /// They do.
    Sent,
}

/// Whether webhooks carry a parameter that no app has heard of: Twilio adds "new parameters
/// without advance notice", <https://www.twilio.com/docs/usage/webhooks/webhooks-security>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownParam {
    /// They do.
    #[default]
    Present,
    /// They do not.
    Absent,
}

/// Whether the callbacks of a call, a message or a conference go out in the order in which things
/// happen: Twilio says that they may arrive in any,
/// <https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallbackOrder {
    /// One after the other, as is mostly so.
    #[default]
    InOrder,
    /// Each goes out by itself up to ten simulated seconds later; the same seed of the faults gives
    /// the same delays.
    Shuffled,
}
