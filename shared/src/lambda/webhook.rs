//! Routes that Twilio posts to.

use std::future::Future;

use lambda_http::{
    Body,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
};

use super::{Request, Response, response, serve};
use crate::{Error, error::Problem, twilio::twiml::VoiceResponse};

/// Serves a webhook. Refusals are told as plain text, for Twilio's debugger; after a 500 Twilio
/// asks the fallback URL.
pub async fn webhook<F, A>(handler: F) -> Result<(), Error>
where
    F: Fn(Request) -> A,
    A: Future<Output = Result<Response, Error>>,
{
    serve(handler, refusal).await
}

fn refusal(problem: &Problem) -> Response {
    response(problem.status, "text/plain; charset=utf-8", problem.detail.to_string())
}

/// 200 with TwiML.
pub fn twiml(answer: &VoiceResponse) -> Response {
    response(200, "text/xml; charset=utf-8", answer.to_string())
}

/// 200 with a WAV file, which Twilio need not ask for again for a day.
pub fn audio(wav: &[u8]) -> Response {
    let mut response = Response::new(Body::Binary(wav.to_vec()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    response
}

/// 204: taken, and there is nothing to say.
pub fn no_content() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
