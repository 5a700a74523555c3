//! Lists of what there is: the account, its numbers, the phones, the conferences, the tasks and
//! the recordings, as the phones page shows them. Read only, under `/simulator`.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;

use super::problem::Problem;
use crate::simulator::Simulator;
use crate::state::call::Far;
use crate::state::conference::{Conference, ConferenceView};
use crate::state::message::Message;
use crate::state::phone::Behavior;
use crate::state::phone_number::PhoneNumber;
use crate::state::recording::Recording;
use crate::state::task_router::{Workspace, WorkspaceView};

/// The account that is simulated, as `/simulator/account` shows it.
#[derive(Serialize)]
struct AccountView {
    account_sid: String,
    /// How many simulated seconds pass in a real one.
    speed: f64,
}

/// A number of the account: what phones can call.
#[derive(Serialize)]
struct NumberView {
    phone_number: String,
    friendly_name: String,
    voice_url: Option<String>,
    sms_url: Option<String>,
}

/// A phone that has a call, a text or a behaviour.
#[derive(Serialize)]
struct KnownPhone {
    number: String,
    behavior: Behavior,
}

/// A recording, without its media, as `/simulator/recordings` shows it.
#[derive(Serialize)]
struct RecordingView {
    sid: String,
    call_sid: String,
    /// What made it: `RecordVerb`, `DialVerb`, `OutboundAPI` or `Conference`.
    source: &'static str,
    /// Where it stands: `in-progress`, `processing`, `completed` or `absent`.
    status: &'static str,
    /// When it began, RFC 3339.
    created_at: String,
    /// How many seconds it lasts, once it has ended.
    duration_seconds: Option<u64>,
}

/// The routes of these lists, and of a recording's media.
pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/simulator/account", get(account))
        .route("/simulator/numbers", get(numbers))
        .route("/simulator/phones", get(phones))
        .route("/simulator/conferences", get(conferences))
        .route("/simulator/conferences/{sid}", get(conference))
        .route("/simulator/task-router", get(task_router))
        .route("/simulator/recordings", get(recordings))
        .route("/simulator/recordings/{file}", get(media))
}

async fn account(State(simulator): State<Simulator>) -> Json<AccountView> {
    let account_sid = simulator.account_sid.clone();
    Json(AccountView { account_sid, speed: simulator.clock.speed() })
}

/// All numbers of the account, oldest first: in most projects the first is the main one.
async fn numbers(State(simulator): State<Simulator>) -> Json<Vec<NumberView>> {
    let show = |number: &PhoneNumber| NumberView {
        phone_number: number.phone_number.clone(),
        friendly_name: number.friendly_name.clone(),
        voice_url: number.voice_url.clone(),
        sms_url: number.sms_url.clone(),
    };
    Json(simulator.state().numbers.iter().map(show).collect())
}

/// Those with calls first, the newest call first, then those with texts, then the
/// others by number.
async fn phones(State(simulator): State<Simulator>) -> Json<Vec<KnownPhone>> {
    let state = simulator.state();
    let newest_first = state.call_order.iter().rev().filter_map(|sid| state.calls.get(sid));
    let called = newest_first.filter_map(|call| match &call.far {
        Far::Phone(number) => Some(number),
        Far::Call(_) => None,
    });
    let texted = state.messages.iter().rev().map(Message::phone);
    let quiet: BTreeSet<&String> = state.behaviors.keys().collect();
    let mut seen = BTreeSet::new();
    let known = called
        .map(String::as_str)
        .chain(texted)
        .filter(|number| state.own_number(number).is_none());
    let known =
        known.chain(quiet.into_iter().map(String::as_str)).filter(|number| seen.insert(*number));
    let show =
        |number: &str| KnownPhone { number: number.to_owned(), behavior: state.behavior(number) };
    Json(known.map(show).collect())
}

/// All conferences, those that are over too, newest first.
async fn conferences(State(simulator): State<Simulator>) -> Json<Vec<ConferenceView>> {
    Json(simulator.state().rooms.iter().rev().map(Conference::view).collect())
}

async fn conference(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
) -> Result<Json<ConferenceView>, Problem> {
    let found = simulator.state().rooms.get(&sid).map(Conference::view);
    let missing = || Problem(StatusCode::NOT_FOUND, format!("there is no conference {sid}"));
    Ok(Json(found.ok_or_else(missing)?))
}

/// All workspaces with everything that is in them, oldest first.
async fn task_router(State(simulator): State<Simulator>) -> Json<Vec<WorkspaceView>> {
    Json(simulator.state().task_router.workspaces.iter().map(Workspace::view).collect())
}

/// All recordings, newest first.
async fn recordings(State(simulator): State<Simulator>) -> Json<Vec<RecordingView>> {
    let show = |recording: &Recording| RecordingView {
        sid: recording.sid.clone(),
        call_sid: recording.call_sid.clone(),
        source: recording.source,
        status: recording.status,
        created_at: recording.created.format(&Rfc3339).unwrap_or_default(),
        duration_seconds: recording.duration,
    };
    let state = simulator.state();
    let kept = state.recordings.iter().rev().filter(|it| !it.is_deleted());
    Json(kept.map(show).collect())
}

/// `{sid}.wav`, without the credentials that Twilio's REST API asks for and
/// without its faults.
async fn media(
    State(simulator): State<Simulator>,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let state = simulator.state();
    let wav = file.strip_suffix(".wav").and_then(|sid| {
        let made = state.recordings.iter().find(|recording| recording.sid == sid);
        made.filter(|recording| recording.status == "completed").map(|found| found.wav.clone())
    });
    let missing = || Problem(StatusCode::NOT_FOUND, format!("there is no recording {file}"));
    let wav = wav.ok_or_else(missing)?;
    let headers = [(CONTENT_TYPE, "audio/wav"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((headers, wav).into_response())
}
