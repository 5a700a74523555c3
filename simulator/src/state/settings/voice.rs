//! Choices about calls.

use serde::{Deserialize, Serialize};

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

/// What is left of a caller who hangs up at the beep of a `<Record>` without a word. The noise of
/// the line, and of hanging up, is sound to Twilio: people report recordings of no or one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HangUpAtBeep {
    /// A completed recording of 0.3 seconds, whose `RecordingDuration` is 0.
    #[default]
    ZeroSeconds,
    /// A completed recording of 0.8 seconds, whose `RecordingDuration` is 1.
    OneSecond,
    /// A recording that is `absent`.
    Absent,
}
