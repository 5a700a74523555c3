//! A client of Twilio's REST API. <https://www.twilio.com/docs/usage/api>

use std::{
    error::Error as StdError,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{HeaderValue, LOCATION},
    redirect::Policy,
};
use serde::{Deserialize, de::DeserializeOwned};
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::{Error, aws::secrets::Secrets, process::env, values::AccountSid};

/// How long to wait before each new attempt to fetch a file: a recording may not have reached all
/// of Twilio's servers when its callback is sent.
const MEDIA_WAITS: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
];

/// How many redirects are followed. Media are one redirect away, at most.
const MAX_REDIRECTS: usize = 5;

/// How long one POST may take, so that creating something ends within the function's own time.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How many attempts a read or a repeatable change gets while Twilio does not answer or is not
/// available.
const READ_ATTEMPTS: u32 = 4;

/// Twilio's codes for what it cannot do now and may do later, whatever the HTTP status: too many
/// calls at once for a new account, too many participants being added, a full queue of texts, too
/// many requests. <https://www.twilio.com/docs/api/errors>
const PASSING: [u32; 4] = [10004, 16021, 21611, 20429];

/// Why Twilio did not do what it was asked to.
#[derive(Debug, Error)]
pub enum TwilioError {
    /// Twilio refused, and would refuse again.
    #[error("Twilio refused {what} with {status}, code {code:?}")]
    Refused {
        /// The resource that was asked for. It holds SIDs only, no personal data.
        what: String,
        /// The HTTP status of Twilio's answer.
        status: StatusCode,
        /// Twilio's own code of the error. <https://www.twilio.com/docs/api/errors>
        code: Option<u32>,
    },
    /// Twilio cannot do it for now: its answer was 429 or 5xx, or a code that says so.
    #[error("Twilio is not available for {what}: {status}")]
    Unavailable {
        /// The resource that was asked for. It holds SIDs only, no personal data.
        what: String,
        /// The HTTP status of Twilio's answer.
        status: StatusCode,
    },
    /// No connection to Twilio was made, so nothing was done.
    #[error("Twilio was not reached")]
    NotReached(#[source] reqwest::Error),
    /// Twilio's answer was lost, so it may have done what it was asked to.
    #[error("the answer of Twilio was lost")]
    Lost(#[source] reqwest::Error),
    /// Twilio redirected to an address that is not followed.
    #[error("Twilio redirects")]
    Redirected(#[from] RedirectError),
    /// Twilio's answer is not what its documentation says.
    #[error("the answer of Twilio is not what is expected")]
    Unreadable(#[source] reqwest::Error),
    /// Twilio was not asked, because the credentials could not be read.
    #[error("Twilio was not asked")]
    NotAsked(#[source] Box<dyn StdError + Send + Sync>),
}

impl TwilioError {
    /// Whether the resource does not exist.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == StatusCode::NOT_FOUND)
    }

    /// Whether another attempt may succeed.
    fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::NotReached(_) | Self::Lost(_))
    }

    fn not_asked(error: Error) -> Self {
        Self::NotAsked(match error {
            Error::Internal(source) => source,
            Error::Client(problem) => problem.detail.into_owned().into(),
        })
    }
}

/// The body of Twilio's error answers.
/// <https://www.twilio.com/docs/usage/twilios-response#error-and-exception-responses>
#[derive(Deserialize)]
struct Refusal {
    code: Option<u32>,
}

/// The outcome of creating something that must not be created twice.
#[derive(Debug)]
pub enum Created<T> {
    /// Twilio has created it, and gave it back.
    Done(T),
    /// Twilio may have created it: the answer was lost, and it cannot be found yet.
    Unknown,
}

/// The error for a redirect that is not followed.
#[derive(Debug, Error)]
pub enum RedirectError {
    /// There are more than five redirects in a row.
    #[error("Twilio redirects in a circle")]
    TooMany,
    /// The redirect has no `Location` that is an address.
    #[error("Twilio redirects to no address")]
    NoLocation,
    /// The redirect leads to another host than the API's, and without TLS.
    #[error("Twilio redirects to an address without TLS")]
    NoTls,
}

/// A client of the REST API, signed in as our account.
#[derive(Clone, Debug)]
pub struct TwilioClient {
    /// Made for the first request, because making it reads the machine's certificates: many a
    /// function asks Twilio now and then only.
    http: Arc<OnceCell<Client>>,
    api_url: Url,
    resources: Resources,
    secrets: Secrets,
}

/// The address of the REST API, from variable `TWILIO_API_URL`.
///
/// # Errors
/// When the variable is not set or is no address.
pub fn api_url() -> Result<Url, Error> {
    Ok(Url::parse(&env::required("TWILIO_API_URL")?)?)
}

/// The resources that a client asks for.
#[derive(Clone, Copy, Debug)]
enum Resources {
    /// Those of the account: calls, texts, conferences and recordings.
    Account,
    /// Those of TaskRouter. <https://www.twilio.com/docs/taskrouter/api>
    TaskRouter,
}

impl TwilioClient {
    /// A client of the API at the address in variable `TWILIO_API_URL`.
    ///
    /// # Errors
    /// When the variable is not set or is no address.
    pub fn from_env(secrets: Secrets) -> Result<Self, Error> {
        let resources = Resources::Account;
        Ok(Self { http: Arc::default(), api_url: api_url()?, resources, secrets })
    }

    /// A client of TaskRouter at the address in variable `TWILIO_TASKROUTER_URL`. Resources are
    /// named from `Workspaces` on.
    ///
    /// # Errors
    /// When the variable is not set or is no address.
    pub fn task_router(&self) -> Result<Self, Error> {
        let api_url = Url::parse(&env::required("TWILIO_TASKROUTER_URL")?)?;
        Ok(Self { api_url, resources: Resources::TaskRouter, ..self.clone() })
    }

    /// The account that this client is signed in as.
    pub async fn account_sid(&self) -> Result<AccountSid, Error> {
        Ok(self.secrets.twilio().await?.account_sid.clone())
    }

    /// Reads a resource of the account, e.g. `Messages.json`. Tries again for some seconds while
    /// Twilio does not answer or is not available.
    ///
    /// # Errors
    /// When Twilio refuses, or could not give the resource in that time.
    pub async fn get<T: DeserializeOwned>(
        &self,
        resource: &str,
        query: &[(&str, &str)],
    ) -> Result<T, TwilioError> {
        let mut url = self.url(resource).await?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut attempt = 0;
        loop {
            attempt += 1;
            let answer = self.send(Method::GET, url.clone(), None).await;
            match answer {
                Ok(answer) => match checked(resource, answer).await {
                    Ok(answer) => {
                        let read = answer.json().await.map_err(without_url);
                        return read.map_err(TwilioError::Unreadable);
                    }
                    Err(error) if attempt == READ_ATTEMPTS || !error.is_passing() => {
                        return Err(error);
                    }
                    Err(_) => {}
                },
                Err(error) if attempt == READ_ATTEMPTS => return Err(error),
                Err(_) => {}
            }
            tokio::time::sleep(backoff(attempt)).await;
        }
    }

    /// Creates or changes a resource of the account. Twilio is asked once: only the caller knows
    /// whether it is safe to ask again.
    ///
    /// # Errors
    /// When Twilio refuses, or cannot do it now; [`TwilioError::Lost`] when it may have done it.
    pub async fn post<T: DeserializeOwned>(
        &self,
        resource: &str,
        form: &[(&str, &str)],
    ) -> Result<T, TwilioError> {
        let url = self.url(resource).await?;
        let answer = self.send(Method::POST, url, Some(form)).await?;
        let answer = checked(resource, answer).await?;
        answer.json().await.map_err(|error| TwilioError::Lost(without_url(error)))
    }

    /// Changes a resource in a way that does no harm when it is done twice. Tries again for some
    /// seconds.
    ///
    /// # Errors
    /// When Twilio refuses, or could not do it in that time.
    pub async fn change<T: DeserializeOwned>(
        &self,
        resource: &str,
        form: &[(&str, &str)],
    ) -> Result<T, TwilioError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.post(resource, form).await {
                Err(error) if attempt < READ_ATTEMPTS && error.is_passing() => {
                    tracing::warn!(error = %error, attempt, "Twilio is asked again");
                    tokio::time::sleep(backoff(attempt)).await;
                }
                answer => return answer,
            }
        }
    }

