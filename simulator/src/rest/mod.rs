//! Twilio's REST API: credentials, faults, and a way to what answers each path.
//!
//! Shapes follow Twilio's OpenAPI file `twilio_api_v2010.json`.

mod calls;
mod conferences;
mod credentials;
mod error;
mod flows;
mod media;
mod messages;
mod numbers;
mod page;
mod participants;
mod placing;
mod queues;
mod recordings;
mod request;
mod route;
mod seat;
mod task_router;

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};

use self::credentials::authorized;
use self::error::ApiError;
use self::request::{Form, Request};
use self::route::route;
use crate::simulator::Simulator;
use crate::state::event::Happening;

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

/// The fault that strikes a request, if one does.
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
