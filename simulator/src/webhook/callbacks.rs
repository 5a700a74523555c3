//! Callbacks: webhooks that only tell. Each call, message and conference sends its own in
//! order, beside it, and this is where faults lose, repeat, delay and swap them.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clock;
use crate::simulator::Simulator;
use crate::state::call::Call;
use crate::state::call_status::Direction;
use crate::state::callback::{CallEvent, Callback, CallbackTarget};
use crate::state::event::Happening;
use crate::state::faults::{Faults, MESSAGE_WORDS, RECORDING_WORDS};
use crate::state::message::Message;
use crate::state::params::Params;
use crate::state::settings::CallbackOrder;
use crate::state::webhook::{Method, Subject, Webhook, WebhookKind, WebhookRequest};

/// How long (real time) a swapped callback waits for one to swap with.
const LONGEST_SWAP: Duration = Duration::from_secs(2);

/// How late (simulated) a callback may be whose order does not count.
const LATEST: Duration = Duration::from_secs(10);

/// Queues the callback for a call's status, if the app wants it.
pub(crate) fn queue_status(simulator: &Simulator, sid: &str) {
    simulator.with_call(sid, |call| {
        let event = CallEvent::of(call.status);
        let wanted = |target: &&CallbackTarget| event.is_some_and(|e| target.events.contains(&e));
        let Some(target) = call.status_callback.as_ref().filter(wanted).cloned() else {
            return;
        };
        let callback = Callback {
            key: key("status", call, call.status.as_str()),
            request: WebhookRequest {
                kind: WebhookKind::Status,
                about: Subject::Call(call.sid.clone()),
                url: target.url,
                method: target.method,
                params: status_params(call, &simulator.account_sid),
                fault: None,
            },
        };
        call.sequence += 1;
        // The receiver goes only with the call.
        let _ = call.callbacks.send(callback);
    });
}

/// Queues the `recordingStatusCallback` of a call's recording.
pub(crate) fn queue_recording(
    simulator: &Simulator,
    sid: &str,
    target: (&str, Method),
    params: Params,
) {
    simulator.with_call(sid, |call| {
        let status = params.0.get("RecordingStatus").cloned().unwrap_or_default();
        let callback = Callback {
            key: key("recording", call, &status),
            request: WebhookRequest {
                kind: WebhookKind::Recording,
                about: Subject::Call(call.sid.clone()),
                url: target.0.to_owned(),
                method: target.1,
                params,
                fault: None,
            },
        };
        let odd = odd(simulator, &callback, &["RecordingStatus"], &RECORDING_WORDS);
        for callback in odd.into_iter().chain([callback]) {
            let _ = call.callbacks.send(callback);
        }
    });
}

/// The callback that goes before another one by fault: the same with a word that no app expects.
pub(crate) fn odd(
    simulator: &Simulator,
    callback: &Callback,
    names: &[&str],
    words: &'static [&'static str],
) -> Option<Callback> {
    let word = simulator.dice().unknown_word(&callback.key, words)?;
    let mut request = callback.request.clone();
    request.fault = Some("unknown_words");
    for name in names {
        request.params.set(*name, word);
    }
    Some(Callback::new(format!("{} {word}", callback.key), request))
}

/// Queues the `recordingStatusCallback` of a conference's recording.
pub(crate) fn queue_conference_recording(
    simulator: &Simulator,
    sid: &str,
    (url, method): (&str, Method),
    params: Params,
) {
    let state = simulator.state();
    let Some(conference) = state.rooms.get(sid) else {
        return;
    };
    let status = params.0.get("RecordingStatus").map(String::as_str).unwrap_or_default();
    let key = format!("recording conference {} {status}", conference.name);
    let request = WebhookRequest {
        kind: WebhookKind::Recording,
        about: Subject::Conference { sid: sid.to_owned(), call_sid: None },
        url: url.to_owned(),
        method,
        params,
        fault: None,
    };
    let callback = Callback::new(key, request);
    let odd = odd(simulator, &callback, &["RecordingStatus"], &RECORDING_WORDS);
    for callback in odd.into_iter().chain([callback]) {
        // The receiver goes only with the conference.
        let _ = conference.callbacks.send(callback);
    }
}

