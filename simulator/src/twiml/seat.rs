//! What a participant brings along: the attributes of `<Conference>`, or the parameters of a
//! participant that REST adds.

use crate::state::conference::{EventTarget, RecordRequest, Sound};

/// The most participants that Twilio lets into one conference.
pub(crate) const MOST_PARTICIPANTS: usize = 250;

/// The regions in which Twilio can mix a conference.
pub(crate) const REGIONS: [&str; 8] = ["us1", "us2", "ie1", "sg1", "br1", "au1", "jp1", "de1"];

/// The way in which a call takes part in a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) muted: bool,
    pub(crate) beep: Beep,
    pub(crate) start_on_enter: bool,
    pub(crate) end_on_exit: bool,
    pub(crate) label: Option<String>,
    pub(crate) wait: Sound,
    pub(crate) max_participants: usize,
    /// The call that alone hears this one.
    pub(crate) coach: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) record: Option<RecordRequest>,
    pub(crate) events: Option<EventTarget>,
    /// Whether those in the room hear its phone ring.
    pub(crate) early_media: bool,
}

impl Default for Seat {
    fn default() -> Self {
        Self {
            muted: false,
            beep: Beep::default(),
            start_on_enter: true,
            end_on_exit: false,
            label: None,
            wait: Sound::Default,
            max_participants: MOST_PARTICIPANTS,
            coach: None,
            region: None,
            record: None,
            events: None,
            early_media: false,
        }
    }
}

impl Seat {
    /// The seat with all its URLs as `resolve` makes them.
    pub(crate) fn resolved(mut self, resolve: impl Fn(&str) -> String) -> Self {
        if let Sound::Url { url, .. } = &mut self.wait {
            *url = resolve(url);
        }
        if let Some(events) = &mut self.events {
            events.url = resolve(&events.url);
        }
        if let Some(callback) = self.record.as_mut().and_then(|record| record.callback.as_mut()) {
            callback.url = resolve(&callback.url);
        }
        self
    }
}

/// When the others hear a beep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beep {
    pub(crate) on_enter: bool,
    pub(crate) on_exit: bool,
}

impl Default for Beep {
    fn default() -> Self {
        Self { on_enter: true, on_exit: true }
    }
}

impl Beep {
    /// The beep that has this name in TwiML and REST.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let beep = |on_enter, on_exit| Some(Self { on_enter, on_exit });
        match name {
            "true" => beep(true, true),
            "false" => beep(false, false),
            "onEnter" => beep(true, false),
            "onExit" => beep(false, true),
            _ => None,
        }
    }
}
