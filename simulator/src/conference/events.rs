//! What a conference tells its app.
//!
//! <https://www.twilio.com/docs/voice/twiml/conference#attributes-status-callback>

use time::OffsetDateTime;

use super::room::Room;
use crate::clock;
use crate::state::callback::Callback;
use crate::state::conference::{Participant, RoomEvent};
use crate::state::event::Happening;
use crate::state::params::Params;
use crate::state::webhook::{Subject, WebhookKind, WebhookRequest};

impl Room<'_> {
    /// Tells of something that happened, to one participant if it did.
    pub(super) fn tell(
        &mut self,
        kind: RoomEvent,
        name: &str,
        participant: Option<usize>,
        more: Params,
    ) {
        self.conference.updated = OffsetDateTime::now_utc();
        let participant = participant.and_then(|index| self.conference.participants.get(index));
        self.simulator.log.add(Happening::Conference {
            conference_sid: self.conference.sid.clone(),
            friendly_name: self.conference.name.clone(),
            event: name.to_owned(),
            status: self.conference.status,
            participant: participant.map(Participant::view),
            reason: self.conference.end.as_ref().map(|end| end.reason.as_str().to_owned()),
        });
        let Some(target) = self.conference.events.as_ref().filter(|it| it.events.contains(&kind))
        else {
            return;
        };
        self.conference.sequence += 1;
        let mut params = Params::default()
            .with("ConferenceSid", &self.conference.sid)
            .with("FriendlyName", &self.conference.name)
            .with("AccountSid", &self.simulator.account_sid)
            .with("SequenceNumber", self.conference.sequence.to_string())
            .with("Timestamp", clock::rfc2822(OffsetDateTime::now_utc()))
            .with("StatusCallbackEvent", name);
        if let Some(it) = participant {
            params.set("CallSid", &it.call_sid);
            params.set("Muted", it.muted.to_string());
            params.set("Hold", it.hold.to_string());
            params.set("Coaching", it.coaching.to_string());
            params.set("EndConferenceOnExit", it.end_on_exit.to_string());
            params.set("StartConferenceOnEnter", it.start_on_enter.to_string());
            if let Some(label) = &it.label {
                params.set("ParticipantLabel", label);
            }
        }
        params.extend(more);
        let phone = participant.and_then(|it| it.phone.as_deref()).unwrap_or_default();
        let key = format!("conference {} {name} {phone}", self.conference.name);
        let request = WebhookRequest {
            kind: WebhookKind::Conference,
            about: Subject::Conference {
                sid: self.conference.sid.clone(),
                call_sid: participant.map(|it| it.call_sid.clone()),
            },
            url: target.url.clone(),
            method: target.method,
            params,
            fault: None,
        };
        // The receiver goes only with the conference.
        let _ = self.conference.callbacks.send(Callback::new(key, request));
    }
}
