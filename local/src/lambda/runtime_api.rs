//! The Runtime API of one function process.
//!
//! Every process has its own, on a port of its own, as every execution environment has on Lambda:
//! that is how the stack knows who is talking.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, State},
    http::{HeaderName, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;
use simulator::door::Door;
use tokio::net::TcpListener;

use super::{PAYLOAD_LIMIT, failure::Failure, process::Process};
use crate::template::{ACCOUNT_ID, Function, REGION};

#[derive(Clone)]
struct RuntimeApi {
    process: Arc<Process>,
    function: Arc<Function>,
}

/// Serves the Runtime API to `process` until it ends.
pub(super) async fn serve(listener: TcpListener, process: Arc<Process>, function: Arc<Function>) {
    let runtime = Router::new()
        .route("/invocation/next", get(next))
        .route("/invocation/{request_id}/response", post(response))
        .route("/invocation/{request_id}/error", post(error))
        .route("/init/error", post(init_error))
        .with_state(RuntimeApi { process, function });
    let router = Router::new().nest("/2018-06-01/runtime", runtime);
    if let Err(error) = axum::serve(listener, Door::default().before(router)).await {
        tracing::error!(%error, "a Runtime API ended");
    }
}

async fn next(State(api): State<RuntimeApi>) -> Response {
    api.process.polls();
    let Some(delivery) = api.process.deliveries.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
        + api.function.timeout;
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (name("lambda-runtime-aws-request-id"), delivery.request_id.clone()),
        (name("lambda-runtime-deadline-ms"), deadline.as_millis().to_string()),
        (
            name("lambda-runtime-invoked-function-arn"),
            format!("arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{}", api.function.name),
        ),
        (name("lambda-runtime-trace-id"), trace_id(&delivery.request_id, deadline)),
    ];
    // A caller that has gone does not keep the process from its work.
    let _ = delivery.started.send(());
    (headers, delivery.event).into_response()
}

async fn response(
    State(api): State<RuntimeApi>,
    Path(request_id): Path<String>,
    body: Body,
) -> Response {
    match to_bytes(body, PAYLOAD_LIMIT).await {
        Ok(answer) => accepted(api.process.answers(&request_id, Ok(answer))),
        Err(_) => {
            let error = json!({
                "errorMessage": "Response payload size exceeded maximum allowed payload size (6291456 bytes).",
                "errorType": "Function.ResponseSizeTooLarge",
            });
            let failure = Failure::Reported(error.to_string().into());
            api.process.answers(&request_id, Err(failure));
            (StatusCode::PAYLOAD_TOO_LARGE, Json(error)).into_response()
        }
    }
}

async fn error(
    State(api): State<RuntimeApi>,
    Path(request_id): Path<String>,
    body: Bytes,
) -> Response {
    accepted(api.process.answers(&request_id, Err(Failure::Reported(body))))
}

async fn init_error(State(api): State<RuntimeApi>, body: Bytes) -> Response {
    api.process.fails_to_start(&body);
    accepted(true)
}

fn accepted(is_current: bool) -> Response {
    if is_current {
        (StatusCode::ACCEPTED, Json(json!({"status": "OK"}))).into_response()
    } else {
        let error = json!({"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"});
        (StatusCode::BAD_REQUEST, Json(error)).into_response()
    }
}

/// An X-Ray trace id that is never sampled.
fn trace_id(request_id: &str, now: Duration) -> String {
    let id: String = request_id.chars().filter(char::is_ascii_hexdigit).take(24).collect();
    format!("Root=1-{:08x}-{id};Sampled=0", now.as_secs())
}

fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}
