//! A request as API Gateway describes it to a function: payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    body::Bytes,
    http::{
        HeaderMap,
        header::{CONNECTION, CONTENT_TYPE, COOKIE, TRANSFER_ENCODING, USER_AGENT},
        request::Parts,
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use crate::template::{ACCOUNT_ID, REGION};

/// Everything that an event says.
pub(super) struct Http<'a> {
    pub(super) api_id: &'a str,
    pub(super) port: u16,
    pub(super) request_id: &'a str,
    pub(super) client: SocketAddr,
    pub(super) now: OffsetDateTime,
    pub(super) route_key: &'a str,
    pub(super) path: &'a str,
    pub(super) path_parameters: BTreeMap<String, String>,
    pub(super) head: &'a Parts,
    pub(super) body: &'a Bytes,
    /// What an authorizer says of who asks; null on a public route.
    pub(super) authorizer: Value,
}

const COMMON_LOG_TIME: &[BorrowedFormatItem<'_>] = format_description!(
    "[day]/[month repr:short]/[year]:[hour]:[minute]:[second] [offset_hour sign:mandatory][offset_minute]"
);

impl Http<'_> {
    /// The event as JSON. What is empty is absent, as in API Gateway's.
    pub(super) fn payload(&self) -> Bytes {
        let domain_name = format!("{}.execute-api.{REGION}.amazonaws.com", self.api_id);
        let query = self.head.uri.query().unwrap_or_default();
        let client = self.client.ip().to_string();
        let user_agent = self.head.headers.get(USER_AGENT);
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.route_key,
            "rawPath": self.path,
            "rawQueryString": query,
            "headers": self.headers(&client),
            "requestContext": {
                "accountId": ACCOUNT_ID,
                "apiId": self.api_id,
                "domainName": domain_name,
                "domainPrefix": self.api_id,
                "http": {
                    "method": self.head.method.as_str(),
                    "path": self.path,
                    "protocol": format!("{:?}", self.head.version),
                    "sourceIp": client,
                    "userAgent": user_agent.map(|value| String::from_utf8_lossy(value.as_bytes())).unwrap_or_default(),
                },
                "requestId": self.request_id,
                "routeKey": self.route_key,
                "stage": "$default",
                "time": self.now.format(COMMON_LOG_TIME).unwrap_or_default(),
                "timeEpoch": i64::try_from(self.now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
            },
            "isBase64Encoded": false,
        });
        if !self.authorizer.is_null() {
            event["requestContext"]["authorizer"] = self.authorizer.clone();
        }
        if let Value::Object(event) = &mut event {
            let cookies = cookies(&self.head.headers);
            if !cookies.is_empty() {
                event.insert("cookies".to_owned(), Value::from(cookies));
            }
            let parameters = query_parameters(query);
            if !parameters.is_empty() {
                event.insert("queryStringParameters".to_owned(), Value::from(parameters));
            }
            if !self.path_parameters.is_empty() {
                let parameters = self.path_parameters.iter();
                let parameters: Map<_, _> = parameters
                    .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                    .collect();
                event.insert("pathParameters".to_owned(), Value::from(parameters));
            }
            if !self.body.is_empty() {
                let text =
                    std::str::from_utf8(self.body).ok().filter(|_| is_text(&self.head.headers));
                event.insert("isBase64Encoded".to_owned(), Value::from(text.is_none()));
                let body = text.map_or_else(|| BASE64_STANDARD.encode(self.body), str::to_owned);
                event.insert("body".to_owned(), Value::from(body));
            }
        }
        event.to_string().into()
    }

    /// Lower-case names, repeated headers joined by commas; cookies and what concerns only the
    /// connection left out; the headers that API Gateway adds.
    fn headers(&self, client: &str) -> BTreeMap<String, String> {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &self.head.headers {
            if [COOKIE, CONNECTION, TRANSFER_ENCODING].contains(name) {
                continue;
            }
            let value = String::from_utf8_lossy(value.as_bytes());
            headers
                .entry(name.to_string())
                .and_modify(|joined| *joined = format!("{joined},{value}"))
                .or_insert_with(|| value.into_owned());
        }
        headers.entry("content-length".to_owned()).or_insert_with(|| self.body.len().to_string());
        headers
            .entry("x-forwarded-for".to_owned())
            .and_modify(|before| *before = format!("{before}, {client}"))
            .or_insert_with(|| client.to_owned());
        headers.insert("x-forwarded-port".to_owned(), self.port.to_string());
        headers.entry("x-forwarded-proto".to_owned()).or_insert_with(|| "http".to_owned());
        headers.insert(
            "x-amzn-trace-id".to_owned(),
            format!("Root=1-{:08x}-{:.24}", self.now.unix_timestamp(), self.request_id),
        );
        headers
    }
}

