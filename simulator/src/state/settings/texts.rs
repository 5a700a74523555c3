//! Choices about texts.

use serde::{Deserialize, Serialize};

/// What Twilio does when somebody texts STOP, START or HELP, as it can be set up
/// in its console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptOut {
    /// It answers by itself and refuses to text a phone that said STOP.
    #[default]
    Default,
    /// It does the same, and webhooks carry `OptOutType`.
    Advanced,
    /// Nothing: only the app's own list keeps texts from going out.
    Off,
}
