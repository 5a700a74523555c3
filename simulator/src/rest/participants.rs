//! `Participants` of a conference: adding, reading, changing and removing them.
//!
//! <https://www.twilio.com/docs/voice/api/conference-participant-resource>

use serde_json::{Value, json};

use super::conferences::with;
use super::error::ApiError;
use super::page;
use super::placing::{
    detect_machine, method, parties, record, refuse, refuse_at_times, seconds, status_callback,
    warn_of,
};
use super::request::{Reply, Request};
use super::seat::{coach, flag, seat, sound};
use crate::clock::rfc2822;
use crate::conference::{Changes, Refusal, admits};
use crate::leg::conference::Participation;
use crate::leg::outbound::{self, Outbound};
use crate::simulator::Simulator;
use crate::state::State;
use crate::state::call_status::{CallStatus, Direction};
use crate::state::conference::{ConferenceStatus, Participant};
use crate::state::webhook::is_url;

/// Parameters that Twilio has and that would change what happens.
const UNSUPPORTED: [&str; 12] = [
    "AmdStatusCallback",
    "Byoc",
    "CallToken",
    "CallerDisplayName",
    "ClientNotificationUrl",
    "EmergencyAddress",
    "Passports",
    "RecordingChannels",
    "RecordingConfigurationId",
    "RecordingTrack",
    "SipAuthPassword",
    "SipAuthUsername",
];

/// Calls somebody into a room, which need not exist yet.
pub(super) fn create(request: &Request<'_>, room: &str) -> Result<Reply, ApiError> {
    let (simulator, form) = (request.simulator, &request.form);
    refuse(form, &UNSUPPORTED)?;
    let name = room_name(request, room)?;
    let (from, to) = parties(simulator, form)?;
    let seat = seat(form)?;
    admits(&simulator.state().rooms, &name, &seat).map_err(refused)?;
    let (status_callback, bad_event) = status_callback(form)?;
    let order = Outbound {
        ring_for: Some(seconds(form, "Timeout", 60, 600)),
        time_limit: seconds(form, "TimeLimit", 14_400, 14_400),
        detect_machine: detect_machine(form)?,
        record: record(form)?,
        status_callback,
        ..Outbound::new(from, to, Direction::OutboundApi)
    };
    refuse_at_times(simulator, 16_021, (&order.from, &order.to))?;
    let mut admission = None;
    let sid = outbound::place_for(simulator, order, |sid| {
        admission = simulator.admit(&name, sid, &seat).ok();
        let admission = admission.clone()?;
        let (beeps, early_media) = (seat.beep.on_enter, seat.early_media);
        Some(Participation { admission, beeps, early_media })
    });
    warn_of(simulator, &sid, bad_event);
    // Another took its place in this instant: its call ends by itself.
    let admission = admission.ok_or_else(|| refused(Refusal::Full))?;
    let state = simulator.state();
    let conference = state.rooms.get(&admission.conference_sid);
    let own = |it: &&Participant| it.ticket == admission.ticket;
    let shown = conference.and_then(|it| it.participants.iter().find(own)).map(|it| {
        let mut shown = show(simulator, &state, &admission.conference_sid, it);
        // Known only here: how long the call waits for its turn.
        let waits = state.calls.get(&it.call_sid).map(|call| call.queue_time.as_millis());
        shown["queue_time"] = json!(waits.unwrap_or(0).to_string());
        shown
    });
    Ok(Reply::created(shown.unwrap_or_default()))
}

/// A room by its name, or by the SID of the conference in it.
fn room_name(request: &Request<'_>, room: &str) -> Result<String, ApiError> {
    let digits = room.strip_prefix("CF").filter(|digits| digits.len() == 32);
    if !digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Ok(room.to_owned());
    }
    let (name, status) = with(request, room, |it| (it.name.clone(), it.status))?;
    match status {
        ConferenceStatus::Completed => Err(ApiError::not_found(request.uri.path())),
        _ => Ok(name),
    }
}

fn refused(refusal: Refusal) -> ApiError {
    let (code, message) = match refusal {
        Refusal::BadName => (13_237, "Invalid conference name: 1 to 128 characters"),
        Refusal::Full => (16_020, "Conference is full"),
        Refusal::BadLabel => {
            (16_024, "Participant label invalid: max 128 chars, not a CallSid, no '/'")
        }
        Refusal::LabelInUse => (16_026, "Participant label is in use by another participant"),
        Refusal::NoSuchCoach => (13_240, "CallSidToCoach is not a call in this conference"),
    };
    ApiError::bad_request(code, message)
}

