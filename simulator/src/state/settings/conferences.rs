//! Choices about conferences.

use serde::{Deserialize, Serialize};

/// Whether REST can end a conference that has not started. Twilio's documents do not say; people
/// report a bad request, e.g. in github.com/twilio/twilio-node/issues/681.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnstartedConference {
    /// It ends like any other conference.
    #[default]
    CanBeEnded,
    /// It is refused with 16099; only its participants can be removed.
    CannotBeEnded,
}
