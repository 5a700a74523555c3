//! The control API under `/simulator`: what tests, the phones page and scripts
//! use to act as the people with the phones.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::call::{CallView, Far};
use crate::event::Webhook;
use crate::faults::Faults;
use crate::leg::inbound::{self, Caller};
use crate::number;
use crate::overview;
use crate::person::{self, Refused};
use crate::phone::{Behavior, PhoneView};
use crate::rest::credentials;
use crate::script::{Speak, Step};
use crate::settings::Settings;
use crate::simulator::Simulator;
use crate::stream;
use crate::texting;
use crate::transcript::Entry;

/// A call that a phone places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceCall {
    /// A number of the account.
    pub to: String,
    /// What its person does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<Step>,
    /// `CallerName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_name: Option<String>,
    /// `ForwardedFrom`: the phone that forwarded the call here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<String>,
}

/// The SID of a placed call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlacedCall {
    pub(crate) call_sid: String,
}

#[derive(Deserialize)]
struct Keys {
    digits: String,
}

#[derive(Deserialize)]
struct Since {
    since: Option<u64>,
}

/// The routes of the control API.
pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/simulator/phones/{number}", get(phone))
        .route("/simulator/phones/{number}/calls", post(place_call))
        .route("/simulator/phones/{number}/behavior", put(set_behavior))
        .route("/simulator/calls", get(calls))
        .route("/simulator/calls/{sid}", get(call))
        .route("/simulator/calls/{sid}/transcript", get(transcript))
        .route("/simulator/calls/{sid}/press", post(press))
        .route("/simulator/calls/{sid}/speak", post(speak))
        .route("/simulator/calls/{sid}/answer", post(answer))
        .route("/simulator/calls/{sid}/decline", post(decline))
        .route("/simulator/calls/{sid}/hang-up", post(hang_up))
        .route("/simulator/webhooks", get(webhooks))
        .route("/simulator/events", get(stream::events))
        .route("/simulator/faults", get(faults).put(set_faults))
        .route("/simulator/settings", get(settings).put(set_settings))
        .route("/simulator/reset", post(reset))
        .merge(credentials::routes())
        .merge(overview::routes())
        .merge(texting::routes())
        .route("/simulator/{*path}", axum::routing::any(no_such_route))
}

/// An error of the control API: `{"error": "…"}`.
pub(crate) struct Problem(pub(crate) StatusCode, pub(crate) String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let status = match refused {
            Refused::NoSuchCall(_) => StatusCode::NOT_FOUND,
            Refused::NoSuchKey(_) | Refused::Unspeakable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::CONFLICT,
        };
        Self(status, refused.to_string())
    }
}

pub(crate) fn unprocessable(message: impl Into<String>) -> Problem {
    Problem(StatusCode::UNPROCESSABLE_ENTITY, message.into())
}

pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| unprocessable(format!("body: {error}")))
}

/// A phone's name: its number in E.164, or a word such as `anonymous`.
pub(crate) fn party(path: &str) -> String {
    number::normalize(path).unwrap_or_else(|| path.trim().to_owned())
}

async fn no_such_route() -> Problem {
    Problem(StatusCode::NOT_FOUND, "there is no such route; see simulator/README.md".to_owned())
}

async fn place_call(
    State(simulator): State<Simulator>,
    Path(from): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<PlacedCall>), Problem> {
    let order: PlaceCall = read(&body)?;
    let to = party(&order.to);
    let own = simulator.own_number(&to).ok_or_else(|| {
        unprocessable(format!(
            "{to} is not a number of the account: create it as IncomingPhoneNumber"
        ))
    })?;
    let from = party(&from);
    if simulator.own_number(&from).is_some() {
        return Err(unprocessable(format!("{from} is a number of the account, not a phone")));
    }
    let caller =
        Caller { number: from, name: order.caller_name, forwarded_from: order.forwarded_from };
    let call_sid = inbound::place(&simulator, caller, &own);
    person::follow(&simulator, &call_sid, order.script);
    Ok((StatusCode::CREATED, Json(PlacedCall { call_sid })))
}

