//! `Calls`: placing, reading, changing and ending calls.
//!
//! <https://www.twilio.com/docs/voice/api/call-resource>

use serde_json::{Value, json};

use super::error::ApiError;
use super::page;
use super::placing::{
    detect_machine, method, parties, record, refuse, refuse_at_times, seconds, status_callback,
    warn_of,
};
use super::request::{Form, Reply, Request};
use crate::clock::rfc2822;
use crate::leg::outbound::{self, Outbound};
use crate::number;
use crate::state::call::Call;
use crate::state::call_status::{CallStatus, Direction};
use crate::state::leg_input::{DocumentSource, LegInput};
use crate::state::params::Params;
use crate::state::webhook::{Method, is_url};

/// Parameters that Twilio has and that would change what happens.
const UNSUPPORTED: [&str; 12] = [
    "ApplicationSid",
    "AsyncAmd",
    "AsyncAmdStatusCallback",
    "Byoc",
    "CallToken",
    "ClientNotificationUrl",
    "Passports",
    "RecordingChannels",
    "RecordingConfigurationId",
    "RecordingTrack",
    "SipAuthPassword",
    "SipAuthUsername",
];

/// Parameters of an update that the simulator does not carry out.
const UNSUPPORTED_UPDATES: [&str; 3] = ["FallbackMethod", "FallbackUrl", "TimeLimit"];

pub(super) fn create(request: &Request<'_>) -> Result<Reply, ApiError> {
    let (simulator, form) = (request.simulator, &request.form);
    refuse(form, &UNSUPPORTED)?;
    let (from, to) = parties(simulator, form)?;
    let first = document(form)?
        .ok_or_else(|| ApiError::bad_request(21_205, "Url parameter is required."))?;
    let (status_callback, bad_event) = status_callback(form)?;
    let order = Outbound {
        first: Some(first),
        ring_for: Some(seconds(form, "Timeout", 60, 600)),
        time_limit: seconds(form, "TimeLimit", 14_400, 14_400),
        fallback: fallback(form)?,
        send_digits: form.get("SendDigits").map(str::to_owned),
        detect_machine: detect_machine(form)?,
        record: record(form)?,
        status_callback,
        ..Outbound::new(from, to, Direction::OutboundApi)
    };
    refuse_at_times(simulator, 10_004, (&order.from, &order.to))?;
    let sid = outbound::place(simulator, order);
    warn_of(simulator, &sid, bad_event);
    let shown = simulator.with_call(&sid, |call| show(call, &simulator.account_sid));
    Ok(Reply::created(shown.unwrap_or_default()))
}

pub(super) fn list(request: &Request<'_>) -> Result<Reply, ApiError> {
    let (simulator, query) = (request.simulator, &request.query);
    let number =
        |name| query.get(name).map(|value| number::normalize(value).unwrap_or(value.to_owned()));
    let (to, from) = (number("To"), number("From"));
    let parent = query.get("ParentCallSid");
    let status = query.get("Status");
    let sids: Vec<String> = {
        let state = simulator.state();
        let calls = state.call_order.iter().rev().filter_map(|sid| state.calls.get(sid));
        let wanted = calls.filter(|call| {
            to.as_ref().is_none_or(|to| call.to == *to)
                && from.as_ref().is_none_or(|from| call.from == *from)
                && parent.is_none_or(|parent| call.parent_sid.as_deref() == Some(parent))
                && status.is_none_or(|status| resource_status(call.status) == status)
                && page::within(query, "StartTime", call.started)
                && page::within(query, "EndTime", call.ended)
        });
        wanted.map(|call| call.sid.clone()).collect()
    };
    Ok(page::reply(request, "calls", &sids, |sid| {
        simulator.with_call(sid, |call| show(call, &simulator.account_sid))
    }))
}

pub(super) fn fetch(request: &Request<'_>, sid: Option<&str>) -> Result<Reply, ApiError> {
    let simulator = request.simulator;
    let shown =
        sid.and_then(|sid| simulator.with_call(sid, |call| show(call, &simulator.account_sid)));
    let shown = shown.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
    Ok(Reply::ok(shown))
}

