//! How a function starts, answers, fails and logs.
//!
//! | module | what it serves |
//! |---|---|
//! | [`mod@webhook`] | what Twilio posts |
//! | [`mod@api`] | what people and programs ask, as JSON |
//! | [`csv`] | lists for spreadsheets |
//! | [`mod@public`] | a document for anybody |
//! | [`mod@site`] | a web page and its assets |
//! | [`mod@sqs`] | a queue |
//! | [`mod@stream`] | the changes of the table |
//! | [`mod@schedule`] | the clock |
//!
//! Routes are handlers of [`Request`], which `lambda_http` makes of API Gateway's events, behind a
//! guard against what it would panic on. Its `uri` is normalised: whatever Twilio has signed, and
//! whatever goes into another URL, is `raw_http_path()` and the raw query.

use std::{future::Future, pin::Pin, time::Instant};

use aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::{
    Body, LambdaEvent, RequestExt,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    request::RequestContext,
    service_fn,
};
use tracing::{Instrument, Level, info_span};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    Error,
    error::{Problem, too_large},
    process::env,
};

pub mod api;
pub mod csv;
mod guard;
pub mod idempotency;
pub mod public;
pub mod schedule;
pub mod site;
pub mod sqs;
pub mod stream;
mod verify;
pub mod webhook;

pub use api::api;
pub use public::public;
pub use schedule::schedule;
pub use site::site;
pub use sqs::sqs;
pub use stream::{stream, stream_in_batches};
pub use verify::{Webhook, Webhooks};
pub use webhook::{audio, no_content, twiml, webhook};

/// A request to the HTTP API.
pub type Request = lambda_http::Request;

/// The answer to a [`Request`].
pub type Response = lambda_http::Response<Body>;

/// An answer with a body.
fn response(status: u16, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Serves HTTP routes until Lambda ends the process.
async fn serve<F, A>(handler: F, refusal: fn(&Problem) -> Response) -> Result<(), Error>
where
    F: Fn(Request) -> A,
    A: Future<Output = Result<Response, Error>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<guard::Event>| {
        let span = info_span!("request", request.id = event.context.request_id);
        async move {
            let response = response_to(guard::request(event), handler, refusal).await;
            Ok::<_, lambda_http::Error>(guard::answer(response))
        }
        .instrument(span)
    }))
    .await
    .map_err(Error::Internal)
}

/// The response to a request, whether the handler gives one, refuses or fails.
///
/// The one place where a failure becomes an answer and a line in the log: a sender's mistake is
/// told in the words of `refusal`, anything else is 500 without a word.
async fn response_to<F, A>(
    request: Result<Request, Error>,
    handler: &F,
    refusal: fn(&Problem) -> Response,
) -> Response
where
    F: Fn(Request) -> A,
    A: Future<Output = Result<Response, Error>>,
{
    let started = Instant::now();
    // Boxed: the SDKs' futures nest deeper than the compiler likes to lay out.
    let answering: Pin<Box<dyn Future<Output = _>>> = Box::pin(async { handler(request?).await });
    match answering.await {
        Ok(answer) => {
            let milliseconds = started.elapsed().as_millis() as u64;
            tracing::info!(http.status = answer.status().as_u16(), milliseconds, "answered");
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
    }
}

/// What API Gateway tells about a request besides the request.
fn context(request: &Request) -> Option<&ApiGatewayV2httpRequestContext> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => Some(context),
        _ => None,
    }
}

/// The address of the API, without a slash at the end: the configured one, else the domain name
/// that API Gateway gives. Never the Host header: the sender of a request chooses it.
fn base_url(request: &Request, public_url: Option<&str>) -> Result<String, Error> {
    public_url
        .map(str::to_owned)
        .or_else(|| own_url(request))
        .ok_or_else(|| Error::internal("the request names no domain"))
}

/// The address at which API Gateway got a request, without a slash at the end.
fn own_url(request: &Request) -> Option<String> {
    context(request)?.domain_name.as_ref().map(|name| format!("https://{name}"))
}

/// A header that is text.
pub(crate) fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// The media type of the body, without its parameters.
pub(crate) fn media_type(request: &Request) -> &str {
    let value = header(request, "content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// The body as it was sent.
///
/// # Errors
///
/// 413 when it is longer than `limit`.
pub(crate) fn body(request: &Request, limit: usize) -> Result<&[u8], Error> {
    let body = request.body().as_ref();
    if body.len() > limit {
        return Err(too_large(format!("the body is over {} KiB", limit / 1024)));
    }
    Ok(body)
}

/// Starts the JSON log, to call first in `main` with the function's `module_path!()`.
/// `AWS_LAMBDA_LOG_LEVEL` sets the level of our own crates. Others tell what goes wrong and no more:
/// in detail they would write down events, with numbers and texts, and tokens.
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html>
pub fn start_log(function: &str) {
    let level = env::optional("AWS_LAMBDA_LOG_LEVEL")
        .and_then(|level| level.parse().ok())
        .unwrap_or(Level::INFO);
    let levels = Targets::new()
        .with_default(level.min(Level::WARN))
        .with_target("shared", level)
        .with_target(function, level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false);
    tracing_subscriber::registry().with(lines).with(levels).init();
}