    /// Creates a resource at most once, in `time` or less. Twilio has no idempotency key: when its
    /// answer is lost, and before it is asked again after a 5xx, `find` looks for the resource that
    /// may be there.
    ///
    /// # Errors
    /// [`TwilioError::Refused`]; [`TwilioError::Unavailable`] or [`TwilioError::NotReached`] when
    /// the time is over and nothing was created.
    pub async fn create<T: DeserializeOwned>(
        &self,
        resource: &str,
        form: &[(&str, &str)],
        time: Duration,
        find: impl AsyncFn() -> Result<Option<T>, Error>,
    ) -> Result<Created<T>, TwilioError> {
        let begun = Instant::now();
        let mut attempt = 0;
        loop {
            let error = match self.post(resource, form).await {
                Ok(created) => return Ok(Created::Done(created)),
                Err(error) => error,
            };
            attempt += 1;
            let wait = backoff(attempt);
            let in_time = begun.elapsed() + wait + REQUEST_TIMEOUT < time;
            let found = match &error {
                TwilioError::Refused { .. }
                | TwilioError::Redirected(_)
                | TwilioError::Unreadable(_)
                | TwilioError::NotAsked(_) => return Err(error),
                TwilioError::Lost(_) => {
                    tokio::time::sleep(wait).await;
                    return Ok(found_or_unknown(find().await));
                }
                TwilioError::Unavailable { status, .. } if status.is_server_error() => {
                    tokio::time::sleep(wait).await;
                    match find().await {
                        Ok(found) => found,
                        failed => return Ok(found_or_unknown(failed)),
                    }
                }
                TwilioError::Unavailable { .. } | TwilioError::NotReached(_) => {
                    if in_time {
                        tokio::time::sleep(wait).await;
                    }
                    None
                }
            };
            match found {
                Some(found) => return Ok(Created::Done(found)),
                None if in_time => tracing::warn!(attempt, "Twilio is asked again"),
                None => return Err(error),
            }
        }
    }

