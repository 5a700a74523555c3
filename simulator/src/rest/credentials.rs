//! Who may use the REST API: the account with its auth token, and API keys.
//!
//! <https://www.twilio.com/docs/iam/api-keys>

use std::sync::PoisonError;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::control::{Problem, read, unprocessable};
use crate::simulator::Simulator;

/// An API key: another user name and password for the REST API. Webhooks are
/// signed with the auth token all the same.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// `SK…`.
    pub sid: String,
    /// The password that belongs to it.
    pub secret: String,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ApiKey").field("sid", &self.sid).finish_non_exhaustive()
    }
}

impl Simulator {
    /// The API keys that the REST API takes.
    fn api_keys(&self) -> Vec<ApiKey> {
        self.api_keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes an API key from now on; the secret of a known one may be another.
    pub(crate) fn add_api_key(&self, key: ApiKey) {
        let mut keys = self.api_keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|known| known.sid != key.sid);
        keys.push(key);
    }
}

/// The control API's route to them.
pub(crate) fn routes() -> Router<Simulator> {
    Router::new().route("/simulator/api-keys", post(add_api_key))
}

/// Takes another user name and password for the REST API; a secret may be given
/// anew.
async fn add_api_key(
    State(simulator): State<Simulator>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let key: ApiKey = read(&body)?;
    if !key.sid.starts_with("SK") || key.secret.is_empty() {
        return Err(unprocessable("an API key has a sid, SK…, and a secret"));
    }
    simulator.add_api_key(key);
    Ok(StatusCode::NO_CONTENT)
}

/// HTTP Basic.
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
