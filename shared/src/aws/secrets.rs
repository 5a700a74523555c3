//! Twilio's credentials, kept in AWS Secrets Manager as one JSON text.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_secretsmanager::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::{Error, values::AccountSid};

/// How long a secret is used before it is read again: a rotated token is picked up by then.
const CACHED_FOR: Duration = Duration::from_secs(5 * 60);

/// What the secret holds.
#[derive(Debug, Deserialize)]
pub struct TwilioCredentials {
    /// The account that all our calls belong to.
    pub account_sid: AccountSid,
    /// Signs webhooks, and signs us in at the REST API.
    pub auth_token: SecretString,
    /// Signs webhooks too while the token is being rotated; empty otherwise.
    #[serde(default)]
    previous_auth_token: SecretString,
}

impl TwilioCredentials {
    /// The tokens that a webhook may be signed with.
    pub fn auth_tokens(&self) -> impl Iterator<Item = &str> {
        [&self.auth_token, &self.previous_auth_token]
            .into_iter()
            .map(ExposeSecret::expose_secret)
            .filter(|token| !token.is_empty())
    }
}

/// Reads the secret when it is first needed, and again when five minutes have passed.
#[derive(Clone, Debug)]
pub struct Secrets {
    client: Client,
    secret_id: String,
    cached: Arc<Mutex<Option<(Arc<TwilioCredentials>, Instant)>>>,
}

impl Secrets {
    /// The secret with this name or ARN. Nothing is read yet.
    pub fn new(client: Client, secret_id: String) -> Self {
        Self { client, secret_id, cached: Arc::default() }
    }

    /// Reads the secret, so that whoever needs it first does not wait. A failure is logged, and is
    /// no failure of whoever needs it later: it is read again then.
    pub async fn read_ahead(&self) {
        if let Err(error) = self.twilio().await {
            tracing::warn!(error = error.chain(), "secret not read ahead");
        }
    }

    /// The credentials. While Secrets Manager is down, the ones read before go on being used.
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
        let answer = self.client.get_secret_value().secret_id(&self.secret_id).send().await?;
        // serde's message would quote the secret.
        serde_json::from_str(answer.secret_string().unwrap_or_default())
            .map_err(|_| Error::internal("the Twilio secret is not the JSON that is expected"))
    }
}
