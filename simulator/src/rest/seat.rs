//! How a participant that REST adds takes part: from a form to a seat.

use super::error::ApiError;
use super::placing::method;
use super::request::Form;
use crate::state::conference::{EventTarget, RecordRequest, RoomEvent, Sound};
use crate::state::recording::RecordingCallback;
use crate::state::webhook::{Method, is_url};
use crate::twiml::{Beep, MOST_PARTICIPANTS, REGIONS, Seat};

pub(super) fn seat(form: &Form) -> Result<Seat, ApiError> {
    let invalid = |name: &str| ApiError::bad_request(20_001, format!("{name} is not valid"));
    let beep = form.get("Beep").map(|beep| Beep::parse(beep).ok_or_else(|| invalid("Beep")));
    let region = form.get("Region");
    if region.is_some_and(|region| !REGIONS.contains(&region)) {
        return Err(invalid("Region"));
    }
    let most = match form.get("MaxParticipants").map(str::parse) {
        None => MOST_PARTICIPANTS,
        Some(Ok(most)) if (2..=MOST_PARTICIPANTS).contains(&most) => most,
        Some(_) => return Err(invalid("MaxParticipants")),
    };
    Ok(Seat {
        muted: flag(form, "Muted").unwrap_or(false),
        beep: beep.transpose()?.unwrap_or_default(),
        start_on_enter: flag(form, "StartConferenceOnEnter").unwrap_or(true),
        end_on_exit: flag(form, "EndConferenceOnExit").unwrap_or(false),
        label: form.get("Label").map(str::to_owned),
        wait: sound(form, "WaitUrl", "WaitMethod")?.unwrap_or(Sound::Default),
        max_participants: most,
        coach: coach(form)?,
        region: region.map(str::to_owned),
        record: recording(form)?,
        events: events(form)?,
        early_media: flag(form, "EarlyMedia").unwrap_or(true),
    })
}

/// "Anything value other than `true` or `false` is interpreted as `false`."
pub(super) fn flag(form: &Form, name: &str) -> Option<bool> {
    form.get(name).map(|value| value.eq_ignore_ascii_case("true"))
}

pub(super) fn coach(form: &Form) -> Result<Option<String>, ApiError> {
    match (flag(form, "Coaching"), form.get("CallSidToCoach")) {
        (Some(true), None) => {
            let message = "CallSidToCoach is required when Coaching is true";
            Err(ApiError::bad_request(20_001, message))
        }
        (Some(false), _) => Ok(None),
        (_, sid) => Ok(sid.map(str::to_owned)),
    }
}

pub(super) fn sound(form: &Form, url: &str, how: &str) -> Result<Option<Sound>, ApiError> {
    let by = match (form.get(how), how) {
        // The only one that is GET unless it says otherwise.
        (None, "HoldMethod") => Method::Get,
        _ => method(form, how)?,
    };
    match form.sent(url) {
        None => Ok(None),
        Some(sent) if sent.is_empty() || is_url(sent) => Ok(Some(Sound::of(Some(sent), by))),
        Some(sent) => Err(ApiError::bad_request(21_205, format!("{url} is not valid: {sent}"))),
    }
}

fn events(form: &Form) -> Result<Option<EventTarget>, ApiError> {
    let Some(url) = form.get("ConferenceStatusCallback") else { return Ok(None) };
    let names = form.all("ConferenceStatusCallbackEvent").flat_map(str::split_whitespace);
    let invalid = |name| ApiError::bad_request(16_002, format!("Invalid conference event: {name}"));
    let events: Result<Vec<_>, _> =
        names.map(|name| RoomEvent::parse(name).ok_or_else(|| invalid(name))).collect();
    let mut events = events?;
    if events.is_empty() {
        events = vec![RoomEvent::Start, RoomEvent::End];
    }
    let method = method(form, "ConferenceStatusCallbackMethod")?;
    Ok(Some(EventTarget { url: url.to_owned(), method, events }))
}

fn recording(form: &Form) -> Result<Option<RecordRequest>, ApiError> {
    if !matches!(form.get("ConferenceRecord"), Some("true" | "record-from-start")) {
        return Ok(None);
    }
    let names = form.all("ConferenceRecordingStatusCallbackEvent").flat_map(str::split_whitespace);
    let mut events: Vec<String> = names.map(str::to_owned).collect();
    if events.is_empty() {
        events.push("completed".to_owned());
    }
    let by = method(form, "ConferenceRecordingStatusCallbackMethod")?;
    let callback = form.get("ConferenceRecordingStatusCallback").map(|url| RecordingCallback {
        url: url.to_owned(),
        method: by,
        events,
    });
    let trim = form.get("ConferenceTrim") != Some("do-not-trim");
    Ok(Some(RecordRequest { callback, trim }))
}