/// Bodies of these types are delivered as text, every other is base64: also a form.
fn is_text(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"]
            .contains(&media_type.as_str())
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(';'))
        .map(|cookie| cookie.trim().to_owned())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Decoded, repeated names joined by commas.
fn query_parameters(query: &str) -> Map<String, Value> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name), decode(value));
        parameters
            .entry(name)
            .and_modify(|joined| *joined = format!("{joined},{value}"))
            .or_insert(value);
    }
    parameters.into_iter().map(|(name, value)| (name, Value::from(value))).collect()
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use time::macros::datetime;

    fn event(request: Request<&'static str>) -> Value {
        let (head, body) = request.into_parts();
        let body = Bytes::from_static(body.as_bytes());
        let http = Http {
            api_id: "switchboard-api",
            port: 3000,
            request_id: "9f0c3c1e5d7a4b1c8e2f6a7b8c9d0e1f",
            client: SocketAddr::from(([127, 0, 0, 1], 50_000)),
            now: datetime!(2026-11-21 01:02:03.456 UTC),
            route_key: "POST /voice/{step}",
            path: "/voice/step",
            path_parameters: BTreeMap::from([("step".to_owned(), "step".to_owned())]),
            head: &head,
            body: &body,
            authorizer: Value::Null,
        };
        serde_json::from_slice(&http.payload()).unwrap()
    }

    #[test]
    fn a_twilio_webhook_has_this_event() {
        let request = Request::post("http://127.0.0.1:3000/voice/step?widget=menu&x=1&x=a%20b")
            .header("Host", "127.0.0.1:3000")
            .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("User-Agent", "TwilioProxy/1.1")
            .header("X-Twilio-Signature", "c2lnbmF0dXJl")
            .header("Accept", "*/*")
            .header("Accept", "text/xml")
            .header("Cookie", "a=1; b=2")
            .body("CallSid=CA1&Digits=2")
            .unwrap();
        insta::assert_json_snapshot!(event(request), @r#"
        {
          "body": "Q2FsbFNpZD1DQTEmRGlnaXRzPTI=",
          "cookies": [
            "a=1",
            "b=2"
          ],
          "headers": {
            "accept": "*/*,text/xml",
            "content-length": "20",
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "host": "127.0.0.1:3000",
            "user-agent": "TwilioProxy/1.1",
            "x-amzn-trace-id": "Root=1-6b00ed8b-9f0c3c1e5d7a4b1c8e2f6a7b",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "3000",
            "x-forwarded-proto": "http",
            "x-twilio-signature": "c2lnbmF0dXJl"
          },
          "isBase64Encoded": true,
          "pathParameters": {
            "step": "step"
          },
          "queryStringParameters": {
            "widget": "menu",
            "x": "1,a b"
          },
          "rawPath": "/voice/step",
          "rawQueryString": "widget=menu&x=1&x=a%20b",
          "requestContext": {
            "accountId": "000000000000",
            "apiId": "switchboard-api",
            "domainName": "switchboard-api.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "switchboard-api",
            "http": {
              "method": "POST",
              "path": "/voice/step",
              "protocol": "HTTP/1.1",
              "sourceIp": "127.0.0.1",
              "userAgent": "TwilioProxy/1.1"
            },
            "requestId": "9f0c3c1e5d7a4b1c8e2f6a7b8c9d0e1f",
            "routeKey": "POST /voice/{step}",
            "stage": "$default",
            "time": "21/Nov/2026:01:02:03 +0000",
            "timeEpoch": 1795222923456
          },
          "routeKey": "POST /voice/{step}",
          "version": "2.0"
        }
        "#);
    }

    #[test]
    fn json_and_text_are_not_base64() {
        for media_type in [
            "application/json",
            "text/plain; charset=utf-8",
            "application/xml",
            "application/javascript",
        ] {
            let request = Request::post("/").header("content-type", media_type).body("{}").unwrap();
            let event = event(request);
            assert_eq!(
                (&event["body"], &event["isBase64Encoded"]),
                (&json!("{}"), &json!(false)),
                "{media_type}"
            );
        }
        let request = Request::post("/")
            .header("content-type", "application/octet-stream")
            .body("{}")
            .unwrap();
        assert_eq!(event(request)["body"], "e30=");
        let event = event(Request::get("/").body("").unwrap());
        assert!(event.get("body").is_none() && event.get("queryStringParameters").is_none());
    }
}
