//! Calls, as the people with the phones act on them and see them.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use super::problem::{Problem, read};
use crate::person::{self, Refused};
use crate::simulator::Simulator;
use crate::state::call::CallView;
use crate::state::script::Speak;
use crate::state::transcript::Entry;

/// The routes on which calls are read and acted on.
pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/simulator/calls", get(calls))
        .route("/simulator/calls/{sid}", get(call))
        .route("/simulator/calls/{sid}/transcript", get(transcript))
        .route("/simulator/calls/{sid}/press", post(press))
        .route("/simulator/calls/{sid}/speak", post(speak))
        .route("/simulator/calls/{sid}/answer", post(answer))
        .route("/simulator/calls/{sid}/decline", post(decline))
        .route("/simulator/calls/{sid}/hang-up", post(hang_up))
}

#[derive(Deserialize)]
struct Keys {
    digits: String,
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

/// Lets the person on a call speak, and answers when all is said.
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
