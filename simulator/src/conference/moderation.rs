//! What REST changes in a conference.
//!
//! <https://www.twilio.com/docs/voice/api/conference-participant-resource#update-a-participant-resource>

use time::OffsetDateTime;

use crate::conference::room::Room;
use crate::state::conference::{ConferenceStatus, RoomEvent, Sound};
use crate::state::params::Params;
use crate::state::webhook::Method;

/// Changes to one participant; what is absent stays.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) muted: Option<bool>,
    pub(crate) hold: Option<bool>,
    /// What the participant hears while it is on hold.
    pub(crate) hold_sound: Option<Sound>,
    pub(crate) wait: Option<Sound>,
    pub(crate) beep_on_exit: Option<bool>,
    pub(crate) end_on_exit: Option<bool>,
    pub(crate) coaching: Option<bool>,
    pub(crate) call_sid_to_coach: Option<String>,
    pub(crate) announce: Option<(String, Method)>,
}

impl Changes {
    /// Whether an app is told that the participant was modified.
    fn modifies(&self) -> bool {
        self.wait.is_some()
            || self.beep_on_exit.is_some()
            || self.end_on_exit.is_some()
            || self.coaching.is_some()
            || self.call_sid_to_coach.is_some()
    }
}

impl Room<'_> {
    /// Carries out what REST asks for.
    pub(crate) fn change(&mut self, ticket: u64, changes: &Changes) {
        let Some(index) = self.index(ticket) else { return };
        self.conference.participants[index].updated = OffsetDateTime::now_utc();
        if let Some(muted) = changes.muted {
            self.mute(index, muted);
        }
        self.hold(index, changes);
        self.modify(index, changes);
        if let Some((url, method)) = &changes.announce {
            self.announce(Some(index), url, *method);
        }
    }

    /// Announces something to all. False if there is nobody to hear it: it has not started, or it is
    /// over.
    pub(crate) fn announce_to_all(&mut self, url: &str, method: Method) -> bool {
        let live = self.conference.status == ConferenceStatus::InProgress;
        if live {
            self.announce(None, url, method);
        }
        live
    }

    fn mute(&mut self, index: usize, muted: bool) {
        if self.conference.participants[index].muted == muted {
            return;
        }
        if muted {
            self.hush(index, false);
        }
        self.conference.participants[index].muted = muted;
        let name = if muted { "participant-mute" } else { "participant-unmute" };
        self.tell(RoomEvent::Mute, name, Some(index), Params::default());
    }

    fn hold(&mut self, index: usize, changes: &Changes) {
        let held = self.conference.participants[index].hold;
        let hold = changes.hold.unwrap_or(held);
        if hold && (!held || changes.hold_sound.is_some()) {
            self.hush(index, false);
            let sound = changes.hold_sound.clone().unwrap_or(Sound::Default);
            self.play_to(index, &sound);
        }
        self.conference.participants[index].hold = hold;
        if hold == held {
            return;
        }
        if !hold {
            self.stop_music(index);
            if self.conference.participants[index].waits(self.is_in_progress()) {
                self.wait(index);
            }
        }
        let name = if hold { "participant-hold" } else { "participant-unhold" };
        self.tell(RoomEvent::Hold, name, Some(index), Params::default());
    }

    fn modify(&mut self, index: usize, changes: &Changes) {
        if !changes.modifies() {
            return;
        }
        let participant = &mut self.conference.participants[index];
        participant.beep_on_exit = changes.beep_on_exit.unwrap_or(participant.beep_on_exit);
        participant.end_on_exit = changes.end_on_exit.unwrap_or(participant.end_on_exit);
        if let Some(coached) = &changes.call_sid_to_coach {
            participant.call_sid_to_coach = Some(coached.clone());
            participant.coaching = true;
        }
        participant.coaching = changes.coaching.unwrap_or(participant.coaching);
        if !participant.coaching {
            participant.call_sid_to_coach = None;
        }
        if let Some(wait) = &changes.wait {
            participant.wait = wait.clone();
            if participant.waits(self.conference.status == ConferenceStatus::InProgress) {
                self.wait(index);
            }
        }
        self.tell(RoomEvent::Modify, "participant-modify", Some(index), Params::default());
    }
}
