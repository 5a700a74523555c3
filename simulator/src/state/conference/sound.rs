//! What is heard in a room beside what legs play: music, announcements, speech.

use std::sync::Arc;

use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::state::leg_input::Speech;
use crate::state::webhook::Method;

/// What a participant that waits, or is on hold, hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sound {
    /// The music that Twilio plays by default.
    Default,
    Silence,
    Url {
        url: String,
        method: Method,
    },
}

impl Sound {
    /// An absent URL is Twilio's music, an empty one silence.
    pub(crate) fn of(url: Option<&str>, method: Method) -> Self {
        match url {
            None => Self::Default,
            Some("") => Self::Silence,
            Some(url) => Self::Url { url: url.to_owned(), method },
        }
    }
}

/// Something that a participant says, and the calls that hear it.
#[derive(Debug)]
pub(crate) struct Speaking {
    pub(crate) speech: Arc<Speech>,
    pub(crate) since: Instant,
    pub(crate) heard_by: Vec<String>,
    /// Whether it is for all, and so for the recording.
    pub(crate) aloud: bool,
}

/// Something that plays until it ends, or until this is dropped.
#[derive(Debug)]
pub(crate) struct Playing(pub(crate) AbortHandle);

impl Drop for Playing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Playing {
    /// Whether it has ended by itself.
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_finished()
    }
}
