//! What Twilio's documents leave open, or leave out.

use serde::{Deserialize, Serialize};

/// What Twilio's documents leave open, as a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The phone that wins when several ring at once.
    pub simultaneous_ring: SimultaneousRing,
    /// What Twilio does when somebody texts STOP, START or HELP.
    pub opt_out: OptOut,
    /// Whether REST can end a conference that has not started.
    pub unstarted_conference: UnstartedConference,
}

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

/// The phone that wins of several that one `<Dial>` rings at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SimultaneousRing {
    /// The first that is picked up; the others stop ringing at that moment, even
    /// if a voicemail picked up and its whisper is never accepted. Twilio: "The
    /// first call to pick up is connected to the current call and the rest are
    /// hung up", <https://www.twilio.com/docs/voice/twiml/number>.
    #[default]
    FirstToAnswer,
    /// The first whose whisper ends without hanging up; until then the others
    /// ring on.
    FirstToAccept,
}
