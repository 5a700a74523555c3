//! `<Conference>`, a noun of `<Dial>`, with all that a document can ask of a conference.
//!
//! <https://www.twilio.com/docs/voice/twiml/conference>

use super::attributes::Attributes;
use super::document::{Conference, Warning};
use super::seat::{Beep, MOST_PARTICIPANTS, REGIONS, Seat};
use super::xml::Element;
use crate::state::conference::{EventTarget, RecordRequest, RoomEvent, Sound};

pub(super) fn conference(element: &Element, warnings: &mut Vec<Warning>) -> Conference {
    let mut attributes = Attributes::of(element, warnings);
    let seat = seat(&mut attributes);
    // There is no jitter here.
    attributes.parsed("jitterBufferSize", |size| {
        matches!(size, "large" | "medium" | "small" | "off").then_some(())
    });
    attributes.unsupported(&["eventCallbackUrl", "recordingConfigurationId"]);
    attributes.finish();
    Conference { name: element.text().trim().to_owned(), seat }
}

fn seat(attributes: &mut Attributes<'_>) -> Seat {
    let wait_method = attributes.method("waitMethod");
    let wait_url = attributes.text("waitUrl");
    let events = attributes.list("statusCallbackEvent", RoomEvent::parse).unwrap_or_default();
    let method = attributes.method("statusCallbackMethod");
    let url = attributes.text("statusCallback").filter(|url| !url.is_empty());
    let trim = attributes.parsed("trim", |value| match value {
        "trim-silence" => Some(true),
        "do-not-trim" => Some(false),
        _ => None,
    });
    let record = attributes.parsed("record", |value| match value {
        "record-from-start" | "true" => Some(true),
        "do-not-record" | "false" => Some(false),
        _ => None,
    });
    let callback = attributes.recording_callback();
    let most = attributes.parsed("maxParticipants", |value| {
        value.parse().ok().filter(|most| (1..=MOST_PARTICIPANTS).contains(most))
    });
    let region =
        attributes.parsed("region", |name| REGIONS.contains(&name).then(|| name.to_owned()));
    Seat {
        muted: attributes.flag("muted", false),
        beep: attributes.parsed("beep", Beep::parse).unwrap_or_default(),
        start_on_enter: attributes.flag("startConferenceOnEnter", true),
        end_on_exit: attributes.flag("endConferenceOnExit", false),
        label: attributes.text("participantLabel").filter(|label| !label.is_empty()),
        wait: Sound::of(wait_url.as_deref(), wait_method),
        max_participants: most.unwrap_or(MOST_PARTICIPANTS),
        coach: attributes.text("coach").filter(|sid| !sid.is_empty()),
        region,
        record: (record == Some(true))
            .then(|| RecordRequest { callback, trim: trim.unwrap_or(true) }),
        events: url.map(|url| EventTarget { url, method, events }),
        early_media: false,
    }
}