/// Gives a live call a new document, or ends it.
pub(super) fn update(request: &Request<'_>, sid: Option<&str>) -> Result<Reply, ApiError> {
    let (simulator, form) = (request.simulator, &request.form);
    let sid = sid.unwrap_or_default();
    let current = simulator.with_call(sid, |call| call.status);
    let current = current.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
    refuse(form, &UNSUPPORTED_UPDATES)?;
    let redirect = document(form)?;
    let not_in_progress =
        || ApiError::bad_request(21_220, "Call is not in-progress. Cannot redirect.");
    let ended = match form.get("Status") {
        None => None,
        // Only a call that nobody has answered can be canceled.
        Some("canceled") if current == CallStatus::InProgress => return Err(not_in_progress()),
        Some("canceled") => Some(CallStatus::Canceled),
        Some("completed") if current == CallStatus::InProgress => Some(CallStatus::Completed),
        Some("completed") => Some(CallStatus::Canceled),
        Some(other) => {
            let message = format!("Invalid Status: {other}");
            return Err(ApiError::bad_request(21_218, message));
        }
    };
    if (redirect.is_some() && current != CallStatus::InProgress)
        || (ended.is_some() && current.is_final())
    {
        return Err(not_in_progress());
    }
    let (status_callback, _) = status_callback(form)?;
    if status_callback.is_some() {
        simulator.with_call(sid, |call| call.status_callback = status_callback);
    }
    if let Some(status) = ended {
        simulator.send(sid, LegInput::End(status));
        // So that the answer shows it, as Twilio's does.
        simulator.finish(sid, status);
    } else if let Some(source) = redirect {
        simulator.send(sid, LegInput::Redirect(source));
    }
    fetch(request, Some(sid))
}

pub(super) fn delete(request: &Request<'_>, sid: Option<&str>) -> Result<Reply, ApiError> {
    let sid = sid.unwrap_or_default();
    let mut state = request.simulator.state();
    let call = state.calls.get(sid).ok_or_else(|| ApiError::not_found(request.uri.path()))?;
    if !call.status.is_final() || request.simulator.is_fresh(&state.settings, call.ended_at) {
        let message = "Cannot delete this resource before it is complete";
        return Err(ApiError::conflict(20_009, message));
    }
    state.calls.remove(sid);
    state.call_order.retain(|known| known != sid);
    Ok(Reply::Deleted)
}

/// The document that a request gives: `Twiml`, else `Url` with `Method`.
fn document(form: &Form) -> Result<Option<DocumentSource>, ApiError> {
    if let Some(twiml) = form.get("Twiml") {
        return Ok(Some(DocumentSource::Inline(twiml.to_owned())));
    }
    match form.get("Url") {
        None => Ok(None),
        Some(url) if is_url(url) => Ok(Some(DocumentSource::Fetch {
            url: url.to_owned(),
            method: method(form, "Method")?,
            params: Params::default(),
        })),
        Some(url) => Err(ApiError::bad_request(21_205, format!("Url is not a valid URL: {url}"))),
    }
}

fn fallback(form: &Form) -> Result<Option<(String, Method)>, ApiError> {
    let method = method(form, "FallbackMethod")?;
    Ok(form.get("FallbackUrl").map(|url| (url.to_owned(), method)))
}

/// A status as the resource has it: there, a call that is being dialled is still `queued`.
fn resource_status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Initiated => CallStatus::Queued.as_str(),
        other => other.as_str(),
    }
}

fn show(call: &Call, account: &str) -> Value {
    let uri = format!("/2010-04-01/Accounts/{account}/Calls/{}", call.sid);
    let sub = |name: &str| format!("{uri}/{name}.json");
    json!({
        "account_sid": account,
        "answered_by": call.answered_by,
        "api_version": "2010-04-01",
        "caller_name": call.caller_name,
        "date_created": call.created.map(rfc2822),
        "date_updated": call.updated.map(rfc2822),
        "direction": call.direction.as_str(),
        "duration": call.duration.map(|seconds| seconds.to_string()),
        "end_time": call.ended.map(rfc2822),
        "forwarded_from": call.forwarded_from,
        "from": call.from,
        "from_formatted": number::formatted(&call.from),
        "group_sid": null,
        "parent_call_sid": call.parent_sid,
        "phone_number_sid": call.phone_number_sid,
        "price": call.price,
        "price_unit": "USD",
        "queue_time": call.queue_time.as_millis().to_string(),
        "sid": call.sid,
        "start_time": call.started.map(rfc2822),
        "status": resource_status(call.status),
        "subresource_uris": {
            "events": sub("Events"),
            "notifications": sub("Notifications"),
            "payments": sub("Payments"),
            "recordings": sub("Recordings"),
            "siprec": sub("Siprec"),
            "streams": sub("Streams"),
            "transcriptions": sub("Transcriptions"),
            "user_defined_message_subscriptions": sub("UserDefinedMessageSubscriptions"),
            "user_defined_messages": sub("UserDefinedMessages"),
        },
        "to": call.to,
        "to_formatted": number::formatted(&call.to),
        "trunk_sid": null,
        "uri": format!("{uri}.json"),
    })
}