/// Those who are in it or are being called: "this resource does not return historical logs".
pub(super) fn list(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let (simulator, query) = (request.simulator, &request.query);
    let (muted, hold, coaching) =
        (flag(query, "Muted"), flag(query, "Hold"), flag(query, "Coaching"));
    let calls: Vec<String> = with(request, sid, |conference| {
        let wanted = conference.participants.iter().rev().filter(|it| {
            it.is_expected()
                && muted.is_none_or(|muted| it.muted == muted)
                && hold.is_none_or(|hold| it.hold == hold)
                && coaching.is_none_or(|coaching| it.coaching == coaching)
        });
        wanted.map(|it| it.call_sid.clone()).collect()
    })?;
    Ok(page::reply(request, "participants", &calls, |call| {
        let state = simulator.state();
        let found = state.rooms.get(sid).and_then(|conference| conference.find(call));
        found.map(|it| show(simulator, &state, sid, it))
    }))
}

pub(super) fn fetch(request: &Request<'_>, sid: &str, key: &str) -> Result<Reply, ApiError> {
    ticket(request, sid, key)?;
    let state = request.simulator.state();
    let found = state.rooms.get(sid).and_then(|conference| conference.find(key));
    let shown = found.map(|it| show(request.simulator, &state, sid, it));
    shown.map(Reply::ok).ok_or_else(|| ApiError::not_found(request.uri.path()))
}

/// The participant's ticket, and whether it is in the room already.
fn ticket(request: &Request<'_>, sid: &str, key: &str) -> Result<(u64, bool), ApiError> {
    let found = with(request, sid, |it| it.find(key).map(|found| (found.ticket, found.is_in())))?;
    found.ok_or_else(|| ApiError::not_found(request.uri.path()))
}

pub(super) fn update(request: &Request<'_>, sid: &str, key: &str) -> Result<Reply, ApiError> {
    let form = &request.form;
    let (ticket, is_in) = ticket(request, sid, key)?;
    let announce = match form.get("AnnounceUrl") {
        Some(url) if is_url(url) => Some((url.to_owned(), method(form, "AnnounceMethod")?)),
        Some(url) => {
            return Err(ApiError::bad_request(21_205, format!("AnnounceUrl is not valid: {url}")));
        }
        None => None,
    };
    let changes = Changes {
        muted: flag(form, "Muted"),
        hold: flag(form, "Hold"),
        hold_sound: sound(form, "HoldUrl", "HoldMethod")?,
        wait: sound(form, "WaitUrl", "WaitMethod")?,
        beep_on_exit: flag(form, "BeepOnExit"),
        end_on_exit: flag(form, "EndConferenceOnExit"),
        coaching: flag(form, "Coaching"),
        call_sid_to_coach: coach(form)?,
        announce,
    };
    if !is_in && (changes.hold == Some(true) || changes.announce.is_some()) {
        return Err(ApiError::conference_status("without this participant"));
    }
    if let Some(coached) = &changes.call_sid_to_coach {
        let known = with(request, sid, |it| it.find(coached).is_some_and(Participant::is_in))?;
        if !known {
            return Err(refused(Refusal::NoSuchCoach));
        }
    }
    request.simulator.in_room(sid, |room| room.change(ticket, &changes));
    fetch(request, sid, key)
}

/// Puts somebody out; their call goes on after the conference.
pub(super) fn delete(request: &Request<'_>, sid: &str, key: &str) -> Result<Reply, ApiError> {
    let (ticket, _) = ticket(request, sid, key)?;
    request.simulator.in_room(sid, |room| room.kick(ticket));
    Ok(Reply::Deleted)
}

fn status(state: &State, participant: &Participant) -> &'static str {
    let call = state.calls.get(&participant.call_sid).map(|call| call.status);
    match call {
        _ if participant.is_in() => "connected",
        Some(CallStatus::Queued) => "queued",
        Some(CallStatus::Ringing) => "ringing",
        _ => "connecting",
    }
}

fn show(simulator: &Simulator, state: &State, sid: &str, participant: &Participant) -> Value {
    let account = &simulator.account_sid;
    let call_sid = &participant.call_sid;
    json!({
        "account_sid": account,
        "call_sid": call_sid,
        "call_sid_to_coach": participant.call_sid_to_coach,
        "coaching": participant.coaching,
        "conference_sid": sid,
        "date_created": rfc2822(participant.created),
        "date_updated": rfc2822(participant.updated),
        "end_conference_on_exit": participant.end_on_exit,
        "hold": participant.hold,
        "label": participant.label,
        "muted": participant.muted,
        "queue_time": null,
        "start_conference_on_enter": participant.start_on_enter,
        "status": status(state, participant),
        "uri": format!(
            "/2010-04-01/Accounts/{account}/Conferences/{sid}/Participants/{call_sid}.json"
        ),
    })
}
