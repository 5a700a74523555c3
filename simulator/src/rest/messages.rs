//! `Messages`: sending, reading, redacting and deleting texts.
//!
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use std::time::Duration;

use serde_json::{Value, json};

use super::error::ApiError;
use super::page;
use super::placing::refuse_at_times;
use super::request::{Reply, Request};
use crate::clock::rfc2822;
use crate::messaging::outbound::{self, LONGEST_VALIDITY, Order};
use crate::number;
use crate::simulator::Simulator;
use crate::state::faults::MESSAGE_WORDS;
use crate::state::message::{Message, MessageDirection};

/// Parameters that Twilio has and that would change what happens.
const UNSUPPORTED: [&str; 11] = [
    "ApplicationSid",
    "ContentSid",
    "ContentVariables",
    "FallbackFrom",
    "MaxPrice",
    "MessagingServiceSid",
    "ScheduleType",
    "SendAsMms",
    "SendAt",
    "ShortenUrls",
    "SmartEncoded",
];

/// Parameters with values that change nothing here.
const DEFAULTS: [(&str, &str); 5] = [
    ("AddressRetention", "retain"),
    ("ContentRetention", "retain"),
    ("SendAsMms", "false"),
    ("ShortenUrls", "false"),
    ("SmartEncoded", "false"),
];

pub(super) fn create(request: &Request<'_>) -> Result<Reply, ApiError> {
    let (simulator, form) = (request.simulator, &request.form);
    let retention = ["AddressRetention", "ContentRetention"];
    for name in UNSUPPORTED.iter().chain(&retention) {
        if form.get(name).is_some_and(|value| !DEFAULTS.contains(&(name, value))) {
            return Err(ApiError::unsupported(name));
        }
    }
    let text = |name| form.get(name).unwrap_or_default().to_owned();
    let media = form.all("MediaUrl").filter(|url| !url.is_empty());
    let order = Order {
        body: text("Body"),
        media_urls: media.map(str::to_owned).collect(),
        status_callback: form.get("StatusCallback").map(str::to_owned),
        validity: validity(form.get("ValidityPeriod"))?,
        ..Order::new(text("From"), text("To"), MessageDirection::OutboundApi)
    };
    refuse_at_times(simulator, 21_611, (&order.from, &order.to))?;
    let sid = outbound::send(simulator, order)
        .map_err(|refusal| ApiError::bad_request(refusal.code, refusal.message))?;
    let shown = simulator.with_message(&sid, |message| show(simulator, message));
    Ok(Reply::created(shown.unwrap_or_default()))
}

fn validity(sent: Option<&str>) -> Result<Duration, ApiError> {
    let Some(sent) = sent else {
        return Ok(LONGEST_VALIDITY);
    };
    match sent.parse().map(Duration::from_secs) {
        Ok(Duration::ZERO) => Err(ApiError::bad_request(30_012, "TTL is too small")),
        Ok(validity) if validity <= LONGEST_VALIDITY => Ok(validity),
        _ => {
            let message =
                "Validity Period is less than zero or greater than maximum allowed: 36000";
            Err(ApiError::bad_request(30_045, message))
        }
    }
}

/// A message that was not sent yet has no `DateSent`: no such filter finds it.
pub(super) fn list(request: &Request<'_>) -> Result<Reply, ApiError> {
    let (simulator, query) = (request.simulator, &request.query);
    let number =
        |name| query.get(name).map(|value| number::normalize(value).unwrap_or(value.to_owned()));
    let (to, from) = (number("To"), number("From"));
    let sids: Vec<String> = {
        let state = simulator.state();
        let newest_first = state.messages.iter().rev().filter(|message| !message.deleted);
        let wanted = newest_first.filter(|message| {
            to.as_ref().is_none_or(|to| message.to == *to)
                && from.as_ref().is_none_or(|from| message.from == *from)
                && page::within(query, "DateSent", message.sent)
        });
        wanted.map(|message| message.sid.clone()).collect()
    };
    Ok(page::reply(request, "messages", &sids, |sid| {
        let state = simulator.state();
        state.message(sid).map(|message| show(simulator, message))
    }))
}

pub(super) fn fetch(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let state = request.simulator.state();
    let message = state.message(sid).ok_or_else(|| ApiError::not_found(request.uri.path()))?;
    Ok(Reply::ok(show(request.simulator, message)))
}

/// An empty `Body` redacts. `Status=canceled` is for scheduled messages, which
/// need a messaging service: <https://www.twilio.com/docs/api/errors/30409>.
pub(super) fn update(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let form = &request.form;
    finished(request, sid, form.sent("Body").is_some())?;
    match form.get("Status") {
        None => {}
        Some("canceled") => {
            return Err(ApiError::conflict(30_409, "This message cannot be canceled"));
        }
        Some(other) => {
            return Err(ApiError::bad_request(20_001, format!("Invalid Status: {other}")));
        }
    }
    match form.sent("Body") {
        None => {}
        Some("") => {
            request.simulator.with_message(sid, |message| {
                message.redacted = true;
                message.updated = time::OffsetDateTime::now_utc();
            });
        }
        Some(_) => {
            let message = "Body can only be updated to be empty";
            return Err(ApiError::bad_request(20_001, message));
        }
    }
    fetch(request, sid)
}

pub(super) fn delete(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    finished(request, sid, true)?;
    let fresh = {
        let state = request.simulator.state();
        let settled = state.message(sid).and_then(|message| message.settled_at);
        request.simulator.is_fresh(&state.settings, settled)
    };
    if fresh {
        let message = "Cannot delete this resource before it is complete";
        return Err(ApiError::conflict(20_009, message));
    }
    request.simulator.with_message(sid, |message| message.deleted = true);
    Ok(Reply::Deleted)
}

/// Twilio changes no message that is under way; one whose carrier never reports
/// is under way for ever.
fn finished(request: &Request<'_>, sid: &str, must: bool) -> Result<(), ApiError> {
    let state = request.simulator.state();
    let message = state.message(sid).ok_or_else(|| ApiError::not_found(request.uri.path()))?;
    if must && !message.status.is_final() {
        let state = message.status.as_str().to_uppercase();
        let problem = format!("Cannot modify or delete message in state {state}");
        return Err(ApiError::conflict(20_009, problem));
    }
    Ok(())
}

fn show(simulator: &Simulator, message: &Message) -> Value {
    let account = &simulator.account_sid;
    let what = format!("rest message {} {}", message.from, message.to);
    let odd = simulator.dice().unknown_word(&what, &MESSAGE_WORDS);
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{}", message.sid);
    json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": if message.redacted { "" } else { &message.text },
        "date_created": rfc2822(message.created),
        "date_sent": message.sent.map(rfc2822),
        "date_updated": rfc2822(message.updated),
        "direction": message.direction.as_str(),
        "error_code": message.error_code,
        "error_message": message.error_code.map(outbound::error_message),
        "from": message.from,
        "messaging_service_sid": null,
        "num_media": message.num_media.to_string(),
        "num_segments": message.segments.to_string(),
        "price": message.price,
        "price_unit": "USD",
        "sid": message.sid,
        "status": odd.unwrap_or(message.status.as_str()),
        "subresource_uris": {"media": format!("{uri}/Media.json")},
        "to": message.to,
        "uri": format!("{uri}.json"),
    })
}
