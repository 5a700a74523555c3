//! `Recordings` of calls and conferences, and their media.
//!
//! <https://www.twilio.com/docs/voice/api/recording>

use axum::body::Bytes;
use serde_json::{Value, json};

use super::error::ApiError;
use super::page;
use super::request::{Reply, Request};
use crate::clock::rfc2822;
use crate::state::faults::RECORDING_WORDS;
use crate::state::leg_input::{LegInput, RecordingChange};
use crate::state::recording::{DELETED, Missing, OF_CALL, Recording};

/// All recordings, a call's or a conference's.
pub(super) fn list(
    request: &Request<'_>,
    call: Option<&str>,
    conference: Option<&str>,
) -> Result<Reply, ApiError> {
    let query = &request.query;
    let call_sid = call.or_else(|| query.get("CallSid"));
    let conference_sid = conference.or_else(|| query.get("ConferenceSid"));
    let with_deleted = query.get("IncludeSoftDeleted") == Some("true");
    let recordings = request.simulator.state().recordings.clone();
    let wanted = recordings.iter().rev().filter(|recording| {
        // A conference's recording is of none of its calls.
        let of_call = recording.conference_sid.is_none();
        (with_deleted || !recording.is_deleted())
            && call_sid.is_none_or(|call| of_call && recording.call_sid == call)
            && conference_sid.is_none_or(|sid| recording.conference_sid.as_deref() == Some(sid))
            && page::within(query, "DateCreated", Some(recording.created))
    });
    let sids: Vec<String> = wanted.map(|recording| recording.sid.clone()).collect();
    Ok(page::reply(request, "recordings", &sids, |sid| {
        let recording = recordings.iter().find(|recording| recording.sid == sid)?;
        Some(show(request, recording, Of::new(call, conference)))
    }))
}

pub(super) fn fetch(
    request: &Request<'_>,
    sid: Option<&str>,
    call: Option<&str>,
) -> Result<Reply, ApiError> {
    let recording = find(request, sid.unwrap_or_default())?;
    let of_call = recording.conference_sid.is_none();
    if call.is_some_and(|call| !of_call || call != recording.call_sid) {
        return Err(ApiError::not_found(request.uri.path()));
    }
    Ok(Reply::ok(show(request, &recording, Of::new(call, None))))
}

/// A recording of a conference, as a part of that conference.
pub(super) fn fetch_of_conference(
    request: &Request<'_>,
    sid: &str,
    conference: &str,
) -> Result<Reply, ApiError> {
    let recording = find(request, sid)?;
    if recording.conference_sid.as_deref() != Some(conference) {
        return Err(ApiError::not_found(request.uri.path()));
    }
    Ok(Reply::ok(show(request, &recording, Of::Conference)))
}

/// The WAV file, with or without its extension. A recording that is not complete
/// has none yet, and `.mp3` is not made: 404, as Twilio answers.
pub(super) fn media(request: &Request<'_>, file: &str) -> Result<Reply, ApiError> {
    let missing = || ApiError::not_found(request.uri.path());
    let sid = file.strip_suffix(".wav").unwrap_or(file);
    let mut state = request.simulator.state();
    let recording = state.recordings.iter_mut().find(|recording| recording.sid == sid);
    let recording = recording.filter(|it| it.status == "completed").ok_or_else(missing)?;
    match recording.missing {
        Missing::Never => {}
        Missing::Once => {
            recording.missing = Missing::Never;
            return Err(missing());
        }
        Missing::ForGood => return Err(missing()),
    }
    Ok(Reply::Media("audio/x-wav".to_owned(), recording.wav.clone()))
}

