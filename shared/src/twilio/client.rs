//! Twilio's REST API. <https://www.twilio.com/docs/usage/api>

use std::time::Duration;

use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{HeaderValue, LOCATION},
    redirect::Policy,
};
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

/// Media are one redirect away, at most.
const MAX_REDIRECTS: usize = 5;

/// Twilio refused, or did not answer as its documentation says.
#[derive(Debug, Error)]
#[error("{method} {path}: Twilio answered {status}")]
pub struct TwilioError {
    /// What was asked.
    pub method: Method,
    /// Of what; holds SIDs only.
    pub path: String,
    /// HTTP status.
    pub status: StatusCode,
}

/// A redirect that is not followed.
#[derive(Debug, Error)]
pub enum RedirectError {
    /// There are more than five.
    #[error("Twilio redirects in a circle")]
    TooMany,
    /// It leads nowhere.
    #[error("Twilio redirects to no address")]
    NoLocation,
    /// It leads off the API's own host without TLS.
    #[error("Twilio redirects to an address without TLS")]
    NoTls,
}

/// Signed in as our account.
#[derive(Debug)]
pub struct TwilioClient {
    http: Client,
    api_url: Url,
    secrets: Secrets,
}

/// The address of the REST API, `TWILIO_API_URL`.
pub fn api_url() -> Result<Url, Error> {
    Ok(Url::parse(&env::required("TWILIO_API_URL")?)?)
}

impl TwilioClient {
    /// From variable `TWILIO_API_URL` and what [`Secrets`] needs.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self { http: http_client()?, api_url: api_url()?, secrets: Secrets::from_env()? })
    }

    /// The audio of a recording, as 8 kHz WAV. Waits for it for some seconds.
    ///
    /// Errors: [`TwilioError`] with 404 when it does not exist or has been deleted.
    /// <https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>
    pub async fn recording_media(&self, recording: &RecordingSid) -> Result<Response, Error> {
        let mut waits = MEDIA_WAITS.iter();
        loop {
            let answer = self.send(Method::GET, recording, ".wav").await?;
            let again = answer.status() == StatusCode::NOT_FOUND
                || answer.status() == StatusCode::TOO_MANY_REQUESTS
                || answer.status().is_server_error();
            match waits.next() {
                Some(wait) if again => tokio::time::sleep(*wait).await,
                _ => return checked(Method::GET, recording, answer),
            }
        }
    }

    /// Deletes a recording; one that is gone already is as good.
    /// <https://www.twilio.com/docs/voice/api/recording#delete-a-recording-resource>
    pub async fn delete_recording(&self, recording: &RecordingSid) -> Result<(), Error> {
        let answer = self.send(Method::DELETE, recording, ".json").await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(()),
            _ => checked(Method::DELETE, recording, answer).map(drop),
        }
    }

    /// Follows redirects itself, because the credentials must be sent to the API's own origin and
    /// to no other, on whichever hop. (`reqwest` compares each hop with the one before, and sends
    /// them again on the second hop at a foreign host.)
    async fn send(
        &self,
        method: Method,
        recording: &RecordingSid,
        extension: &str,
    ) -> Result<Response, Error> {
        let credentials = self.secrets.twilio().await?;
        let path = recording_path(&credentials.account_sid, recording);
        let mut url = self.api_url.join(&format!("{path}{extension}"))?;
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self.http.request(method.clone(), url.clone());
            if url.origin() == self.api_url.origin() {
                let token = credentials.auth_token.expose_secret();
                request = request.basic_auth(&credentials.account_sid, Some(token));
            }
            let answer = request.send().await.map_err(reqwest::Error::without_url)?;
            if !answer.status().is_redirection() {
                return Ok(answer);
            }
            let location = answer.headers().get(LOCATION).map(HeaderValue::to_str);
            let Some(Ok(location)) = location else {
                return Err(RedirectError::NoLocation.into());
            };
            url = url.join(location)?;
            if url.scheme() != "https" && url.origin() != self.api_url.origin() {
                return Err(RedirectError::NoTls.into());
            }
        }
        Err(RedirectError::TooMany.into())
    }
}

fn checked(method: Method, recording: &RecordingSid, answer: Response) -> Result<Response, Error> {
    match answer.status() {
        status if status.is_success() => Ok(answer),
        status => {
            Err(TwilioError { method, path: format!("Recordings/{recording}"), status }.into())
        }
    }
}

/// Where Twilio keeps a recording, without an extension.
fn recording_path(account: &AccountSid, recording: &RecordingSid) -> String {
    format!("/2010-04-01/Accounts/{account}/Recordings/{recording}")
}

/// Whether a `RecordingUrl` names that recording of our account at the API, or at a host of
/// Twilio's regions. It is never fetched: the address that is, is made of checked SIDs.
pub fn is_recording_url(
    url: &str,
    api_url: &Url,
    account: &AccountSid,
    recording: &RecordingSid,
) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let at_the_api = url.origin() == api_url.origin();
    let at_twilio = matches!(url.scheme(), "http" | "https")
        && url.port().is_none()
        && url.host_str().is_some_and(|host| host.ends_with(".twilio.com"));
    (at_the_api || at_twilio)
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.path() == recording_path(account, recording)
}

fn http_client() -> Result<Client, Error> {
    // Fails when it is installed already, which is as good.
    let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Ok(Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(20))
        .redirect(Policy::none())
        .referer(false)
        .build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_recording_of_our_account_at_twilio_is_ours() {
        let account = "AC00000000000000000000000000000001".parse().unwrap();
        let recording = "RE0000000000000000000000000000000b".parse().unwrap();
        let path = recording_path(&account, &recording);
        let api = Url::parse("https://api.twilio.com/").unwrap();
        let ours = |url: String| is_recording_url(&url, &api, &account, &recording);
        for url in [
            format!("https://api.twilio.com{path}"),
            format!("http://api.twilio.com{path}"),
            format!("https://api.dublin.ie1.twilio.com{path}"),
        ] {
            assert!(ours(url.clone()), "{url}");
        }
        for url in [
            format!("https://api.twilio.com.evil.example{path}"),
            format!("https://eviltwilio.com{path}"),
            format!("https://api.twilio.com@evil.example{path}"),
            format!("https://user:pass@api.twilio.com{path}"),
            format!("https://api.twilio.com:8443{path}"),
            format!("https://127.1{path}"),
            format!("https://[::ffff:127.0.0.1]{path}"),
            format!("ftp://api.twilio.com{path}"),
            format!("https://api.twilio.com{path}?x=1"),
            format!("https://api.twilio.com{path}/../RE0000000000000000000000000000000c"),
            format!("https://api.twilio.com{}", path.replace("0001", "0002")),
            path.clone(),
            String::new(),
        ] {
            assert!(!ours(url.clone()), "{url}");
        }
    }
}
