//! The credentials that the REST API takes: the account's auth token, and API keys.
//!
//! <https://www.twilio.com/docs/iam/api-keys>

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use crate::simulator::Simulator;

/// Whether a request has the right user name and password, by HTTP Basic.
pub(super) fn authorized(simulator: &Simulator, headers: &HeaderMap) -> bool {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.strip_prefix("Basic "));
    let Some(sent) = sent.and_then(|value| STANDARD.decode(value.trim()).ok()) else {
        return false;
    };
    let is = |user: &str, password: &str| -> bool {
        sent.ct_eq(format!("{user}:{password}").as_bytes()).into()
    };
    is(&simulator.account_sid, &simulator.auth_token)
        || simulator.api_keys().iter().any(|key| is(&key.sid, &key.secret))
}
