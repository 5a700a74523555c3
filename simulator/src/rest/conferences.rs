//! `Conferences`: reading, ending and announcing; their participants and recordings.
//!
//! <https://www.twilio.com/docs/voice/api/conference-resource>

use std::time::Duration;

use serde_json::{Value, json};

use super::error::ApiError;
use super::request::{Form, Reply, Request};
use super::{page, placing};
use crate::clock::rfc2822;
use crate::simulator::Simulator;
use crate::state::conference::{Conference, ConferenceStatus};
use crate::state::settings::{ConferenceList, UnstartedConference};
use crate::state::webhook::is_url;

/// Whether REST shows a conference already: a fault hides it for a moment.
fn is_shown(simulator: &Simulator, conference: &Conference) -> bool {
    let hidden = simulator.dice().faults.conference_late_ms;
    conference.born.elapsed() >= Duration::from_millis(hidden)
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

pub(super) fn list(request: &Request<'_>) -> Result<Reply, ApiError> {
    let (simulator, query) = (request.simulator, &request.query);
    check_days(query)?;
    let (name, status) = (query.get("FriendlyName"), query.get("Status"));
    let sids: Vec<String> = {
        let state = simulator.state();
        let status = status.or(match state.settings.conference_list {
            ConferenceList::InProgress => Some(ConferenceStatus::InProgress.as_str()),
            ConferenceList::All => None,
        });
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

/// Refuses filters that are no days: "We do not support the ISO8601 date-time format",
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

pub(super) fn fetch(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let account = &request.simulator.account_sid;
    with(request, sid, |it| show(it, account)).map(Reply::ok)
}

/// Ends a conference or announces something to all in it; here Twilio takes a room's name too.
pub(super) fn update(request: &Request<'_>, key: &str) -> Result<Reply, ApiError> {
    let (simulator, form) = (request.simulator, &request.form);
    let (sid, status) = {
        let state = simulator.state();
        let found = state.rooms.get(key).or_else(|| state.rooms.live(key));
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
