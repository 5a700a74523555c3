//! Routes: from a method and a path to what answers them.

use axum::http::Method;

use super::error::ApiError;
use super::request::{Reply, Request};
use super::{
    calls, conferences, flows, media, messages, numbers, participants, queues, recordings,
    task_router,
};

pub(super) fn route(request: &Request<'_>, method: &Method) -> Result<Reply, ApiError> {
    let path = request.uri.path();
    let mut parts = path.trim_start_matches('/').split('/');
    if let Some(below) = path.strip_prefix("/v1/Workspaces") {
        let parts: Vec<&str> = below.split('/').skip(1).collect();
        return task_router::route(request, method, &parts);
    }
    if let Some(below) = path.strip_prefix("/v2/Flows") {
        let parts: Vec<&str> = below.split('/').skip(1).collect();
        return flows::route(request, method, &parts);
    }
    let account = (parts.next(), parts.next(), parts.next());
    let own = Some(request.simulator.account_sid.as_str());
    match account {
        (Some("2010-04-01"), Some("Accounts"), sid) if sid == own => {}
        (_, Some("Accounts"), Some(sid)) if !sid.ends_with(".json") => {
            return Err(ApiError::not_found(path));
        }
        _ => return Err(ApiError::not_simulated(method, path)),
    }
    let parts: Vec<&str> = parts.collect();
    let json = |name: &'static str| {
        let last = parts.last().copied().unwrap_or_default();
        last.strip_suffix(".json").filter(|sid| sid.starts_with(name))
    };
    match (method.as_str(), parts.as_slice()) {
        ("POST", ["Calls.json"]) => calls::create(request),
        ("GET", ["Calls.json"]) => calls::list(request),
        ("GET", ["Calls", _]) if json("CA").is_some() => calls::fetch(request, json("CA")),
        ("POST", ["Calls", _]) if json("CA").is_some() => calls::update(request, json("CA")),
        ("DELETE", ["Calls", _]) if json("CA").is_some() => calls::delete(request, json("CA")),
        ("GET", ["Calls", call, "Recordings.json"]) => recordings::list(request, Some(call), None),
        ("GET", ["Calls", call, "Recordings", _]) if json("RE").is_some() => {
            recordings::fetch(request, json("RE"), Some(call))
        }
        ("POST", ["Calls", call, "Recordings", file]) => {
            let sid = file.strip_suffix(".json").unwrap_or(file);
            recordings::update(request, sid, call)
        }
        ("DELETE", ["Calls", _, "Recordings", _]) if json("RE").is_some() => {
            recordings::delete(request, json("RE"))
        }
        ("GET", ["Recordings.json"]) => recordings::list(request, None, None),
        ("GET", ["Recordings", _]) if json("RE").is_some() => {
            recordings::fetch(request, json("RE"), None)
        }
        ("GET", ["Recordings", file]) => recordings::media(request, file),
        ("DELETE", ["Recordings", file]) => {
            recordings::delete(request, Some(file.trim_end_matches(".json")))
        }
        ("POST", ["Messages.json"]) => messages::create(request),
        ("GET", ["Messages.json"]) => messages::list(request),
        (_, ["Messages", _]) if json("SM").or(json("MM")).is_some() => {
            let sid = json("SM").or(json("MM")).unwrap_or_default();
            match method.as_str() {
                "GET" => messages::fetch(request, sid),
                "POST" => messages::update(request, sid),
                "DELETE" => messages::delete(request, sid),
                _ => Err(ApiError::not_simulated(method, path)),
            }
        }
        ("GET", ["Messages", message, "Media.json"]) => media::list(request, message),
        ("GET", ["Messages", message, "Media", file]) => match json("ME") {
            Some(sid) => media::fetch(request, message, sid),
            None => media::bytes(request, message, file),
        },
        ("DELETE", ["Messages", message, "Media", file]) => {
            media::delete(request, message, file.trim_end_matches(".json"))
        }
        (_, ["Queues.json" | "Queues", rest @ ..]) => queue(request, method, rest),
        (_, ["Conferences.json" | "Conferences", rest @ ..]) => conference(request, method, rest),
        ("POST", ["IncomingPhoneNumbers.json"]) => numbers::create(request),
        ("GET", ["IncomingPhoneNumbers.json"]) => numbers::list(request),
        ("GET", ["IncomingPhoneNumbers", _]) if json("PN").is_some() => {
            numbers::fetch(request, json("PN"))
        }
        ("POST", ["IncomingPhoneNumbers", _]) if json("PN").is_some() => {
            numbers::update(request, json("PN"))
        }
        ("DELETE", ["IncomingPhoneNumbers", _]) if json("PN").is_some() => {
            numbers::delete(request, json("PN"))
        }
        _ => Err(ApiError::not_simulated(method, path)),
    }
}

/// Answers everything under `Queues`; `parts` is what follows it.
fn queue(request: &Request<'_>, method: &Method, parts: &[&str]) -> Result<Reply, ApiError> {
    match (method.as_str(), parts) {
        ("POST", []) => queues::create(request),
        ("GET", []) => queues::list(request),
        ("GET", [file]) => queues::fetch(request, json(file)?),
        ("POST", [file]) => queues::update(request, json(file)?),
        ("DELETE", [file]) => queues::delete(request, json(file)?),
        ("GET", [sid, "Members.json"]) => queues::members(request, sid),
        ("GET", [sid, "Members", file]) => queues::fetch_member(request, sid, json(file)?),
        ("POST", [sid, "Members", file]) => queues::dequeue(request, sid, json(file)?),
        _ => Err(ApiError::not_simulated(method, request.uri.path())),
    }
}

/// Answers everything under `Conferences`; `parts` is what follows it.
fn conference(request: &Request<'_>, method: &Method, parts: &[&str]) -> Result<Reply, ApiError> {
    let path = request.uri.path();
    match (method.as_str(), parts) {
        ("GET", []) => conferences::list(request),
        ("GET", [file]) if file.starts_with("CF") => conferences::fetch(request, json(file)?),
        ("POST", [file]) => conferences::update(request, &decoded(json(file)?)),
        ("GET", [sid, "Participants.json"]) => participants::list(request, sid),
        ("POST", [room, "Participants.json"]) => participants::create(request, &decoded(room)),
        ("GET", [sid, "Participants", file]) => participants::fetch(request, sid, &key(file)?),
        ("POST", [sid, "Participants", file]) => participants::update(request, sid, &key(file)?),
        ("DELETE", [sid, "Participants", file]) => participants::delete(request, sid, &key(file)?),
        ("GET", [sid, "Recordings.json"]) => {
            conferences::with(request, sid, |_| ())?;
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
