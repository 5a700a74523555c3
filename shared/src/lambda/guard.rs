//! The guard around `lambda_http`, whose conversion of an event into a request panics on what it
//! cannot convert. A release aborts on a panic, so whoever sends such an event would end a process.
//!
//! The conversion is given only what it cannot choke on. The headers stay out of it, because it
//! parses `Host` and `X-Forwarded-Proto`; so does the body, which it decodes; path and query are
//! checked before.
//!
//! `lambda_http::run` does not let a guard stand before it, and its hidden adapter takes only
//! handlers of which the compiler proves that they are `Send`, which it fails to of async closures
//! in async closures. So an event is converted by [`LambdaRequest`], hidden too (hence the exact
//! version in `Cargo.toml`), and the response, which is a handful of fields, here.

use std::mem;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{
    Body, LambdaEvent, RequestExt,
    http::{HeaderMap, Uri},
    request::LambdaRequest,
};
use url::Url;

use super::{Request, Response};
use crate::{Error, error::bad_request};

/// An event of the HTTP API, payload version 2.0.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
pub(super) type Event = ApiGatewayV2httpRequest;

/// The answer to an [`Event`].
pub(super) type Answer = ApiGatewayV2httpResponse;

/// The request that an event is about.
///
/// # Errors
///
/// 400 for a path and a query that make no URI, and for a body that is not base64 though it says
/// so.
pub(super) fn request(event: LambdaEvent<Event>) -> Result<Request, Error> {
    let LambdaEvent { mut payload, context } = event;
    let kept = Kept::take(&mut payload)?;
    let converted = Request::from(LambdaRequest::ApiGatewayV2(payload));
    Ok(kept.put_back(converted.with_lambda_context(context)))
}

/// The answer to an event that a response makes.
pub(super) fn answer(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let mut answer = Answer::default();
    answer.status_code = parts.status.as_u16().into();
    answer.headers = parts.headers;
    answer.is_base64_encoded = matches!(body, Body::Binary(_));
    answer.body = (body != Body::Empty).then_some(body);
    answer
}

/// The query of a request as API Gateway gives it, byte for byte: what Twilio has signed. The one
/// of [`Request::uri`] ends at a `#`.
pub(super) fn raw_query(request: &Request) -> &str {
    request.extensions().get().map(|RawQuery(query)| query.as_str()).unwrap_or_default()
}

#[derive(Clone)]
struct RawQuery(String);

/// The parts of an event that are kept out of the conversion.
struct Kept {
    headers: HeaderMap,
    body: Body,
    query: RawQuery,
}

impl Kept {
    /// Takes the parts out of an event, and leaves one that can be converted. Fails like
    /// [`request`].
    fn take(event: &mut Event) -> Result<Self, Error> {
        if !makes_uri(event) {
            return Err(bad_request("the path and the query are not a URI"));
        }
        let body = match event.body.take() {
            None => Body::Empty,
            Some(text) if event.is_base64_encoded => Body::Binary(
                STANDARD.decode(text).map_err(|_| bad_request("the body is not base64"))?,
            ),
            Some(text) => Body::Text(text),
        };
        Ok(Self {
            headers: mem::take(&mut event.headers),
            body,
            query: RawQuery(event.raw_query_string.clone().unwrap_or_default()),
        })
    }

    fn put_back(self, mut request: Request) -> Request {
        let mut headers = self.headers;
        // The conversion has made a header too, of the cookies.
        headers.extend(mem::take(request.headers_mut()));
        *request.headers_mut() = headers;
        *request.body_mut() = self.body;
        request.extensions_mut().insert(self.query);
        request
    }
}

/// Whether the URI that the conversion builds is one. Where it has no domain it leaves out the
/// beginning, which decides nothing; the stage is left out where it is `$default`.
fn makes_uri(event: &Event) -> bool {
    let domain = event.request_context.domain_name.as_deref().unwrap_or("localhost");
    let stage = event.request_context.stage.as_deref().unwrap_or_default();
    let path = event.raw_path.as_deref().unwrap_or_default();
    let query = event.raw_query_string.as_deref().unwrap_or_default();
    // Without its slash, a path would go on with the domain.
    (path.is_empty() || path.starts_with('/'))
        && Url::parse(&format!("https://{domain}/{stage}{path}"))
            .is_ok_and(|url| Uri::try_from(format!("{url}?{query}")).is_ok())
}
