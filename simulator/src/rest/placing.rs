//! Parameters that all calls have which REST places: calls and participants.
//!
//! <https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource>

use std::time::Duration;

use super::error::ApiError;
use super::request::Form;
use crate::number;
use crate::simulator::Simulator;
use crate::state::callback::{CallEvent, CallbackTarget};
use crate::state::faults::{Faults, PASSING_REFUSALS};
use crate::state::recording::RecordingCallback;
use crate::state::webhook::Method;

/// Parameters with values that change nothing here.
const DEFAULTS: [(&str, &str); 3] =
    [("AsyncAmd", "false"), ("RecordingChannels", "mono"), ("RecordingTrack", "both")];

/// Refuses parameters that would change what happens and are not carried out.
pub(super) fn refuse(form: &Form, names: &[&str]) -> Result<(), ApiError> {
    let sent =
        |name: &&&str| form.get(name).is_some_and(|value| !DEFAULTS.contains(&(**name, value)));
    match names.iter().find(sent) {
        Some(name) => Err(ApiError::unsupported(name)),
        None => Ok(()),
    }
}

/// The numbers of the caller and of the called phone.
pub(super) fn parties(simulator: &Simulator, form: &Form) -> Result<(String, String), ApiError> {
    let to = form
        .get("To")
        .ok_or_else(|| ApiError::bad_request(21_201, "No 'To' number is specified"))?;
    if to.starts_with("client:") || to.starts_with("sip:") {
        let message =
            format!("'To' phone number cannot be reached: the simulator does not call {to}");
        return Err(ApiError::bad_request(21_214, message));
    }
    let to = number::normalize(to).ok_or_else(|| {
        let message = format!("The phone number you are attempting to call, {to}, is not valid.");
        ApiError::bad_request(21_211, message)
    })?;
    let from = form
        .get("CallerId")
        .or_else(|| form.get("From"))
        .ok_or_else(|| ApiError::bad_request(21_213, "No 'From' number is specified"))?;
    let from = number::normalize(from).ok_or_else(|| {
        ApiError::bad_request(
            21_212,
            format!("The 'From' number {from} is not a valid phone number."),
        )
    })?;
    if simulator.own_number(&from).is_none() {
        let message = format!(
            "The source phone number provided, {from}, is not yet verified for your account."
        );
        return Err(ApiError::bad_request(21_210, message));
    }
    if !simulator.state().settings.permits(&to) {
        let message = format!(
            "Account not authorized to call {to}. Perhaps you need to enable some international permissions"
        );
        return Err(ApiError::bad_request(21_215, message));
    }
    if simulator.bars(&to) {
        let message = format!(
            "The number {to} is unverified. Trial accounts may only make calls to verified numbers."
        );
        return Err(ApiError::bad_request(21_219, message));
    }
    Ok((from, to))
}

/// Refuses a request with which nothing is wrong, if a fault says so. Twilio's documents have no
/// HTTP status for these codes, so it is the one by which nobody sees that they pass.
pub(super) fn refuse_at_times(
    simulator: &Simulator,
    code: u32,
    (from, to): (&str, &str),
) -> Result<(), ApiError> {
    let probability = |faults: &Faults| faults.refuse.get(&code).copied().unwrap_or(0.0);
    let what = format!("{code} {from} {to}");
    if !simulator.dice().strikes("refuse", probability, &what) {
        return Ok(());
    }
    let message = PASSING_REFUSALS.iter().find(|(known, _)| *known == code);
    Err(ApiError::bad_request(code, message.map_or("", |(_, message)| message)))
}

/// Whether to listen for an answering machine first.
pub(super) fn detect_machine(form: &Form) -> Result<bool, ApiError> {
    match form.get("MachineDetection") {
        None | Some("none") => Ok(false),
        Some("Enable") => Ok(true),
        Some(_) => Err(ApiError::unsupported("MachineDetection=DetectMessageEnd")),
    }
}

/// Warns of an event that Twilio does not know, error 21626: the call is made, and none of its
/// status callbacks is sent.
pub(super) fn warn_of(simulator: &Simulator, sid: &str, bad_event: Option<String>) {
    if let Some(event) = bad_event {
        let message = format!("Invalid StatusCallbackEvents: {event:?}");
        simulator.warn(sid, 21_626, message);
    }
}

/// The value of a `…Method`; POST unless the form says otherwise.
pub(super) fn method(form: &Form, name: &str) -> Result<Method, ApiError> {
    match form.get(name).map(Method::parse) {
        None => Ok(Method::Post),
        Some(Some(method)) => Ok(method),
        Some(None) => Err(ApiError::bad_request(21_403, format!("{name} must be GET or POST"))),
    }
}

/// A length of time in seconds; what cannot be read is the default.
pub(super) fn seconds(form: &Form, name: &str, default: u64, most: u64) -> Duration {
    let sent = form.get(name).and_then(|value| value.parse().ok());
    Duration::from_secs(sent.unwrap_or(default).min(most))
}

/// The callback, and an event that Twilio does not know. Then Twilio makes the
/// call all the same, and sends no callback at all (error 21626): observed in
/// github.com/qisoft/i-hate-making-calls/issues/31.
pub(super) fn status_callback(
    form: &Form,
) -> Result<(Option<CallbackTarget>, Option<String>), ApiError> {
    let Some(url) = form.get("StatusCallback") else {
        return Ok((None, None));
    };
    let mut events = Vec::new();
    for name in form.all("StatusCallbackEvent").filter(|name| !name.is_empty()) {
        match CallEvent::parse(name) {
            Some(event) => events.push(event),
            None => return Ok((None, Some(name.to_owned()))),
        }
    }
    if events.is_empty() {
        events.push(CallEvent::Completed);
    }
    let target = CallbackTarget {
        url: url.to_owned(),
        method: method(form, "StatusCallbackMethod")?,
        events,
    };
    Ok((Some(target), None))
}

/// Whether the call is recorded, and the callback that tells of the recording.
pub(super) fn record(form: &Form) -> Result<Option<Option<RecordingCallback>>, ApiError> {
    if form.get("Record") != Some("true") {
        return Ok(None);
    }
    let mut events: Vec<String> = form
        .all("RecordingStatusCallbackEvent")
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect();
    if events.is_empty() {
        events.push("completed".to_owned());
    }
    let method = method(form, "RecordingStatusCallbackMethod")?;
    let url = form.get("RecordingStatusCallback");
    Ok(Some(url.map(|url| RecordingCallback { url: url.to_owned(), method, events })))
}
