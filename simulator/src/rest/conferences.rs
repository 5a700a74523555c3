//! `Conferences`: reading, ending and announcing; their participants and recordings.
//!
//! <https://www.twilio.com/docs/voice/api/conference-resource>

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::error::ApiError;
use super::numbers::is_url;
use super::{Form, Reply, Request, page, participants, placing, recordings};
use crate::clock::rfc2822;
use crate::conference::{Conference, ConferenceStatus};
use crate::settings::UnstartedConference;
use crate::simulator::Simulator;

/// Answers everything under `Conferences`; `parts` is what follows it.
pub(super) fn route(
    request: &Request<'_>,
    method: &Method,
    parts: &[&str],
) -> Result<Reply, ApiError> {
    let path = request.uri.path();
    match (method.as_str(), parts) {
        ("GET", []) => list(request),
        ("GET", [file]) if file.starts_with("CF") => fetch(request, json(file)?),
        ("POST", [file]) => update(request, json(file)?),
        ("GET", [sid, "Participants.json"]) => participants::list(request, sid),
        ("POST", [room, "Participants.json"]) => participants::create(request, &decoded(room)),
        ("GET", [sid, "Participants", file]) => participants::fetch(request, sid, &key(file)?),
        ("POST", [sid, "Participants", file]) => participants::update(request, sid, &key(file)?),
        ("DELETE", [sid, "Participants", file]) => participants::delete(request, sid, &key(file)?),
        ("GET", [sid, "Recordings.json"]) => {
            find(request, sid)?;
            recordings::list(request, None, Some(sid))
        }
        ("GET", [sid, "Recordings", file]) => {
            recordings::fetch_of_conference(request, &key(file)?, sid)
        }
        ("DELETE", [sid, "Recordings", file]) => {
            let recording = key(file)?;
            recordings::fetch_of_conference(request, &recording, sid)?;
            recordings::delete(request, Some(&recording))
        }
        _ => Err(ApiError::not_simulated(method, path)),
    }
}

fn json(file: &str) -> Result<&str, ApiError> {
    file.strip_suffix(".json").ok_or_else(|| ApiError::not_found(file))
}

/// The last part of a path: a SID or a label.
fn key(file: &str) -> Result<String, ApiError> {
    json(file).map(decoded)
}

/// A part of a path as it was meant. A plus is a plus there.
fn decoded(part: &str) -> String {
    let pair = format!("part={}", part.replace('+', "%2B").replace('&', "%26"));
    let parsed: Vec<(String, String)> = serde_urlencoded::from_str(&pair).unwrap_or_default();
    parsed.into_iter().next().map_or_else(|| part.to_owned(), |(_, value)| value)
}

/// Whether REST shows a conference already: a fault hides it for a moment.
pub(super) fn is_shown(simulator: &Simulator, conference: &Conference) -> bool {
    let hidden = simulator.dice().faults.conference_late_ms;
    conference.born.elapsed() >= Duration::from_millis(hidden)
}

/// A conference by its SID.
fn find(request: &Request<'_>, sid: &str) -> Result<(), ApiError> {
    with(request, sid, |_| ())
}

/// Reads a conference that REST shows.
pub(super) fn with<T>(
    request: &Request<'_>,
    sid: &str,
    read: impl FnOnce(&Conference) -> T,
) -> Result<T, ApiError> {
    let state = request.simulator.state();
    let found = state.rooms.get(sid).filter(|it| is_shown(request.simulator, it));
    found.map(read).ok_or_else(|| ApiError::not_found(request.uri.path()))
}

fn list(request: &Request<'_>) -> Result<Reply, ApiError> {
    let (simulator, query) = (request.simulator, &request.query);
    check_days(query)?;
    let (name, status) = (query.get("FriendlyName"), query.get("Status"));
    let sids: Vec<String> = {
        let state = simulator.state();
        let wanted = state.rooms.iter().rev().filter(|it| {
            name.is_none_or(|name| it.name == name)
                && status.is_none_or(|status| it.status.as_str() == status)
                && page::within(query, "DateCreated", Some(it.created))
                && page::within(query, "DateUpdated", Some(it.updated))
                && is_shown(simulator, it)
        });
        wanted.map(|it| it.sid.clone()).collect()
    };
    Ok(page::reply(request, "conferences", &sids, |sid| {
        let state = simulator.state();
        state.rooms.get(sid).map(|it| show(it, &simulator.account_sid))
    }))
}

/// Days only: "We do not support the ISO8601 date-time format",
/// <https://support.twilio.com/hc/en-us/articles/360037479633>.
fn check_days(query: &Form) -> Result<(), ApiError> {
    for name in ["DateCreated", "DateUpdated"] {
        for suffix in ["", "<", ">"] {
            let name = format!("{name}{suffix}");
            let is_day = |day: &str| day.len() == 10 && day.as_bytes()[4] == b'-';
            if query.get(&name).is_some_and(|day| !is_day(day)) {
                return Err(ApiError::bad_request(20_001, format!("{name} must be YYYY-MM-DD")));
            }
        }
    }
    Ok(())
}

fn fetch(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let account = &request.simulator.account_sid;
    with(request, sid, |it| show(it, account)).map(Reply::ok)
}

/// Ends a conference or announces something to all in it; here Twilio takes a room's name too.
fn update(request: &Request<'_>, key: &str) -> Result<Reply, ApiError> {
    let (simulator, form) = (request.simulator, &request.form);
    let key = decoded(key);
    let (sid, status) = {
        let state = simulator.state();
        let found = state.rooms.get(&key).or_else(|| state.rooms.live(&key));
        let found = found.filter(|it| is_shown(simulator, it));
        let found = found.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        (found.sid.clone(), found.status)
    };
    let announce = match form.get("AnnounceUrl") {
        Some(url) if is_url(url) => Some((url, placing::method(form, "AnnounceMethod")?)),
        Some(url) => {
            return Err(ApiError::bad_request(21_205, format!("AnnounceUrl is not valid: {url}")));
        }
        None => None,
    };
    let ends = match form.get("Status") {
        None => false,
        Some("completed") => true,
        Some(other) => {
            return Err(ApiError::bad_request(20_001, format!("Invalid Status: {other}")));
        }
    };
    if ends {
        let unstarted = simulator.state().settings.unstarted_conference;
        let refused = unstarted == UnstartedConference::CannotBeEnded;
        if status == ConferenceStatus::Completed || (refused && status == ConferenceStatus::Init) {
            return Err(ApiError::conference_status(status.as_str()));
        }
        simulator.in_room(&sid, |room| room.end_via_api());
    } else if let Some((url, method)) = announce {
        let heard = simulator.in_room(&sid, |room| room.announce_to_all(url, method));
        if heard != Some(true) {
            return Err(ApiError::conference_status(status.as_str()));
        }
    }
    fetch(request, &sid)
}

fn show(conference: &Conference, account: &str) -> Value {
    let uri = format!("/2010-04-01/Accounts/{account}/Conferences/{}", conference.sid);
    let end = conference.end.as_ref();
    json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "call_sid_ending_conference": end.and_then(|end| end.call_sid.clone()),
        "date_created": rfc2822(conference.created),
        "date_updated": rfc2822(conference.updated),
        "friendly_name": conference.name,
        "reason_conference_ended": end.map(|end| end.reason.as_str()),
        "region": conference.region,
        "sid": conference.sid,
        "status": conference.status.as_str(),
        "subresource_uris": {
            "participants": format!("{uri}/Participants.json"),
            "recordings": format!("{uri}/Recordings.json"),
        },
        "uri": format!("{uri}.json"),
    })
}
