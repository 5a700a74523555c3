//! Choices about conferences.

use serde::{Deserialize, Serialize};

/// Whether REST can end a conference that has not started. Twilio's documents do not say; people
/// report a bad request, e.g. in github.com/twilio/twilio-node/issues/681.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnstartedConference {
    /// It is refused with 16099; only its participants can be removed.
    #[default]
    CannotBeEnded,
    /// It ends like any other conference.
    CanBeEnded,
}

/// Which conferences the REST API lists when it is not asked for a `Status`.
///
/// <https://www.twilio.com/en-us/changelog/conference-list-endpoint-rollout-extended>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceList {
    /// Those in progress, as since 2026-09-30.
    #[default]
    InProgress,
    /// All of them, as before.
    All,
}
