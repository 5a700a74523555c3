//! `Queues` and their `Members`: calls that wait.
//!
//! <https://www.twilio.com/docs/voice/api/queue-resource>

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::error::ApiError;
use super::request::{Reply, Request};
use super::{page, placing};
use crate::clock::{Clock, rfc2822};
use crate::simulator::Simulator;
use crate::state::call_queue::{CallQueue, LARGEST_SIZE, Member};
use crate::state::leg_input::{DocumentSource, LegInput};
use crate::state::params::Params;
use crate::state::webhook::is_url;

fn configure(request: &Request<'_>, queue: &mut CallQueue) -> Result<(), ApiError> {
    if let Some(name) = request.form.get("FriendlyName") {
        if name.chars().count() > 64 {
            return Err(ApiError::bad_request(22_001, "FriendlyName has 64 characters at most"));
        }
        queue.name = name.to_owned();
    }
    if let Some(size) = request.form.get("MaxSize") {
        let size = size.parse().ok().filter(|size| *size <= LARGEST_SIZE);
        let invalid = || {
            let message = format!("MaxSize must be a whole number up to {LARGEST_SIZE}");
            ApiError::bad_request(20_001, message)
        };
        queue.max_size = size.ok_or_else(invalid)?;
    }
    queue.updated = OffsetDateTime::now_utc();
    Ok(())
}

/// 22003: <https://www.twilio.com/docs/api/errors/22003>.
fn check_name(simulator: &Simulator, queue: &CallQueue) -> Result<(), ApiError> {
    let state = simulator.state();
    let taken = |it: &CallQueue| it.name == queue.name && it.sid != queue.sid;
    match state.call_queues.queues.iter().any(taken) {
        true => Err(ApiError::bad_request(22_003, "A queue with this name already exists")),
        false => Ok(()),
    }
}

pub(super) fn create(request: &Request<'_>) -> Result<Reply, ApiError> {
    let simulator = request.simulator;
    let name = request.form.get("FriendlyName").ok_or_else(|| {
        ApiError::bad_request(20_001, "Missing required parameter FriendlyName in the post body")
    })?;
    let mut queue = CallQueue::new(name);
    configure(request, &mut queue)?;
    check_name(simulator, &queue)?;
    let shown = show(&queue, simulator);
    simulator.state().call_queues.queues.push(queue);
    Ok(Reply::created(shown))
}

pub(super) fn list(request: &Request<'_>) -> Result<Reply, ApiError> {
    let simulator = request.simulator;
    let sids: Vec<String> = {
        let state = simulator.state();
        state.call_queues.queues.iter().rev().map(|queue| queue.sid.clone()).collect()
    };
    Ok(page::reply(request, "queues", &sids, |sid| {
        simulator.state().call_queues.get(sid).map(|queue| show(queue, simulator))
    }))
}

pub(super) fn fetch(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let state = request.simulator.state();
    let found = state.call_queues.get(sid).map(|queue| show(queue, request.simulator));
    found.map(Reply::ok).ok_or_else(|| ApiError::not_found(request.uri.path()))
}

pub(super) fn update(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let simulator = request.simulator;
    let mut changed = CallQueue::new("");
    {
        let state = simulator.state();
        let queue = state.call_queues.get(sid);
        let queue = queue.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        changed.sid.clone_from(&queue.sid);
        changed.name.clone_from(&queue.name);
        changed.max_size = queue.max_size;
    }
    configure(request, &mut changed)?;
    check_name(simulator, &changed)?;
    if let Some(queue) = simulator.state().call_queues.queues.iter_mut().find(|it| it.sid == sid) {
        queue.name = changed.name;
        queue.max_size = changed.max_size;
        queue.updated = changed.updated;
    }
    fetch(request, sid)
}

