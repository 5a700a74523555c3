//! How the simulator behaves: faults, settings, API keys, and a fresh start.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};

use super::problem::{Problem, read, unprocessable};
use crate::simulator::Simulator;
use crate::state::api_key::ApiKey;
use crate::state::faults::Faults;
use crate::state::settings::Settings;

/// The routes of what a test sets up.
pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/simulator/faults", get(faults).put(set_faults))
        .route("/simulator/settings", get(settings).put(set_settings))
        .route("/simulator/api-keys", post(add_api_key))
        .route("/simulator/reset", post(reset))
}

async fn faults(State(simulator): State<Simulator>) -> Json<Faults> {
    Json(simulator.dice().faults.clone())
}

async fn set_faults(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<Json<Faults>, Problem> {
    let faults: Faults = read(&body)?;
    if let Some(problem) = faults.invalid() {
        return Err(unprocessable(problem));
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
    if let Some(problem) = settings.invalid() {
        return Err(unprocessable(problem));
    }
    simulator.state().settings = settings.clone();
    Ok(Json(settings))
}

async fn reset(State(simulator): State<Simulator>) -> StatusCode {
    simulator.reset();
    StatusCode::NO_CONTENT
}

/// Takes another user name and password for the REST API; a secret may be given
/// anew.
async fn add_api_key(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let key: ApiKey = read(&body)?;
    if !key.sid.starts_with("SK") || key.secret.is_empty() {
        return Err(unprocessable("an API key has a sid, SK…, and a secret"));
    }
    simulator.add_api_key(key);
    Ok(StatusCode::NO_CONTENT)
}
