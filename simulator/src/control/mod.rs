//! The control API under `/simulator`: what tests, the phones page and scripts
//! use to act as the people with the phones.

mod calls;
mod events;
mod overview;
mod phones;
mod problem;
mod setup;
mod texts;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;

use self::problem::Problem;
use crate::simulator::Simulator;

/// The routes of the control API.
pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
        .merge(calls::routes())
        .merge(events::routes())
        .merge(overview::routes())
        .merge(phones::routes())
        .merge(setup::routes())
        .merge(texts::routes())
        .route("/simulator/{*path}", any(no_such_route))
}

async fn no_such_route() -> Problem {
    Problem(StatusCode::NOT_FOUND, "there is no such route; see simulator/README.md".to_owned())
}
