//! Choices about deletion.

use serde::{Deserialize, Serialize};

/// Whether REST deletes a message or a call that has only just ended. Twilio: "please wait at
/// least 1 minute", and in rare cases it takes 14 days,
/// <https://www.twilio.com/docs/api/errors/20009>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreshDeletion {
    /// It is refused with 409 and 20009, as it is before the end.
    #[default]
    Refused,
    /// It is deleted.
    Allowed,
}
