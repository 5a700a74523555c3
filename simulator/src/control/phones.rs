//! Phones: what they do when called, the calls that they place, what they show.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};

use super::problem::{Problem, party, read, unprocessable};
use crate::leg::inbound::{self, Caller};
use crate::person;
use crate::simulator::Simulator;
use crate::state::call::Far;
use crate::state::phone::{Behavior, PhoneView, PlaceCall, PlacedCall};

/// The routes of one phone, those of its texts excepted.
pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/simulator/phones/{number}", get(phone))
        .route("/simulator/phones/{number}/calls", post(place_call))
        .route("/simulator/phones/{number}/behavior", put(set_behavior))
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
    let far = Far::Phone(number.clone());
    let state = simulator.state();
    let behavior = state.behavior(&number);
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
