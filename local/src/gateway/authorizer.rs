//! The JWT authorizer of the HTTP API.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::{issuer::keys::Keys, template::Authorization};

/// Why a request does not reach its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 401: nobody has proved who they are.
    Unauthorized,
    /// 403: the token has none of the route's scopes.
    Forbidden,
}

/// Checks a request's token; what the event says of it under `requestContext.authorizer`.
pub(super) fn check(
    authorization: &Authorization,
    headers: &HeaderMap,
    keys: &Keys,
) -> Result<Value, Refusal> {
    let header = headers.get(&authorization.authorizer.header);
    let token = header.and_then(|value| value.to_str().ok()).ok_or(Refusal::Unauthorized)?;
    // The word is optional, in any case.
    let token = match token.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => token,
    };
    let claims = keys.verify(token).map_err(|_| Refusal::Unauthorized)?;
    if !is_acceptable(authorization, &claims) {
        return Err(Refusal::Unauthorized);
    }
    let scopes = scopes(&claims);
    let shared: Vec<_> =
        authorization.scopes.iter().filter(|scope| scopes.contains(&scope.as_str())).collect();
    if !authorization.scopes.is_empty() && shared.is_empty() {
        return Err(Refusal::Forbidden);
    }
    let scopes = if authorization.scopes.is_empty() { Value::Null } else { json!(shared) };
    Ok(json!({"jwt": {"claims": as_text(&claims), "scopes": scopes}}))
}

fn is_acceptable(authorization: &Authorization, claims: &Value) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs());
    let now = now.unwrap_or_default() as f64;
    let time = |name: &str| claims[name].as_f64();
    let for_us = |client: &Value| {
        client.as_str().is_some_and(|id| authorization.authorizer.audience.iter().any(|a| a == id))
    };
    let audience = match &claims["aud"] {
        // Only where there is no audience.
        Value::Null => for_us(&claims["client_id"]),
        Value::Array(several) => several.iter().any(for_us),
        one => for_us(one),
    };
    claims["iss"] == authorization.authorizer.issuer.as_str()
        && audience
        && time("exp").is_some_and(|until| until > now)
        && time("nbf").is_none_or(|from| from <= now)
        && time("iat").is_none_or(|at| at <= now)
}

fn scopes(claims: &Value) -> Vec<&str> {
    let of = |name: &str| match &claims[name] {
        Value::String(scopes) => scopes.split(' ').collect(),
        Value::Array(scopes) => scopes.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    [of("scope"), of("scp")].concat()
}

/// Claims arrive as text; a list is in brackets, with spaces between.
fn as_text(claims: &Value) -> Map<String, Value> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect();
            format!("[{}]", items.join(" "))
        }
        other => other.to_string(),
    };
    let claims = claims.as_object().into_iter().flatten();
    claims.map(|(name, value)| (name.clone(), Value::from(text(value)))).collect()
}
