//! How a function starts, answers, fails and logs.
//!
//! | room | what it serves |
//! |---|---|
//! | [`webhook`] | what Twilio posts |
//! | [`api`] | what people and programs ask, as JSON |
//! | [`csv`] | lists for spreadsheets |
//! | [`public`] | a document for anybody |
//! | [`sqs`] | a queue |
//! | [`stream`] | the changes of the table |
//! | [`schedule`] | the clock |
//!
//! The events are taken as `lambda_runtime` gives them and not through `lambda_http`, which
//! rebuilds the URL that Twilio signed, and panics on a body that is not base64.

use std::{future::Future, pin::Pin, time::Instant};

use aws_lambda_events::{
    apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
    encodings::Body,
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_runtime::{LambdaEvent, service_fn};
use tracing::{Instrument, Level, info_span};

use crate::{
    Error,
    error::{Problem, bad_request, too_large},
    process::env,
};

pub mod api;
pub mod csv;
pub mod idempotency;
pub mod public;
pub mod schedule;
pub mod sqs;
pub mod stream;
mod verify;
pub mod webhook;

pub use api::api;
pub use public::public;
pub use schedule::schedule;
pub use sqs::sqs;
pub use stream::stream;
pub use verify::{Webhook, Webhooks};
pub use webhook::{no_content, twiml, webhook};

/// A request to the HTTP API, payload version 2.0.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
pub type Request = ApiGatewayV2httpRequest;

/// The answer to a [`Request`].
pub type Response = ApiGatewayV2httpResponse;

/// An answer with a body.
fn response(status: u16, content_type: &'static str, body: String) -> Response {
    let mut response = Response::default();
    response.status_code = status.into();
    response.headers =
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
    response.body = Some(Body::Text(body));
    response
}

/// Serves HTTP routes until Lambda ends the process.
///
/// The one place where a failure becomes an answer and a line in the log: a sender's mistake is
/// told in the words of `refusal`, anything else is 500 without a word.
async fn serve<F, A>(handler: F, refusal: fn(&Problem) -> Response) -> Result<(), Error>
where
    F: Fn(Request) -> A,
    A: Future<Output = Result<Response, Error>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Request>| async move {
        let span = info_span!("request", request.id = event.context.request_id);
        async {
            let started = Instant::now();
            // Boxed: the SDKs' futures nest deeper than the compiler likes to lay out.
            let answering: Pin<Box<dyn Future<Output = _>>> = Box::pin(handler(event.payload));
            let answer = match answering.await {
                Ok(answer) => {
                    let milliseconds = started.elapsed().as_millis() as u64;
                    tracing::info!(http.status = answer.status_code, milliseconds, "answered");
                    answer
                }
                Err(Error::Client(problem)) => {
                    let Problem { status, detail, field, code, .. } = &*problem;
                    tracing::warn!(http.status = status, reason = %detail, field, code, "refused");
                    refusal(&problem)
                }
                Err(error) => {
                    tracing::error!(error = error.chain(), "failed");
                    refusal(&Problem::internal())
                }
            };
            Ok::<_, lambda_runtime::Error>(answer)
        }
        .instrument(span)
        .await
    }))
    .await
    .map_err(Error::Internal)
}

/// A header that is text.
pub(crate) fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.headers.get(name).and_then(|value| value.to_str().ok())
}

/// The media type of the body, without its parameters.
pub(crate) fn media_type(request: &Request) -> &str {
    let value = header(request, "content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// The body, decoded.
///
/// Errors: 400 when it is not base64 though it says so, 413 when it is longer than `limit`.
pub(crate) fn body(request: &Request, limit: usize) -> Result<Vec<u8>, Error> {
    let too_large = || too_large(format!("the body is over {} KiB", limit / 1024));
    let body = request.body.as_deref().unwrap_or_default();
    // Base64 makes four characters of three bytes.
    if body.len() > limit * 4 / 3 + 4 {
        return Err(too_large());
    }
    let bytes = if request.is_base64_encoded {
        STANDARD.decode(body).map_err(|_| bad_request("the body is not base64"))?
    } else {
        body.as_bytes().to_vec()
    };
    if bytes.len() > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Starts the JSON log, to call first in `main`. `AWS_LAMBDA_LOG_LEVEL` sets its level.
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html>
pub fn start_log() {
    let level = env::optional("AWS_LAMBDA_LOG_LEVEL")
        .and_then(|level| level.parse().ok())
        .unwrap_or(Level::INFO);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_max_level(level)
        .init();
}
