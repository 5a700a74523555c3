//! Twilio's credentials, kept in AWS Secrets Manager as one JSON text.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_secretsmanager::{Client, error::SdkError};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::{Error, error::unavailable, values::AccountSid};

/// How long a secret is used before it is read again: a rotated token is picked up by then.
const CACHED_FOR: Duration = Duration::from_secs(5 * 60);

/// The shortest token that is used, in characters; Twilio's have 32. What somebody types to get past
/// a prompt must sign nothing.
const SHORTEST_TOKEN: usize = 16;

/// How many seconds a client is told to wait while there are no credentials.
const NOT_PUT_YET: u32 = 60;

fn is_too_short(token: &SecretString) -> bool {
    token.expose_secret().chars().count() < SHORTEST_TOKEN
}

/// What the secret holds: how we sign in at Twilio, and how its webhooks are signed.
#[derive(Debug, Deserialize)]
pub struct TwilioCredentials {
    /// Our Twilio account, which all our calls and texts belong to.
    pub account_sid: AccountSid,
    /// The token that Twilio signs webhooks with. It signs in at the REST API as well where there is
    /// no API key, which Twilio calls a last resort: <https://www.twilio.com/docs/iam/api-keys>.
    pub auth_token: SecretString,
    /// The token from before a rotation, which still signs webhooks for a while; empty otherwise.
    #[serde(default)]
    previous_auth_token: SecretString,
    /// The SID of an API key, `SK…`, that signs in at the REST API; empty for none.
    #[serde(default)]
    api_key_sid: String,
    /// The secret of that API key; empty for none.
    #[serde(default)]
    api_key_secret: SecretString,
}

impl TwilioCredentials {
    /// The user and the password of a request to the REST API: the API key if there is one, else
    /// the account with its token.
    pub fn rest(&self) -> (&str, &str) {
        let secret = self.api_key_secret.expose_secret();
        match self.api_key_sid.as_str() {
            "" => (self.account_sid.as_str(), self.auth_token.expose_secret()),
            key => (key, secret),
        }
    }

    /// The tokens that a webhook may be signed with.
    pub fn auth_tokens(&self) -> impl Iterator<Item = &str> {
        [&self.auth_token, &self.previous_auth_token]
            .into_iter()
            .map(ExposeSecret::expose_secret)
            .filter(|token| !token.is_empty())
    }
}

/// The secret's reader and cache: it reads when the secret is first needed, and again when five
/// minutes have passed.
#[derive(Clone, Debug)]
pub struct Secrets {
    client: Client,
    secret_id: String,
    cached: Arc<Mutex<Option<Cached>>>,
}

/// The credentials, and when they were read.
type Cached = (Arc<TwilioCredentials>, Instant);

impl Secrets {
    /// The secret with this name or ARN. Nothing is read yet.
    pub fn new(client: Client, secret_id: String) -> Self {
        Self { client, secret_id, cached: Arc::default() }
    }

    /// Reads the secret, so that the first request that needs it does not wait. A failure is only
    /// logged: the secret is read again when it is needed.
    pub async fn read_ahead(&self) {
        if let Err(error) = self.twilio().await {
            tracing::warn!(error = error.chain(), "secret not read ahead");
        }
    }

    /// The credentials, at most five minutes old. While Secrets Manager is down, the ones read
    /// before go on being used.
    ///
    /// # Errors
    /// When they cannot be read and never have been.
    pub async fn twilio(&self) -> Result<Arc<TwilioCredentials>, Error> {
        let mut cached = self.cached.lock().await;
        match &*cached {
            Some((credentials, read_at)) if read_at.elapsed() < CACHED_FOR => {
                return Ok(credentials.clone());
            }
            _ => {}
        }
        let credentials = match (self.read().await, &*cached) {
            (Ok(credentials), _) => Arc::new(credentials),
            (Err(error), Some((old, _))) => {
                tracing::warn!(error = error.chain(), "secret not read, the cached one is used");
                old.clone()
            }
            (Err(error), None) => return Err(error),
        };
        *cached = Some((credentials.clone(), Instant::now()));
        Ok(credentials)
    }

    async fn read(&self) -> Result<TwilioCredentials, Error> {
        let answer = self.client.get_secret_value().secret_id(&self.secret_id).send().await;
        let answer = match answer {
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {
                return Err(unavailable(NOT_PUT_YET, "Twilio's credentials have not been put yet"));
            }
            answer => answer?,
        };
        // serde's message would quote the secret.
        let read: Result<TwilioCredentials, _> =
            serde_json::from_str(answer.secret_string().unwrap_or_default());
        let mut credentials = read
            .map_err(|_| Error::internal("the Twilio secret is not the JSON that is expected"))?;
        if is_too_short(&credentials.auth_token) {
            tracing::error!("the auth token is too short to be Twilio's: it is not used");
            return Err(unavailable(NOT_PUT_YET, "Twilio's credentials have not been put yet"));
        }
        let previous = &mut credentials.previous_auth_token;
        if !previous.expose_secret().is_empty() && is_too_short(previous) {
            tracing::error!("the previous auth token is too short to be Twilio's: it is not used");
            *previous = SecretString::default();
        }
        Ok(credentials)
    }
}