    /// Deletes a resource of the account. It is no error if the resource is gone already.
    pub async fn delete(&self, resource: &str) -> Result<(), TwilioError> {
        let url = self.url(resource).await?;
        match checked(resource, self.send(Method::DELETE, url, None).await?).await {
            Err(error) if !error.is_gone() => Err(error),
            _ => Ok(()),
        }
    }

    /// Fetches a file and gives the answer, whose body is still to be read. Waits for the file for
    /// some seconds, as it may not have reached all of Twilio's servers when its callback is sent.
    ///
    /// # Errors
    /// [`TwilioError::Refused`] with 404 when the file does not exist or has been deleted.
    /// <https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>
    pub async fn media(&self, resource: &str) -> Result<Response, TwilioError> {
        let mut waits = MEDIA_WAITS.iter();
        loop {
            let answer = self.send(Method::GET, self.url(resource).await?, None).await?;
            let again = answer.status() == StatusCode::NOT_FOUND
                || answer.status() == StatusCode::TOO_MANY_REQUESTS
                || answer.status().is_server_error();
            match waits.next() {
                Some(wait) if again => tokio::time::sleep(*wait).await,
                _ => return checked(resource, answer).await,
            }
        }
    }

    async fn url(&self, resource: &str) -> Result<Url, TwilioError> {
        let credentials = self.secrets.twilio().await.map_err(TwilioError::not_asked)?;
        let path = match self.resources {
            Resources::Account => format!("{}/{resource}", account_path(&credentials.account_sid)),
            Resources::TaskRouter => format!("/v1/{resource}"),
        };
        self.api_url.join(&path).map_err(|error| TwilioError::NotAsked(error.into()))
    }

