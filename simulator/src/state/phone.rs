//! Simulated phones: every number that the account does not own.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::state::call::CallView;
use crate::state::message::MessageView;
use crate::state::script::Step;
use crate::state::transcript::Entry;

/// What a phone does when it is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnCall {
    /// Rings until somebody answers or declines through the control API, or the
    /// caller gives up.
    #[default]
    Ring,
    /// Rings for a while, then is picked up.
    Answer,
    /// Gives the caller the busy signal.
    Busy,
    /// Rings and is never picked up.
    NoAnswer,
    /// Rings, then is declined; callers see `busy`.
    Decline,
    /// Cannot be reached: the call fails.
    Unreachable,
    /// Rings, then the carrier's voicemail answers like a person: a greeting, a
    /// beep, and it listens. It never presses keys.
    CarrierVoicemail,
}

/// What a phone does when it is texted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnMessage {
    /// The text arrives on the phone.
    #[default]
    Deliver,
    /// It is switched off: undelivered, 30003.
    Unreachable,
    /// Nobody has this number: undelivered, 30005.
    Unknown,
    /// It turns out to be a landline: undelivered, 30006.
    Landline,
    /// It is known to be a landline: the text is refused, 21614.
    NotMobile,
    /// Its carrier takes the text for spam: undelivered, 30007.
    Filtered,
    /// The text arrives, and its carrier never says so: it stays `sent`.
    Silent,
}

/// What a phone does when it is called or texted, when, and what its person does
/// then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behavior {
    /// What it does when it is called.
    pub on_call: OnCall,
    /// How long it rings before it does so, in simulated milliseconds. Default:
    /// 2,000, for a carrier's voicemail 20,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
    /// What its person does after answering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<Vec<Step>>,
    /// What it does when it is texted.
    pub on_message: OnMessage,
}

impl Behavior {
    /// A behaviour without a script, after its default time.
    pub fn new(on_call: OnCall) -> Self {
        Self { on_call, ..Self::default() }
    }

    /// A behaviour that picks up and then follows the script.
    pub fn answer(script: Vec<Step>) -> Self {
        Self { on_call: OnCall::Answer, script: Some(script), ..Self::default() }
    }

    /// The same behaviour with another one for texts.
    pub fn on_message(mut self, on_message: OnMessage) -> Self {
        self.on_message = on_message;
        self
    }

    /// The same behaviour after so many simulated milliseconds of ringing.
    pub fn after_ms(mut self, after_ms: u64) -> Self {
        self.after_ms = Some(after_ms);
        self
    }
}

/// A phone as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhoneView {
    /// Its number, or `anonymous` and the like.
    pub number: String,
    /// What it does when it is called or texted.
    pub behavior: Behavior,
    /// The call that it is on or that rings, else its last one.
    pub call: Option<CallView>,
    /// All the calls that it placed or got, newest first.
    pub calls: Vec<CallView>,
    /// What happened on that `call`.
    pub transcript: Vec<Entry>,
    /// The texts that it sent and that were sent to it, oldest first.
    pub messages: Vec<MessageView>,
}

/// A call that a phone places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceCall {
    /// The number of the account that is called.
    pub to: String,
    /// What the person with the phone does on the call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<Step>,
    /// The caller's name, which webhooks have as `CallerName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_name: Option<String>,
    /// `ForwardedFrom`: the phone that forwarded the call here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<String>,
}

/// The SID of a placed call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlacedCall {
    pub(crate) call_sid: String,
}

/// A text that a phone sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendText {
    /// The number of the account that is texted.
    pub to: String,
    /// The text; may be empty if there are media.
    #[serde(default)]
    pub body: String,
    /// Pictures and the like, ten at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Attachment>,
}

/// A medium of a text: given in base64, as a file, or, with neither, a small
/// picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Such as `image/jpeg`; by default `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// What the file consists of, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// A file of the machine that the simulator runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
}

/// The SID of a text that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentText {
    pub(crate) message_sid: String,
}
