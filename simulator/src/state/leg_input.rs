//! What reaches a leg: the messages to the task that carries a call.

use std::sync::Arc;
use std::time::Duration;

use crate::audio;
use crate::state::call_status::CallStatus;
use crate::state::params::Params;
use crate::state::webhook::Method;

/// Something that reaches the task of a call.
#[derive(Debug)]
pub(crate) enum LegInput {
    /// The far end pressed a key.
    Key(char),
    /// The far end begins to speak.
    SpeechStart(Arc<Speech>),
    /// The far end ends speaking; `complete` unless it was cut short.
    SpeechEnd { complete: bool },
    /// The far end plays a beep, as voicemails do.
    Beep,
    /// A call of the REST API may be dialled now.
    Turn,
    /// The person or call at the far end picks up.
    Answer,
    /// The person at the far end declines.
    Decline,
    /// The person or call at the far end hangs up.
    HangUp,
    /// The far end, another call, ended without ever answering.
    FarOver(CallStatus),
    /// Twilio ends the call: by REST, or because its `<Dial>` is over.
    End(CallStatus),
    /// The REST API gives the call a new document.
    Redirect(DocumentSource),
    /// REST pauses, resumes or stops the recording of the whole call.
    Recording(RecordingChange),
    /// Its stay in a conference is over; `failed` if it never really began.
    RoomOver { ticket: u64, failed: bool },
}

/// What REST can do to a recording that is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordingChange {
    Pause,
    Resume,
    Stop,
}

/// Something that is spoken, with its words and its samples.
#[derive(Debug)]
pub(crate) struct Speech {
    /// Its words, if it has any.
    pub(crate) words: Option<String>,
    pub(crate) samples: Vec<i16>,
}

impl Speech {
    /// The speech as transcripts show it.
    pub(crate) fn text(&self) -> String {
        match &self.words {
            Some(words) => words.clone(),
            None => format!("[speech {:.1} s]", self.duration().as_secs_f64()),
        }
    }

    pub(crate) fn duration(&self) -> Duration {
        audio::duration(self.samples.len())
    }
}

/// Where the next document of a call comes from.
#[derive(Clone, Debug)]
pub(crate) enum DocumentSource {
    /// From the app, which is told `params` besides the call's own.
    Fetch { url: String, method: Method, params: Params },
    /// From a REST request that gave the document itself.
    Inline(String),
}