    /// Sends one request. It follows redirects itself, because the credentials must be sent to the
    /// API's own origin and to no other, on whichever hop. (`reqwest` compares each hop with the
    /// one before, and sends them again on the second hop at a foreign host.)
    async fn send(
        &self,
        method: Method,
        mut url: Url,
        form: Option<&[(&str, &str)]>,
    ) -> Result<Response, TwilioError> {
        let credentials = self.secrets.twilio().await.map_err(TwilioError::not_asked)?;
        let http = self.http.get_or_try_init(async || http_client()).await;
        let http = http.map_err(TwilioError::NotReached)?;
        for _ in 0..=MAX_REDIRECTS {
            let mut request = http.request(method.clone(), url.clone());
            if url.origin() == self.api_url.origin() {
                let (user, password) = credentials.rest();
                request = request.basic_auth(user, Some(password));
            }
            if let Some(form) = form {
                request = request.form(form).timeout(REQUEST_TIMEOUT);
            }
            let answer = request.send().await.map_err(|error| match error.is_connect() {
                true => TwilioError::NotReached(without_url(error)),
                false => TwilioError::Lost(without_url(error)),
            })?;
            if !answer.status().is_redirection() || form.is_some() {
                return Ok(answer);
            }
            let location = answer.headers().get(LOCATION).map(HeaderValue::to_str);
            let Some(Ok(location)) = location else {
                return Err(RedirectError::NoLocation.into());
            };
            url = url.join(location).map_err(|_| RedirectError::NoLocation)?;
            if url.scheme() != "https" && url.origin() != self.api_url.origin() {
                return Err(RedirectError::NoTls.into());
            }
        }
        Err(RedirectError::TooMany.into())
    }
}

/// What a look-up after a lost answer says. If it fails, the outcome is unknown, and is looked up
/// later.
fn found_or_unknown<T>(looked_up: Result<Option<T>, Error>) -> Created<T> {
    match looked_up {
        Ok(Some(found)) => Created::Done(found),
        Ok(None) => Created::Unknown,
        Err(error) => {
            tracing::warn!(error = error.chain(), "not looked up");
            Created::Unknown
        }
    }
}

/// Takes the URL out of an error, so that it may be logged: a query may hold phone numbers.
fn without_url(error: reqwest::Error) -> reqwest::Error {
    error.without_url()
}

/// How long to wait before the next attempt: 0.2 s, 0.4 s, 0.8 s, …, each up to half longer, so
/// that requests that were refused together do not come back together.
fn backoff(attempt: u32) -> Duration {
    let wait = Duration::from_millis(100 << attempt.min(6));
    wait + wait.mul_f64(f64::from(crate::process::random_byte()) / 512.0)
}

async fn checked(resource: &str, answer: Response) -> Result<Response, TwilioError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let what = resource.split('?').next().unwrap_or_default().to_owned();
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        return Err(TwilioError::Unavailable { what, status });
    }
    let code = answer.json::<Refusal>().await.ok().and_then(|refusal| refusal.code);
    Err(match code {
        Some(code) if PASSING.contains(&code) => TwilioError::Unavailable { what, status },
        code => TwilioError::Refused { what, status, code },
    })
}

fn account_path(account: &AccountSid) -> String {
    format!("/2010-04-01/Accounts/{account}")
}

/// Whether an address in a webhook is that of `resource` of our account, at the API's host or at a
/// host of Twilio's regions. The address is only compared, never fetched: what is fetched is an
/// address made of checked SIDs.
pub fn is_resource_url(url: &str, api_url: &Url, account: &AccountSid, resource: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let at_the_api = url.origin() == api_url.origin();
    let at_twilio = matches!(url.scheme(), "http" | "https")
        && url.port().is_none()
        && url.host_str().is_some_and(|host| host.ends_with(".twilio.com"));
    (at_the_api || at_twilio)
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.path() == format!("{}/{resource}", account_path(account))
}

fn http_client() -> Result<Client, reqwest::Error> {
    // Fails when it is installed already, which is as good.
    let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(20))
        // A connection may die while Lambda freezes the process, and what creates a text or a call
        // cannot be asked again when no answer comes.
        .pool_max_idle_per_host(0)
        .redirect(Policy::none())
        .referer(false)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_recording_of_our_account_at_twilio_is_ours() {
        let account = "AC00000000000000000000000000000001".parse().unwrap();
        let recording = "Recordings/RE0000000000000000000000000000000b";
        let path = format!("{}/{recording}", account_path(&account));
        let api = Url::parse("https://api.twilio.com/").unwrap();
        let ours = |url: String| is_resource_url(&url, &api, &account, recording);
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
