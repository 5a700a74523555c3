//! Delivers webhooks: attempts and their retries, redirects, and what the log says of each.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use tokio::time::Instant;

use super::charset::{self, Unreadable};
use super::failure::{Failure, classify};
use super::overrides::{self, Overrides, RetryClass};
use super::target::Target;
use crate::clock;
use crate::sid;
use crate::signature;
use crate::simulator::Simulator;
use crate::state::event::Happening;
use crate::state::params::Params;
use crate::state::settings::UnknownParam;
use crate::state::webhook::{
    Method, Subject, Webhook, WebhookError, WebhookKind, WebhookRequest, WebhookResponse,
};

/// The largest answer that Twilio reads, in bytes: error 11750 beyond it.
const MAX_BODY: usize = 64 * 1024;

/// How many redirects are followed: error 11215 beyond them.
const MAX_REDIRECTS: usize = 10;

/// How long (real time) an app may think about an assignment.
///
/// <https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks#respond-to-assignment>
const ASSIGNMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// A parameter that no app has heard of, as Twilio may add one on any day.
const UNKNOWN_PARAM: (&str, &str) = ("AddedLater", "for & of no app=yet");

/// An app's answer with a status of 2xx.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Where it came from in the end, without the parameters of a GET: relative
    /// URLs in it start there.
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) body: String,
}

/// How far one attempt to deliver came.
struct Attempt {
    /// What was requested in the end.
    target: Target,
    /// Its URL without the parameters of a GET.
    base: Url,
    signature: String,
    /// Whether http was spoken although the URL has https.
    plain_http: bool,
    response: Option<WebhookResponse>,
    outcome: Result<(), (RetryClass, Failure)>,
}

impl Simulator {
    /// Delivers a webhook, with the retries that its URL asks for.
    ///
    /// <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>
    ///
    /// # Errors
    /// The last attempt failed.
    pub(crate) async fn deliver(&self, request: &WebhookRequest) -> Result<Answer, Failure> {
        let mut request = request.clone();
        if self.state().settings.unknown_param == UnknownParam::Present {
            let (name, value) = UNKNOWN_PARAM;
            request.params.set(name, value);
        }
        let request = &request;
        let (target, mut overrides) = overrides::split(&request.url)
            .ok_or_else(|| Failure::new(11_100, format!("invalid URL: {:?}", request.url)))?;
        if request.kind == WebhookKind::Assignment {
            overrides.total_timeout = overrides.total_timeout.min(ASSIGNMENT_TIMEOUT);
        }
        let token = sid::idempotency_token();
        let deadline = Instant::now() + overrides.total_timeout;
        let mut attempt = 1;
        loop {
            let sent_at = clock::rfc3339_now();
            let started = Instant::now();
            let tried = self.attempt(request, &target, &overrides, deadline, &token).await;
            self.log_attempt(request, &tried, (attempt, sent_at, started), &token);
            let (class, failure) = match tried.outcome {
                Ok(()) => {
                    let response = tried.response;
                    return Ok(Answer {
                        url: tried.base,
                        status: response.as_ref().map_or(0, |it| it.status),
                        content_type: response.as_ref().and_then(|it| it.content_type.clone()),
                        body: response.map(|it| it.body).unwrap_or_default(),
                    });
                }
                Err(failed) => failed,
            };
            let spent = attempt > overrides.retries || Instant::now() >= deadline;
            if spent || !overrides.retries_on(class) {
                return Err(failure);
            }
            attempt += 1;
        }
    }

    async fn attempt(
        &self,
        request: &WebhookRequest,
        target: &Target,
        overrides: &Overrides,
        deadline: Instant,
        token: &str,
    ) -> Attempt {
        let deadline = deadline.min(Instant::now() + overrides.read_timeout);
        let mut tried = Attempt {
            target: target.clone(),
            base: target.url.clone(),
            signature: String::new(),
            plain_http: false,
            response: None,
            outcome: Ok(()),
        };
        let exchange = self.exchange(request, overrides, token, &mut tried);
        let outcome = match tokio::time::timeout_at(deadline, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => {
                Err((RetryClass::Read, Failure::new(11_205, "no answer within the time limit")))
            }
        };
        tried.outcome = outcome;
        tried
    }

