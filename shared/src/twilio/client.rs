//! Twilio's REST API. <https://www.twilio.com/docs/usage/api>

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url, redirect::Policy};
use secrecy::ExposeSecret;
use thiserror::Error;

use crate::{
    Error, env,
    secrets::Secrets,
    sid::{AccountSid, RecordingSid},
};

/// A recording may not have reached all of Twilio's servers when its callback is sent.
const MEDIA_WAITS: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
];

/// Twilio refused, or did not answer as its documentation says.
#[derive(Debug, Error)]
#[error("Twilio answered {status}")]
pub struct TwilioError {
    /// HTTP status.
    pub status: StatusCode,
}

/// Signed in as our account.
#[derive(Debug)]
pub struct TwilioClient {
    http: Client,
    api_url: String,
    secrets: Secrets,
}

impl TwilioClient {
    /// From variable `TWILIO_API_URL` and what [`Secrets`] needs.
    pub fn from_env() -> Result<Self, Error> {
        let api_url = env::required("TWILIO_API_URL")?;
        Ok(Self { http: http_client(&api_url)?, api_url, secrets: Secrets::from_env()? })
    }

    /// The audio of a recording, as 8 kHz WAV. Waits for it for some seconds.
    ///
    /// Errors: [`TwilioError`] with 404 when it does not exist or has been deleted.
    /// <https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>
    pub async fn recording_media(&self, recording: &RecordingSid) -> Result<Response, Error> {
        let mut waits = MEDIA_WAITS.iter();
        loop {
            let credentials = self.secrets.twilio().await?;
            let url = recording_url(&self.api_url, &credentials.account_sid, recording);
            let answer = self
                .http
                .get(format!("{url}.wav"))
                .basic_auth(&credentials.account_sid, Some(credentials.auth_token.expose_secret()))
                .send()
                .await
                .map_err(reqwest::Error::without_url)?;
            let again = answer.status() == StatusCode::NOT_FOUND
                || answer.status() == StatusCode::TOO_MANY_REQUESTS
                || answer.status().is_server_error();
            match waits.next() {
                Some(wait) if again => tokio::time::sleep(*wait).await,
                _ if answer.status().is_success() => return Ok(answer),
                _ => {
                    return Err(TwilioError { status: answer.status() }.into());
                }
            }
        }
    }

    /// Deletes a recording; one that is gone already is as good.
    /// <https://www.twilio.com/docs/voice/api/recording#delete-a-recording-resource>
    pub async fn delete_recording(&self, recording: &RecordingSid) -> Result<(), Error> {
        let credentials = self.secrets.twilio().await?;
        let url = recording_url(&self.api_url, &credentials.account_sid, recording);
        let answer = self
            .http
            .delete(format!("{url}.json"))
            .basic_auth(&credentials.account_sid, Some(credentials.auth_token.expose_secret()))
            .send()
            .await
            .map_err(reqwest::Error::without_url)?;
        match answer.status() {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            status => Err(TwilioError { status }.into()),
        }
    }
}

/// Where Twilio keeps a recording, as it writes it in `RecordingUrl`: without an extension.
pub fn recording_url(api_url: &str, account: &AccountSid, recording: &RecordingSid) -> String {
    format!("{api_url}/2010-04-01/Accounts/{account}/Recordings/{recording}")
}

/// Follows redirects, as media have them, but only over TLS or on the API's own origin. `reqwest`
/// drops the credentials when a redirect leaves the host.
fn http_client(api_url: &str) -> Result<Client, Error> {
    // Fails when it is installed already, which is as good.
    let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let origin = Url::parse(api_url)?.origin();
    let redirects = Policy::custom(move |attempt| {
        if attempt.previous().len() > 5 {
            attempt.error("too many redirects")
        } else if attempt.url().scheme() == "https" || attempt.url().origin() == origin {
            attempt.follow()
        } else {
            attempt.error("redirected to an address without TLS")
        }
    });
    Ok(Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(20))
        .redirect(redirects)
        .build()?)
}
