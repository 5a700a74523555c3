//! Twilio's REST API: who asks, for what, and how it is answered.
//!
//! Shapes follow Twilio's OpenAPI file `twilio_api_v2010.json`.

mod calls;
mod conferences;
pub(crate) mod credentials;
mod error;
mod media;
mod messages;
pub(crate) mod numbers;
mod page;
mod participants;
mod placing;
mod recordings;

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::event::Happening;
use crate::simulator::Simulator;
use credentials::authorized;
use error::ApiError;

/// What a request asks for.
struct Request<'a> {
    simulator: &'a Simulator,
    /// With the query, for the links of lists.
    uri: &'a Uri,
    query: Form,
    form: Form,
}

/// Names and values as sent; names may repeat.
#[derive(Clone, Debug, Default)]
struct Form(Vec<(String, String)>);

impl Form {
    fn parse(text: &[u8]) -> Self {
        Self(serde_urlencoded::from_bytes(text).unwrap_or_default())
    }

    /// The value, unless it is missing or empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.sent(name).filter(|value| !value.is_empty())
    }

    /// The value, even an empty one: that takes a setting away.
    fn sent(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(sent, _)| sent == name);
        found.map(|(_, value)| value.as_str())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(sent, _)| sent == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// A successful answer.
enum Reply {
    Json(StatusCode, Value),
    Deleted,
    /// Content type and content.
    Media(String, Bytes),
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self::Json(StatusCode::OK, body)
    }

    fn created(body: Value) -> Self {
        Self::Json(StatusCode::CREATED, body)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Json(status, body) => (status, axum::Json(body)).into_response(),
            Self::Deleted => StatusCode::NO_CONTENT.into_response(),
            // Bytes are counted references: a large recording is not copied.
            Self::Media(content_type, bytes) => {
                let nosniff = [(X_CONTENT_TYPE_OPTIONS, "nosniff")];
                ([(CONTENT_TYPE, content_type)], nosniff, bytes).into_response()
            }
        }
    }
}

/// Answers every request under `/2010-04-01`, `/v1`, `/v2` and `/v3`.
pub(crate) async fn handle(
    State(simulator): State<Simulator>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let fault = strike(&simulator, &method, &uri, &form);
    let response = match fault {
        Some("rest_429") => ApiError::too_many_requests().into_response(),
        Some("rest_500") => ApiError::internal().into_response(),
        _ if !authorized(&simulator, &headers) => {
            let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"Twilio API\"")];
            (challenge, ApiError::unauthorized()).into_response()
        }
        _ => {
            let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
            let form = form.clone();
            let request = Request { simulator: &simulator, uri: &uri, query, form };
            route(&request, &method).into_response()
        }
    };
    let status = response.status().as_u16();
    // Neither query nor form: they are personal data.
    tracing::info!(%method, path = uri.path(), status, "rest");
    simulator.log.add(Happening::Rest {
        method: method.to_string(),
        path: uri.to_string(),
        params: BTreeMap::from_iter(form.0),
        status,
        fault: fault.map(str::to_owned),
    });
    if fault == Some("rest_accept_then_disconnect") {
        return disconnect();
    }
    response
}

/// Which fault strikes a request, if any.
fn strike(simulator: &Simulator, method: &Method, uri: &Uri, form: &Form) -> Option<&'static str> {
    let is_sid =
        |part: &str| part.len() > 33 && part.as_bytes()[2..34].iter().all(u8::is_ascii_hexdigit);
    let shape: Vec<&str> =
        uri.path().split('/').map(|part| if is_sid(part) { "{Sid}" } else { part }).collect();
    let what = format!("{method} {} {}", shape.join("/"), form.get("To").unwrap_or_default());
    let mut dice = simulator.dice();
    if dice.strikes("rest_429", |faults| faults.rest_429, &what) {
        Some("rest_429")
    } else if dice.strikes("rest_500", |faults| faults.rest_500, &what) {
        Some("rest_500")
    } else {
        let disconnects = dice.strikes(
            "rest_accept_then_disconnect",
            |faults| faults.rest_accept_then_disconnect,
            &what,
        );
        disconnects.then_some("rest_accept_then_disconnect")
    }
}

/// An answer whose connection breaks before a byte of it is sent: the body fails
/// while its head still waits in the buffer.
fn disconnect() -> Response {
    let broken = futures::stream::once(async {
        Err::<Bytes, _>(std::io::Error::other("disconnected by fault"))
    });
    Response::new(Body::from_stream(broken))
}

fn route(request: &Request<'_>, method: &Method) -> Result<Reply, ApiError> {
    let path = request.uri.path();
    let mut parts = path.trim_start_matches('/').split('/');
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
        (_, ["Conferences.json" | "Conferences", rest @ ..]) => {
            conferences::route(request, method, rest)
        }
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
