//! How a function starts, answers, fails and logs.
//!
//! The events are taken as `lambda_runtime` gives them and not through `lambda_http`, which
//! rebuilds the URL that Twilio signed, and panics on a body that is not base64.

use std::{future::Future, pin::Pin, time::Instant};

use aws_lambda_events::{
    apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
    encodings::Body,
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
    sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent},
};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use tracing::{Instrument, Level, info_span};

use crate::{Error, env, twilio::twiml::VoiceResponse};

/// A request to the HTTP API, payload version 2.0.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
pub type Request = ApiGatewayV2httpRequest;

/// The answer to a [`Request`].
pub type Response = ApiGatewayV2httpResponse;

/// 200 with TwiML.
pub fn twiml(answer: &VoiceResponse) -> Response {
    response(200, "text/xml; charset=utf-8", answer.to_string())
}

/// 204: taken, and there is nothing to say.
pub fn no_content() -> Response {
    let mut response = Response::default();
    response.status_code = 204;
    response
}

fn response(status: u16, content_type: &'static str, body: String) -> Response {
    let mut response = Response::default();
    response.status_code = status.into();
    response.headers =
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
    response.body = Some(Body::Text(body));
    response
}

/// Serves an HTTP route until Lambda ends the process.
///
/// The one place where a failure becomes an answer and a line in the log: a sender's mistake is
/// its status and message, anything else is 500 without a word. Twilio then asks the fallback URL.
pub async fn http<F, A>(handler: F) -> Result<(), Error>
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
                Err(error) => refuse(&error),
            };
            Ok::<_, lambda_runtime::Error>(answer)
        }
        .instrument(span)
        .await
    }))
    .await
    .map_err(Error::Internal)
}

fn refuse(error: &Error) -> Response {
    match error {
        Error::Client { status, message } => {
            tracing::warn!(http.status = *status, reason = %message, "refused");
            response(*status, "text/plain; charset=utf-8", message.to_string())
        }
        Error::Internal(_) => {
            tracing::error!(error = error.chain(), "failed");
            response(500, "text/plain; charset=utf-8", "internal error".into())
        }
    }
}

/// Serves an SQS queue whose messages are the JSON of `T`, until Lambda ends the process.
///
/// What fails is reported message by message, so that only that is delivered again, and after the
/// queue's `maxReceiveCount` goes to its dead-letter queue.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
pub async fn sqs<T, F, A>(handler: F) -> Result<(), Error>
where
    T: DeserializeOwned,
    F: Fn(T) -> A,
    A: Future<Output = Result<(), Error>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let mut answer = SqsBatchResponse::default();
        for record in event.payload.records {
            let id = record.message_id.unwrap_or_default();
            let span = info_span!("message", message.id = id);
            let body = record.body.unwrap_or_default();
            let outcome = async {
                // serde's message would quote the body.
                let message = serde_json::from_str(&body)
                    .map_err(|_| Error::internal("the message is not the JSON that is expected"))?;
                let working: Pin<Box<dyn Future<Output = _>>> = Box::pin(handler(message));
                working.await
            }
            .instrument(span.clone())
            .await;
            let _entered = span.enter();
            match outcome {
                Ok(()) => tracing::info!("done"),
                Err(error) => {
                    tracing::error!(error = error.chain(), "failed");
                    let mut failure = BatchItemFailure::default();
                    failure.item_identifier = id;
                    answer.batch_item_failures.push(failure);
                }
            }
        }
        Ok::<_, lambda_runtime::Error>(answer)
    }))
    .await
    .map_err(Error::Internal)
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
