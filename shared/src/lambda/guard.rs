//! The guard around `lambda_http`, whose conversion of an event into a request panics on what it
//! cannot convert. A release aborts on a panic, so anybody who sends such an event could end a
//! process.
//!
//! The conversion is given only what it cannot choke on. The headers stay out of it, because it
//! parses `Host` and `X-Forwarded-Proto`; so does the body, which it decodes; path and query are
//! checked before.
//!
//! A guard cannot be put in front of `lambda_http::run`. Its hidden adapter requires the handler's
//! future to be `Send`, which the compiler cannot prove of an async closure inside another one.
//! Events are therefore converted by [`LambdaRequest`], which is hidden as well (hence the exact
//! version in `Cargo.toml`), and responses, which have few fields, are converted here.

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use lambda_http::http::header::{COOKIE, HOST};
    use serde_json::{Value, json};

    use super::{super::verify::signed_url, *};

    fn event(path: &str, query: &str) -> Value {
        json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {},
            "requestContext": {
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "http": {"method": "POST", "path": path},
                "stage": "$default",
            },
            "isBase64Encoded": false,
        })
    }

    fn request_of(event: Value) -> Result<Request, Error> {
        let event = serde_json::from_value(event).unwrap();
        request(LambdaEvent::new(event, lambda_http::Context::default()))
    }

    fn refusal(event: Value) -> (u16, String) {
        match request_of(event) {
            Err(Error::Client(problem)) => (problem.status, problem.detail.into_owned()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn odd_urls_keep_every_byte() {
        for (path, query) in [
            ("/voice", ""),
            ("/", "a=1"),
            ("", ""),
            ("/voice", "name=O%27Brien"),
            ("/voice", "name=O'Brien"),
            ("/voice", "a=b+c&d=%20&e=%2B"),
            ("/voice", "a=&b&=c&&"),
            ("/voice", "a=1&a=2"),
            ("/voice", "name=J%C3%BCrgen&smile=%F0%9F%98%80"),
            ("/voice", "name=Jürgen"),
            ("/voice", "a=%2F%3F%23%25&b=%zz&c=%"),
            ("/voice", "a=/path?b=c:d@e;f,g!h$i(j)*k~"),
            ("/voice", "a=|^`{}[]\\"),
            // A browser keeps the fragment to itself; somebody else might not.
            ("/voice", "a=1#rc=3"),
            ("/voice//digits", "a=1"),
            ("//evil.example/voice", "a=1"),
            ("/voice/../voice/./digits", "a=1"),
            ("/voice%2Fdigits", "a=1"),
            ("/api/contacts/%2B15005550111", ""),
            // API Gateway decodes paths.
            ("/api/contacts/+15005550111", ""),
            ("/api/contacts/a b\"<>#?\u{7f}ü", "a=1"),
            ("/api/contacts/|^`{}[]\\", ""),
            ("/api/contacts/O'Brien;a=b@c:80", ""),
        ] {
            for stage in ["$default", "prod"] {
                let mut event = event(path, query);
                event["requestContext"]["stage"] = stage.into();
                let request = request_of(event.clone()).unwrap();
                assert_eq!(request.raw_http_path(), path);
                assert_eq!(raw_query(&request), query);
                let url = signed_url("https://example.com", &request);
                let mark = if query.is_empty() { "" } else { "?" };
                assert_eq!(url, format!("https://example.com{path}{mark}{query}"));

                event["requestContext"]["domainName"] = Value::Null;
                assert!(request_of(event).is_ok(), "{path}?{query} without a domain");
            }
        }
    }

    #[test]
    fn what_makes_no_uri_is_refused() {
        let words = || (400, "the path and the query are not a URI".to_owned());
        for query in ["a=b c", "a=\"b\"", "a=<b>", "a=\u{7f}", "a=\n", &"a".repeat(0x10000)] {
            assert_eq!(refusal(event("/voice", query)), words(), "{query:.20}");
        }
        for path in ["voice", "@evil.example/", ":port/", "*"] {
            assert_eq!(refusal(event(path, "")), words(), "{path}");
        }
    }

    #[test]
    fn a_body_that_is_not_base64_is_refused() {
        for body in ["%%%", "Zg", "Zg=", "Zh==", "Zm 9v", "Zm9v\n", "-_-_"] {
            let mut event = event("/voice", "");
            event["isBase64Encoded"] = true.into();
            event["body"] = body.into();
            assert_eq!(refusal(event), (400, "the body is not base64".to_owned()), "{body}");
        }
    }

    #[test]
    fn bodies_arrive_as_they_were_sent() {
        for (body, encoded, bytes) in [
            (json!("Zm9v"), true, "foo"),
            (json!("Zm9v"), false, "Zm9v"),
            (json!("ü"), false, "ü"),
            (json!(""), true, ""),
            (Value::Null, true, ""),
        ] {
            let mut event = event("/voice", "");
            event["isBase64Encoded"] = encoded.into();
            event["body"] = body;
            assert_eq!(request_of(event).unwrap().body().as_ref(), bytes.as_bytes());
        }
    }

    #[test]
    fn headers_arrive_whatever_they_say() {
        for host in ["", "a b", "a:port", "[::1", "user@host", "%"] {
            let mut event = event("/voice", "a=1");
            event["headers"] = json!({"host": host, "x-forwarded-proto": ":/", "cookie": "old"});
            event["cookies"] = json!(["a=1", "b=2"]);
            let request = request_of(event).unwrap();
            assert_eq!(request.headers()[HOST], host);
            assert_eq!(request.headers()["x-forwarded-proto"], ":/");
            assert_eq!(request.headers()[COOKIE], "a=1; b=2");
        }
    }

    #[test]
    fn responses_become_answers() {
        let answer_to = |body| {
            let mut response = Response::new(body);
            response.headers_mut().insert(HOST, "a".parse().unwrap());
            let answer = serde_json::to_value(answer(response)).unwrap();
            assert_eq!(
                (&answer["statusCode"], &answer["headers"]["host"]),
                (&200.into(), &"a".into())
            );
            (answer["body"].clone(), answer["isBase64Encoded"].clone())
        };
        assert_eq!(answer_to(Body::Empty).0, Value::Null);
        assert_eq!(answer_to(Body::Text("foo".into())), (json!("foo"), json!(false)));
        assert_eq!(answer_to(Body::Binary(b"foo".into())), (json!("Zm9v"), json!(true)));
    }
}
