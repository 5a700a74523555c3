//! What happened on a call, as the person on it and Twilio experienced it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock::{self, Clock};
use crate::state::call_status::CallStatus;

/// A call that loops for ever must not fill the memory.
const MOST_ENTRIES: usize = 10_000;

/// One thing that happened on a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the transcript, from 0.
    pub seq: u64,
    /// When it happened, RFC 3339.
    pub at: String,
    /// Simulated seconds since the call was created.
    pub at_seconds: f64,
    /// What happened on the call.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of things that happen on a call; `kind` in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// The person heard something; written down when it starts.
    Heard {
        /// What makes the sound that is heard.
        source: Source,
        /// Words; or `beep`, `ringing`, `key 5`, a media URL.
        text: String,
    },
    /// The person spoke; written down when they start.
    Said {
        /// The words, or `[speech 3.0 s]`.
        text: String,
        /// How long it lasts, in simulated seconds.
        lasts_seconds: f64,
    },
    /// The person pressed keys of the phone.
    Pressed {
        /// The keys, in the order in which they were pressed.
        digits: String,
    },
    /// The person picked up, declined or hung up.
    Did {
        /// What the person did: `answer`, `decline` or `hang-up`.
        action: String,
    },
    /// The call has a new status.
    Status {
        /// The status that the call has now.
        status: CallStatus,
    },
    /// Twilio begins to run a document.
    Twiml {
        /// Where it comes from; absent for a document given in a REST request.
        url: Option<String>,
        /// The document as it was received.
        document: String,
    },
    /// Twilio begins to run a verb.
    Verb {
        /// The verb's name, as in `Gather`.
        name: String,
        /// The verb's attributes, as they were written.
        attributes: BTreeMap<String, String>,
    },
    /// What Twilio's debugger would show for this call.
    Warning {
        /// Twilio's code of the error.
        code: u32,
        /// What is wrong, in words.
        message: String,
    },
    /// A step of the person's script could not be done; the script is over.
    ScriptError {
        /// The step that failed, and why.
        message: String,
    },
    /// Every step of the person's script is done.
    ScriptEnded,
}

/// What makes a sound that a person hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Twilio says a text: `<Say>`.
    Say,
    /// Twilio plays a file: `<Play>` of a URL.
    Play,
    /// A tone that asks to speak.
    Beep,
    /// The other phone is ringing.
    Ringing,
    /// Nothing: a person has answered, who is asked something first.
    Silence,
    /// The silence of an open line: two people are connected.
    Bridge,
    /// The network gives the busy signal.
    Busy,
    /// The network says that the number is "not in service".
    NotInService,
    /// The person on the other side speaks.
    Speech,
    /// The other side presses keys, or `<Play digits>`.
    Keys,
}

/// The transcript of one call, with what a script's `wait_for` reads.
#[derive(Debug)]
pub(crate) struct Transcript {
    pub(crate) entries: Vec<Entry>,
    /// Everything heard so far, in lower case, separated by spaces.
    pub(crate) heard: String,
    /// Changes with each entry, for those who wait for one.
    pub(crate) changed: watch::Sender<u64>,
    started: Instant,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        Self {
            entries: Vec::new(),
            heard: String::new(),
            changed: watch::Sender::new(0),
            started: Instant::now(),
        }
    }

    /// Writes down what happens now; gives it back unless the transcript is full.
    pub(crate) fn push(&mut self, clock: Clock, what: What) -> Option<Entry> {
        if self.entries.len() >= MOST_ENTRIES && !matches!(what, What::Status { .. }) {
            return None;
        }
        if let What::Heard { text, .. } = &what {
            self.heard.push_str(&text.to_lowercase());
            self.heard.push(' ');
        }
        let seconds = clock.since(self.started).as_secs_f64();
        let entry = Entry {
            seq: self.entries.len() as u64,
            at: clock::rfc3339_now(),
            at_seconds: (seconds * 1000.0).round() / 1000.0,
            what,
        };
        self.entries.push(entry.clone());
        self.changed.send_modify(|count| *count += 1);
        Some(entry)
    }
}

/// Text as it is heard: without line breaks and repeated spaces.
pub(crate) fn spoken(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