    /// One request and the redirects that it leads to.
    async fn exchange(
        &self,
        request: &WebhookRequest,
        overrides: &Overrides,
        token: &str,
        tried: &mut Attempt,
    ) -> Result<(), (RetryClass, Failure)> {
        let fatal = |failure| (RetryClass::Never, failure);
        let mut method = request.method;
        let mut params = request.params.clone();
        for _ in 0..=MAX_REDIRECTS {
            if method == Method::Get && !params.0.is_empty() {
                tried.target.add_query(&params);
            }
            let keeps_port = matches!(request.about, Subject::Message(_));
            let signed = tried.target.signed(keeps_port);
            let url = self.http.on_the_wire(&tried.target.url);
            tried.plain_http = url.scheme() != tried.target.url.scheme();
            let client = self.http.get(overrides.connect_timeout, &url);
            let client = client.map_err(|error| fatal(Failure::no_client(&error)))?;
            tried.signature = if self.signs(request) {
                let posted = params.iter().filter(|_| method == Method::Post);
                signature::sign(&self.auth_token, &signed, posted)
            } else {
                String::new()
            };
            let builder = match method {
                Method::Get => client.get(url),
                Method::Post => {
                    let form = serde_urlencoded::to_string(&params.0).unwrap_or_default();
                    let form_type = "application/x-www-form-urlencoded; charset=utf-8";
                    client.post(url).header(CONTENT_TYPE, form_type).body(form)
                }
            };
            let builder = match tried.signature.as_str() {
                "" => builder,
                signature => builder.header("X-Twilio-Signature", signature),
            };
            let mut response = builder
                .header("I-Twilio-Idempotency-Token", token)
                .header("Accept", "*/*")
                .send()
                .await
                .map_err(|error| classify(&error))?;
            let status = response.status().as_u16();
            let next = tried.target.redirected(response.headers());
            if let (300..=399, Some(next)) = (status, next) {
                if !matches!(status, 307 | 308) {
                    method = Method::Get;
                    params = Params::default();
                }
                tried.base = next.url.clone();
                tried.target = next;
                continue;
            }
            let content_type = header_text(response.headers());
            let bytes = read_body(&mut response).await?;
            let (body, unreadable) = charset::decode(&bytes, content_type.as_deref());
            tried.response = Some(WebhookResponse { status, content_type, body });
            return match status {
                200..=299 => match unreadable.filter(|_| request.kind.asks()) {
                    None => Ok(()),
                    Some(Unreadable(problem)) => {
                        let message = format!("Document parse failure: {problem}");
                        Err(fatal(Failure::new(12_100, message)))
                    }
                },
                400..=499 => Err((RetryClass::Client, retrieval(status))),
                _ => Err((RetryClass::Server, retrieval(status))),
            };
        }
        Err(fatal(Failure::new(11_215, "too many redirects")))
    }

    /// Whether a webhook is signed: for TaskRouter's it is not documented.
    fn signs(&self, request: &WebhookRequest) -> bool {
        !(request.kind.is_task_router() && self.state().settings.task_router_unsigned)
    }

    fn log_attempt(
        &self,
        request: &WebhookRequest,
        tried: &Attempt,
        (attempt, sent_at, started): (u32, String, Instant),
        token: &str,
    ) {
        let latency_ms = started.elapsed().as_secs_f64() * 1000.0;
        let status = tried.response.as_ref().map(|response| response.status);
        // Neither URL nor parameters: they are personal data.
        let sids = request.about.sids();
        tracing::info!(call.sid = %sids.call, message.sid = ?sids.message, conference.sid = ?sids.conference, task.sid = ?sids.task, kind = ?request.kind, attempt, ?status, latency_ms, plain_http = tried.plain_http, "webhook");
        let error = tried.outcome.as_ref().err().map(|(_, failure)| WebhookError {
            code: failure.code,
            message: failure.message.clone(),
        });
        self.log.add(Happening::Webhook {
            webhook: Webhook {
                id: 0,
                sent_at,
                kind: request.kind,
                call_sid: sids.call,
                message_sid: sids.message,
                conference_sid: sids.conference,
                task_sid: sids.task,
                url: shown(&tried.target.url),
                method: request.method.as_str().to_owned(),
                params: request.params.0.clone(),
                signature: tried.signature.clone(),
                idempotency_token: token.to_owned(),
                attempt,
                latency_ms,
                response: tried.response.clone(),
                error,
                fault: request.fault.map(str::to_owned),
                plain_http: tried.plain_http,
            },
        });
    }
}

fn retrieval(status: u16) -> Failure {
    Failure::new(11_200, format!("HTTP retrieval failure: status {status}"))
}

fn header_text(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?;
    value.to_str().ok().map(str::to_owned)
}

/// The body, of which no more than the limit is read.
async fn read_body(response: &mut reqwest::Response) -> Result<Vec<u8>, (RetryClass, Failure)> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            let failure = Failure::new(11_750, "response body is larger than 64 KB");
            return Err((RetryClass::Never, failure));
        }
    }
    Ok(body)
}

/// A URL as it was requested: neither with a fragment nor with credentials.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // These fail only for URLs without a host, which are refused earlier.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    shown.into()
}