/// Queues the callback for a message's status, if the app wants it; the last one
/// ends the queue.
pub(crate) fn queue_message_status(simulator: &Simulator, message: &mut Message) {
    let (Some(url), Some(callbacks)) = (&message.status_callback, &message.callbacks) else {
        return;
    };
    let direction = message.direction.as_str();
    let (from, to, status) = (&message.from, &message.to, message.status.as_str());
    let callback = Callback {
        key: format!("message {direction} {from} {to} {status}"),
        request: WebhookRequest {
            kind: WebhookKind::MessageStatus,
            about: Subject::Message(message.sid.clone()),
            url: url.clone(),
            method: Method::Post,
            params: message.status_params(&simulator.account_sid),
            fault: None,
        },
    };
    let odd = odd(simulator, &callback, &["MessageStatus", "SmsStatus"], &MESSAGE_WORDS);
    for callback in odd.into_iter().chain([callback]) {
        // The receiver goes only with the message.
        let _ = callbacks.send(callback);
    }
    if message.status.is_final() {
        message.callbacks = None;
    }
}

fn key(kind: &str, call: &Call, status: &str) -> String {
    let direction = call.direction.as_str();
    format!("{kind} {direction} {} {} {status}", call.from, call.to)
}

/// The parameters of a call's status callback:
/// <https://www.twilio.com/docs/voice/api/call-resource#statuscallback>.
fn status_params(call: &Call, account_sid: &str) -> Params {
    let mut params = call.params(account_sid);
    params.set("CallbackSource", "call-progress-events");
    params.set("SequenceNumber", call.sequence.to_string());
    params.set("Timestamp", clock::rfc2822(OffsetDateTime::now_utc()));
    if call.status.is_final() {
        let seconds = call.duration.unwrap_or(0);
        params.set("CallDuration", seconds.to_string());
        params.set("Duration", seconds.div_ceil(60).to_string());
        if call.direction != Direction::Inbound {
            params.set("SipResponseCode", call.status.sip_response_code());
        }
    }
    params
}

/// Sends a call's, a message's or a conference's callbacks one after the other, faults permitting.
pub(crate) async fn send_in_order(simulator: Simulator, mut queue: UnboundedReceiver<Callback>) {
    let mut held: Option<Callback> = None;
    loop {
        let next = match &held {
            None => queue.recv().await,
            Some(_) => match tokio::time::timeout(LONGEST_SWAP, queue.recv()).await {
                Ok(next) => next,
                Err(_) => {
                    send_held(&simulator, &mut held).await;
                    continue;
                }
            },
        };
        let Some(callback) = next else {
            return send_held(&simulator, &mut held).await;
        };
        let strikes = |name, probability: fn(&Faults) -> f64| {
            simulator.dice().strikes(name, probability, &callback.key)
        };
        if strikes("drop", |faults| faults.drop) {
            log_drop(&simulator, callback.request);
        } else if simulator.state().settings.callback_order == CallbackOrder::Shuffled {
            let part = simulator.dice().part("callback_order", &callback.key);
            let sender = simulator.clone();
            simulator.spawn(async move {
                sender.clock.sleep(LATEST.mul_f64(part)).await;
                send(&sender, callback).await;
            });
        } else if held.is_none() && strikes("reorder", |faults| faults.reorder) {
            held = Some(callback);
        } else {
            send(&simulator, callback).await;
            send_held(&simulator, &mut held).await;
        }
    }
}

async fn send_held(simulator: &Simulator, held: &mut Option<Callback>) {
    if let Some(mut callback) = held.take() {
        callback.request.fault = Some("reorder");
        send(simulator, callback).await;
    }
}

async fn send(simulator: &Simulator, mut callback: Callback) {
    let (delay, twice) = {
        let mut dice = simulator.dice();
        let twice = dice.strikes("duplicate", |faults| faults.duplicate, &callback.key);
        (dice.delay(&callback.key), twice)
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    tell(simulator, &callback.request).await;
    if twice {
        callback.request.fault = Some("duplicate");
        tell(simulator, &callback.request).await;
    }
}

/// A failed callback is not tried again, but it shows in the debugger.
async fn tell(simulator: &Simulator, request: &WebhookRequest) {
    if let Err(failure) = simulator.deliver(request).await {
        simulator.warn_about(&request.about, failure.code, failure.message);
    }
}

fn log_drop(simulator: &Simulator, request: WebhookRequest) {
    let sids = request.about.sids();
    simulator.log.add(Happening::Webhook {
        webhook: Webhook {
            id: 0,
            sent_at: clock::rfc3339_now(),
            kind: request.kind,
            call_sid: sids.call,
            message_sid: sids.message,
            conference_sid: sids.conference,
            task_sid: sids.task,
            url: request.url,
            method: request.method.as_str().to_owned(),
            params: request.params.0,
            signature: String::new(),
            idempotency_token: String::new(),
            attempt: 1,
            latency_ms: 0.0,
            response: None,
            error: None,
            fault: Some("drop".to_owned()),
            plain_http: false,
        },
    });
}
