//! What kind of account it is: a trial, or one whose numbers are in a Messaging Service.

use serde::{Deserialize, Serialize};

/// The most numbers that a trial account verifies.
pub(crate) const MOST_VERIFIED: usize = 5;

/// A trial account, which reaches verified phones only.
///
/// <https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trial {
    /// The phones that it may call and text, and that may call it, in E.164; five at most.
    pub verified: Vec<String>,
}

/// A Messaging Service with numbers of the account in its pool.
///
/// <https://www.twilio.com/docs/messaging/services>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MessagingService {
    /// The numbers in its pool, in E.164.
    pub numbers: Vec<String>,
    /// Whether typographic characters of what these numbers send become plain ones, so that fewer
    /// segments do: <https://www.twilio.com/docs/messaging/services/smart-encoding-char-list>.
    pub smart_encoding: bool,
    /// "Defer to sender's webhook": whether a text to one of these numbers is told to the number's
    /// own URL. By default it is told to the service's, of which there is none here.
    pub use_inbound_webhook_on_number: bool,
}

impl Default for MessagingService {
    fn default() -> Self {
        Self { numbers: Vec::new(), smart_encoding: true, use_inbound_webhook_on_number: false }
    }
}
