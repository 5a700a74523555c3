//! A function's answer as an HTTP response: payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use anyhow::{Context, Result};
use axum::{
    body::{Body, Bytes},
    http::{
        HeaderName, HeaderValue, Response, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING},
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    multi_value_headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The response that an answer describes; an answer without `statusCode` is itself the body of a
/// 200 with JSON.
///
/// # Errors
/// The answer is not JSON, or a field of it cannot be part of a response.
pub(super) fn from_answer(answer: &Bytes) -> Result<Response<Body>> {
    let value: Value = serde_json::from_slice(answer).context("the answer is not JSON")?;
    if value.get("statusCode").is_none() {
        let body = match value {
            Value::String(text) => Body::from(text),
            _ => Body::from(answer.clone()),
        };
        let response = Response::builder().header(CONTENT_TYPE, "application/json");
        return Ok(response.body(body)?);
    }
    let answer: Answer = serde_json::from_value(value)?;
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded {
        BASE64_STANDARD.decode(body).context("the body is not base64")?
    } else {
        body.into_bytes()
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status_code)?;
    let headers = response.headers_mut();
    for (name, value) in answer.headers.into_iter().flatten() {
        headers.insert(HeaderName::try_from(name)?, header_value(&value)?);
    }
    for (name, values) in answer.multi_value_headers.into_iter().flatten() {
        let name = HeaderName::try_from(name)?;
        // `headers` wins where both name a header.
        if headers.contains_key(&name) {
            continue;
        }
        for value in values.as_array().context("multiValueHeaders has no list")? {
            headers.append(&name, header_value(value)?);
        }
    }
    for cookie in answer.cookies.into_iter().flatten() {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie)?);
    }
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Ok(response)
}

fn header_value(value: &Value) -> Result<HeaderValue> {
    Ok(match value {
        Value::String(text) => HeaderValue::try_from(text)?,
        other => HeaderValue::try_from(other.to_string())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use serde_json::json;

    async fn respond(answer: Value) -> (u16, Vec<(String, String)>, String) {
        let response = from_answer(&answer.to_string().into()).unwrap();
        let (head, body) = response.into_parts();
        let headers = head.headers.iter();
        let headers =
            headers.map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (head.status.as_u16(), headers, String::from_utf8(body.to_vec()).unwrap())
    }

    fn header(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[tokio::test]
    async fn status_headers_cookies_and_a_base64_body() {
        let answer = json!({
            "statusCode": 201,
            "headers": {"content-type": "text/xml", "x-a": "1"},
            "multiValueHeaders": {"x-a": ["2"], "x-b": ["3", "4"]},
            "cookies": ["c=5"],
            "body": "PFJlc3BvbnNlLz4=",
            "isBase64Encoded": true,
        });
        let headers = vec![
            header("content-type", "text/xml"),
            header("x-a", "1"),
            header("x-b", "3"),
            header("x-b", "4"),
            header("set-cookie", "c=5"),
        ];
        assert_eq!(respond(answer).await, (201, headers, "<Response/>".to_owned()));
    }

    #[tokio::test]
    async fn an_answer_without_a_status_is_the_body() {
        let json = vec![header("content-type", "application/json")];
        assert_eq!(respond(json!({"a": 1})).await, (200, json.clone(), "{\"a\":1}".to_owned()));
        assert_eq!(respond(json!("hello")).await, (200, json, "hello".to_owned()));
    }

    #[test]
    fn what_is_not_a_response_is_an_error() {
        for answer in [json!({"statusCode": "many"}), json!({"statusCode": 200, "body": 5})] {
            assert!(from_answer(&answer.to_string().into()).is_err(), "{answer}");
        }
    }
}