/// Deletes a queue in which nobody waits.
///
/// <https://www.twilio.com/docs/api/errors/22002>
pub(super) fn delete(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let mut state = request.simulator.state();
    let queue = state.call_queues.get(sid);
    let queue = queue.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
    if !queue.members.is_empty() {
        return Err(ApiError::bad_request(22_002, "Queue is not empty"));
    }
    state.call_queues.queues.retain(|it| it.sid != sid);
    Ok(Reply::Deleted)
}

pub(super) fn members(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let simulator = request.simulator;
    let shown: Vec<(String, Value)> = {
        let state = simulator.state();
        let queue = state.call_queues.get(sid);
        let queue = queue.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        let all = queue.members.iter().enumerate();
        all.map(|(at, it)| (it.call_sid.clone(), show_member(it, at, queue, simulator))).collect()
    };
    let sids: Vec<String> = shown.iter().map(|(sid, _)| sid.clone()).collect();
    Ok(page::reply(request, "queue_members", &sids, |wanted| {
        shown.iter().find(|(sid, _)| sid == wanted).map(|(_, shown)| shown.clone())
    }))
}

/// The call that a member's address names: its SID, or `Front`.
fn member<'a>(queue: &'a CallQueue, key: &str) -> Option<(usize, &'a Member)> {
    let mut all = queue.members.iter().enumerate();
    all.find(|(at, member)| member.call_sid == key || (key == "Front" && *at == 0))
}

pub(super) fn fetch_member(request: &Request<'_>, sid: &str, key: &str) -> Result<Reply, ApiError> {
    let state = request.simulator.state();
    let found = state.call_queues.get(sid).and_then(|queue| {
        let (at, it) = member(queue, key)?;
        Some(show_member(it, at, queue, request.simulator))
    });
    found.map(Reply::ok).ok_or_else(|| ApiError::not_found(request.uri.path()))
}

/// Takes somebody out of a queue, who goes on at another document.
pub(super) fn dequeue(request: &Request<'_>, sid: &str, key: &str) -> Result<Reply, ApiError> {
    let (simulator, form) = (request.simulator, &request.form);
    let url = form.get("Url").filter(|url| is_url(url));
    let url = url.ok_or_else(|| ApiError::bad_request(21_205, "Url parameter is required."))?;
    let method = placing::method(form, "Method")?;
    let (call_sid, shown) = {
        let state = simulator.state();
        let queue = state.call_queues.get(sid);
        let found = queue.and_then(|queue| {
            let (at, it) = member(queue, key)?;
            Some((it.call_sid.clone(), show_member(it, at, queue, simulator)))
        });
        found.ok_or_else(|| ApiError::not_found(request.uri.path()))?
    };
    let source = DocumentSource::Fetch { url: url.to_owned(), method, params: Params::default() };
    simulator.send(&call_sid, LegInput::Redirect(source));
    Ok(Reply::ok(shown))
}

fn show(queue: &CallQueue, simulator: &Simulator) -> Value {
    let account = &simulator.account_sid;
    let uri = format!("/2010-04-01/Accounts/{account}/Queues/{}", queue.sid);
    json!({
        "account_sid": account,
        "average_wait_time": queue.average_wait(simulator.clock),
        "current_size": queue.members.len(),
        "date_created": rfc2822(queue.created),
        "date_updated": rfc2822(queue.updated),
        "friendly_name": queue.name,
        "max_size": queue.max_size,
        "sid": queue.sid,
        "uri": format!("{uri}.json"),
    })
}

fn show_member(member: &Member, at: usize, queue: &CallQueue, simulator: &Simulator) -> Value {
    let (account, clock): (&str, Clock) = (&simulator.account_sid, simulator.clock);
    let uri = format!(
        "/2010-04-01/Accounts/{account}/Queues/{}/Members/{}.json",
        queue.sid, member.call_sid
    );
    json!({
        "call_sid": member.call_sid,
        "date_enqueued": rfc2822(member.enqueued),
        "position": at + 1,
        "queue_sid": queue.sid,
        "uri": uri,
        "wait_time": clock.since(member.since).as_secs(),
    })
}