/// Pauses, resumes or stops the recording of a whole call, whose other name is `Twilio.CURRENT`.
///
/// <https://www.twilio.com/docs/voice/api/recording#update-a-recording-resource>
pub(super) fn update(request: &Request<'_>, sid: &str, call: &str) -> Result<Reply, ApiError> {
    let missing = || ApiError::not_found(request.uri.path());
    let found = {
        let state = request.simulator.state();
        let of_call = |it: &&Recording| it.call_sid == call && it.conference_sid.is_none();
        let current = |it: &&Recording| matches!(it.status, "in-progress" | "paused");
        let mut own = state.recordings.iter().rev().filter(of_call);
        match sid {
            "Twilio.CURRENT" => own.find(current).cloned(),
            _ => own.find(|it| it.sid == sid && !it.is_deleted()).cloned(),
        }
    };
    let recording = found.ok_or_else(missing)?;
    if recording.source != OF_CALL {
        let message = "The simulator changes recordings of whole calls only";
        return Err(ApiError::bad_request(20_001, message));
    }
    let (change, status) = match (request.form.get("Status"), recording.status) {
        (Some("paused"), "in-progress") => (RecordingChange::Pause, "paused"),
        (Some("in-progress"), "paused") => (RecordingChange::Resume, "in-progress"),
        (Some("stopped"), "in-progress" | "paused") => (RecordingChange::Stop, "stopped"),
        (Some("paused" | "in-progress" | "stopped"), now) => {
            let message = format!("Recording is {now}: its status cannot be changed so");
            return Err(ApiError::bad_request(21_220, message));
        }
        (other, _) => {
            let message = format!("Invalid Status: {}", other.unwrap_or_default());
            return Err(ApiError::bad_request(20_001, message));
        }
    };
    // Before its task is told: what that makes of it comes later.
    request.simulator.set_recording_status(&recording.sid, status);
    request.simulator.send(call, LegInput::Recording(change));
    fetch(request, Some(&recording.sid), Some(call))
}

/// The file is gone at once; the record is kept, and shown to who asks for `IncludeSoftDeleted`.
pub(super) fn delete(request: &Request<'_>, sid: Option<&str>) -> Result<Reply, ApiError> {
    find(request, sid.unwrap_or_default())?;
    let mut state = request.simulator.state();
    for recording in state.recordings.iter_mut().filter(|it| Some(it.sid.as_str()) == sid) {
        recording.status = DELETED;
        recording.wav = Bytes::new();
    }
    Ok(Reply::Deleted)
}

fn find(request: &Request<'_>, sid: &str) -> Result<Recording, ApiError> {
    let state = request.simulator.state();
    let found = state.recordings.iter().find(|it| it.sid == sid && !it.is_deleted());
    found.cloned().ok_or_else(|| ApiError::not_found(request.uri.path()))
}

/// The resource that a recording is shown under: each has properties of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Account,
    Call,
    Conference,
}

impl Of {
    fn new(call: Option<&str>, conference: Option<&str>) -> Self {
        match (call, conference) {
            (Some(_), _) => Self::Call,
            (None, Some(_)) => Self::Conference,
            (None, None) => Self::Account,
        }
    }
}

fn show(request: &Request<'_>, recording: &Recording, of: Of) -> Value {
    let account = &request.simulator.account_sid;
    let root = format!("/2010-04-01/Accounts/{account}");
    let what = format!("rest recording {} {:?}", recording.source, recording.duration);
    let odd = request.simulator.dice().unknown_word(&what, &RECORDING_WORDS);
    let own = format!("{root}/Recordings/{}", recording.sid);
    let mut shown = json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "call_sid": recording.call_sid,
        "channels": 1,
        "conference_sid": recording.conference_sid,
        "date_created": rfc2822(recording.created),
        "date_updated": rfc2822(recording.updated),
        "duration": recording.duration.map(|seconds| seconds.to_string()),
        "encryption_details": null,
        "error_code": null,
        "price": null,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": recording.source,
        "start_time": rfc2822(recording.created),
        "status": odd.unwrap_or(recording.status),
    });
    if of == Of::Call {
        shown["track"] = json!("both");
        shown["uri"] =
            json!(format!("{root}/Calls/{}/Recordings/{}.json", recording.call_sid, recording.sid));
    } else if let (Of::Conference, Some(conference)) = (of, &recording.conference_sid) {
        shown["uri"] =
            json!(format!("{root}/Conferences/{conference}/Recordings/{}.json", recording.sid));
    } else {
        shown["uri"] = json!(format!("{own}.json"));
        shown["media_url"] = json!(request.simulator.recording_url(&recording.sid));
        shown["subresource_uris"] = json!({
            "add_on_results": format!("{own}/AddOnResults.json"),
            "transcriptions": format!("{own}/Transcriptions.json"),
        });
    }
    shown
}