async fn set_behavior(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
    body: Bytes,
) -> Result<Json<Behavior>, Problem> {
    let behavior: Behavior = read(&body)?;
    let number = party(&number);
    if simulator.own_number(&number).is_some() {
        return Err(unprocessable(format!("{number} is a number of the account, not a phone")));
    }
    simulator.state().behaviors.insert(number, behavior.clone());
    Ok(Json(behavior))
}

async fn phone(State(simulator): State<Simulator>, Path(number): Path<String>) -> Json<PhoneView> {
    let number = party(&number);
    let behavior = person::behavior(&simulator, &number);
    let far = Far::Phone(number.clone());
    let state = simulator.state();
    let newest_first = state.call_order.iter().rev().filter_map(|sid| state.calls.get(sid));
    let own: Vec<_> = newest_first.filter(|call| call.far == far).collect();
    let messages = state.messages.iter().filter(|message| message.phone() == number);
    // The call it is on, else one that rings, else the last.
    let current = own
        .iter()
        .find(|call| call.in_progress())
        .or_else(|| own.iter().find(|call| !call.status.is_final()))
        .or_else(|| own.first());
    Json(PhoneView {
        call: current.map(|call| call.view(simulator.clock)),
        transcript: current.map(|call| call.transcript.entries.clone()).unwrap_or_default(),
        calls: own.iter().map(|call| call.view(simulator.clock)).collect(),
        messages: messages.map(|message| message.view()).collect(),
        number,
        behavior,
    })
}

async fn calls(State(simulator): State<Simulator>) -> Json<Vec<CallView>> {
    let state = simulator.state();
    let newest_first = state.call_order.iter().rev().filter_map(|sid| state.calls.get(sid));
    Json(newest_first.map(|call| call.view(simulator.clock)).collect())
}

async fn call(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
) -> Result<Json<CallView>, Problem> {
    let found = simulator.view(&sid);
    Ok(Json(found.ok_or(Refused::NoSuchCall(sid))?))
}

async fn transcript(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
) -> Result<Json<Vec<Entry>>, Problem> {
    let entries = simulator.with_call(&sid, |call| call.transcript.entries.clone());
    Ok(Json(entries.ok_or(Refused::NoSuchCall(sid))?))
}

async fn press(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let keys: Keys = read(&body)?;
    person::press(&simulator, &sid, &keys.digits).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answers when all is said.
async fn speak(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let what: Speak = read(&body)?;
    person::speak(&simulator, &sid, &what).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn answer(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
) -> Result<StatusCode, Problem> {
    person::answer(&simulator, &sid)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn decline(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
) -> Result<StatusCode, Problem> {
    person::decline(&simulator, &sid)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn hang_up(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
) -> Result<StatusCode, Problem> {
    person::hang_up(&simulator, &sid)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn webhooks(
    State(simulator): State<Simulator>,
    Query(query): Query<Since>,
) -> Json<Vec<Webhook>> {
    Json(simulator.log.webhooks(query.since.unwrap_or(0)))
}

async fn faults(State(simulator): State<Simulator>) -> Json<Faults> {
    Json(simulator.dice().faults.clone())
}

async fn set_faults(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<Json<Faults>, Problem> {
    let faults: Faults = read(&body)?;
    if let Some(name) = faults.invalid() {
        return Err(unprocessable(format!("{name} must be between 0 and 1")));
    }
    simulator.dice().set(faults.clone());
    Ok(Json(faults))
}

async fn settings(State(simulator): State<Simulator>) -> Json<Settings> {
    Json(simulator.state().settings.clone())
}

async fn set_settings(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<Json<Settings>, Problem> {
    let settings: Settings = read(&body)?;
    simulator.state().settings = settings.clone();
    Ok(Json(settings))
}

async fn reset(State(simulator): State<Simulator>) -> StatusCode {
    simulator.reset();
    StatusCode::NO_CONTENT
}
