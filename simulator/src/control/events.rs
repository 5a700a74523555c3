//! The events as a stream of server-sent events: what happened and what is to come.
//!
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::sse::{self, Sse};
use axum::routing::get;
use axum::{Json, Router};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use crate::simulator::Simulator;
use crate::state::event::Event;
use crate::state::webhook::Webhook;

/// The routes of the event log: a stream of all events, a list of webhooks.
pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/simulator/events", get(events))
        .route("/simulator/webhooks", get(webhooks))
}

#[derive(Deserialize)]
struct Wanted {
    since: Option<u64>,
    /// Only events of these types, separated by commas.
    types: Option<String>,
}

/// Events after `since` that are still known, then those to come; without
/// `since` only the latter. `types` names the only ones that are wanted.
async fn events(
    State(simulator): State<Simulator>,
    Query(query): Query<Wanted>,
) -> Sse<impl Stream<Item = Result<sse::Event, axum::Error>>> {
    let start = simulator.log.listen(query.since);
    let events = futures::stream::unfold(start, |(mut past, mut coming)| async move {
        let event: Arc<Event> = match past.pop_front() {
            Some(event) => event,
            None => loop {
                match coming.recv().await {
                    Ok(event) => break event,
                    // Too slow a reader: it goes on with what is left.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            },
        };
        Some((event, (past, coming)))
    });
    let wanted = move |event: &Arc<Event>| {
        let types = query.types.as_deref();
        let is_one = types.is_none_or(|types| types.split(',').any(|it| it == event.what.kind()));
        futures::future::ready(is_one)
    };
    let told = events.filter(wanted);
    let told = told.map(|event| sse::Event::default().id(event.id.to_string()).json_data(&*event));
    let closed = async move { simulator.closed().await };
    Sse::new(told.take_until(Box::pin(closed))).keep_alive(sse::KeepAlive::default())
}

#[derive(Deserialize)]
struct Since {
    since: Option<u64>,
}

async fn webhooks(
    State(simulator): State<Simulator>,
    Query(query): Query<Since>,
) -> Json<Vec<Webhook>> {
    Json(simulator.log.webhooks(query.since.unwrap_or(0)))
}
