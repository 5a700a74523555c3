//! A client of the control API, for command lines and end-to-end tests.
//!
//! Everything that it sends and receives is the type that the server uses.

mod conferences;
mod events;
mod sse;
mod texting;

use reqwest::{Client, Method, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use thiserror::Error;

use crate::http::install_tls_provider;
use crate::state::phone::PlacedCall;

pub use crate::state::api_key::ApiKey;
pub use crate::state::call::CallView;
pub use crate::state::call_status::{CallStatus, Direction};
pub use crate::state::conference::{ConferenceStatus, ConferenceView, ParticipantView};
pub use crate::state::event::{Event, Happening};
pub use crate::state::faults::Faults;
pub use crate::state::media::MediaView;
pub use crate::state::message::{MessageDirection, MessageStatus, MessageView};
pub use crate::state::phone::{
    Attachment, Behavior, OnCall, OnMessage, PhoneView, PlaceCall, SendText,
};
pub use crate::state::script::{Speak, Step};
pub use crate::state::settings::{OptOut, Settings, SimultaneousRing, UnstartedConference};
pub use crate::state::transcript::{Entry, Source, What};
pub use crate::state::webhook::{Webhook, WebhookError, WebhookKind, WebhookResponse};

/// Why the control API did not do something.
#[derive(Debug, Error)]
pub enum ControlError {
    /// The simulator refused; 404, 409 or 422 with its reason.
    #[error("{message} (HTTP {status})")]
    Refused {
        /// The HTTP status of the answer.
        status: u16,
        /// The reason that the simulator gave.
        message: String,
    },
    /// The simulator cannot be reached, or its answer not be read.
    #[error("the simulator cannot be reached: {0}")]
    Transport(#[from] reqwest::Error),
    /// The simulator said something that this client does not understand.
    #[error("not understood: {0}")]
    NotUnderstood(#[from] serde_json::Error),
    /// The simulator ended, or was reset, before what was waited for.
    #[error("the simulator has ended or was reset")]
    Ended,
}

/// The control API of one simulator.
#[derive(Clone, Debug)]
pub struct Control {
    base: Url,
    http: Client,
}

impl Control {
    /// The simulator at an address such as `http://127.0.0.1:3001`.
    ///
    /// # Errors
    /// The address is no URL.
    pub fn new(address: &str) -> Result<Self, ControlError> {
        install_tls_provider();
        // It speaks to this machine, without TLS, and never waits for a proxy.
        let http = Client::builder().no_proxy().tls_certs_only([]).build()?;
        // Through a request, because reqwest does not name its URL errors.
        let base = http.get(address).build()?.url().clone();
        Ok(Self { base, http })
    }

    /// A phone (a number, or `anonymous`) calls a number of the account; the
    /// call's SID.
    ///
    /// # Errors
    /// 422: `to` is no number of the account.
    pub async fn place_call(
        &self,
        from: &str,
        to: &str,
        script: &[Step],
    ) -> Result<String, ControlError> {
        let call = PlaceCall { to: to.to_owned(), script: script.to_vec(), ..PlaceCall::default() };
        self.place(from, &call).await
    }

    /// A phone calls a number of the account, with everything that a call can have.
    ///
    /// # Errors
    /// As [`Control::place_call`].
    pub async fn place(&self, from: &str, call: &PlaceCall) -> Result<String, ControlError> {
        let path = ["phones", from, "calls"];
        let placed: PlacedCall = self.json(Method::POST, &path, Some(call)).await?;
        Ok(placed.call_sid)
    }

    /// Sets what a phone does when it is called or texted.
    ///
    /// # Errors
    /// 422: the number is the account's.
    pub async fn set_behavior(
        &self,
        number: &str,
        behavior: &Behavior,
    ) -> Result<(), ControlError> {
        let path = ["phones", number, "behavior"];
        self.send(Method::PUT, &path, Some(behavior)).await?;
        Ok(())
    }

    /// The person on a call presses keys.
    ///
    /// # Errors
    /// 409: the call is over or not answered; 422: there are no such keys.
    pub async fn press(&self, call_sid: &str, digits: &str) -> Result<(), ControlError> {
        self.act(call_sid, "press", Some(&json!({ "digits": digits }))).await
    }

    /// The person on a call speaks; returns when all is said.
    ///
    /// # Errors
    /// As [`Control::press`]; 422: the WAV file cannot be spoken.
    pub async fn speak(&self, call_sid: &str, what: &Speak) -> Result<(), ControlError> {
        self.act(call_sid, "speak", Some(what)).await
    }

    /// The person whose phone rings picks up.
    ///
    /// # Errors
    /// 409: it does not ring.
    pub async fn answer(&self, call_sid: &str) -> Result<(), ControlError> {
        self.act(call_sid, "answer", None::<&()>).await
    }

    /// The person whose phone rings declines.
    ///
    /// # Errors
    /// 409: it does not ring.
    pub async fn decline(&self, call_sid: &str) -> Result<(), ControlError> {
        self.act(call_sid, "decline", None::<&()>).await
    }

    /// The person on a call hangs up.
    ///
    /// # Errors
    /// 409: the call is over.
    pub async fn hang_up(&self, call_sid: &str) -> Result<(), ControlError> {
        self.act(call_sid, "hang-up", None::<&()>).await
    }

    /// What happened on a call so far.
    ///
    /// # Errors
    /// 404: there is no such call.
    pub async fn transcript(&self, call_sid: &str) -> Result<Vec<Entry>, ControlError> {
        let path = ["calls", call_sid, "transcript"];
        self.json(Method::GET, &path, None::<&()>).await
    }

    /// A call as it is now.
    ///
    /// # Errors
    /// 404: there is no such call.
    pub async fn call(&self, call_sid: &str) -> Result<CallView, ControlError> {
        self.json(Method::GET, &["calls", call_sid], None::<&()>).await
    }

    /// All calls that the simulator knows, newest first.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn calls(&self) -> Result<Vec<CallView>, ControlError> {
        self.json(Method::GET, &["calls"], None::<&()>).await
    }

    /// A phone, its call and what its person heard.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn phone(&self, number: &str) -> Result<PhoneView, ControlError> {
        self.json(Method::GET, &["phones", number], None::<&()>).await
    }

    /// The webhooks whose id is greater than `since`, oldest first.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn webhooks(&self, since: u64) -> Result<Vec<Webhook>, ControlError> {
        let mut url = self.url(&["webhooks"]);
        url.query_pairs_mut().append_pair("since", &since.to_string());
        let response = checked(self.http.get(url).send().await?).await?;
        Ok(response.json().await?)
    }

    /// Sets which faults happen from now on; `Faults::default()` ends them.
    ///
    /// # Errors
    /// 422: a probability is none.
    pub async fn set_faults(&self, faults: &Faults) -> Result<(), ControlError> {
        self.send(Method::PUT, &["faults"], Some(faults)).await?;
        Ok(())
    }

    /// Settles what Twilio's documents leave open.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn set_settings(&self, settings: &Settings) -> Result<(), ControlError> {
        self.send(Method::PUT, &["settings"], Some(settings)).await?;
        Ok(())
    }

    /// Ends all calls and forgets them, messages and logs; numbers and behaviours stay.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn reset(&self) -> Result<(), ControlError> {
        self.send(Method::POST, &["reset"], None::<&()>).await?;
        Ok(())
    }

    async fn act(
        &self,
        call_sid: &str,
        action: &str,
        body: Option<&impl Serialize>,
    ) -> Result<(), ControlError> {
        self.send(Method::POST, &["calls", call_sid, action], body).await?;
        Ok(())
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().push("simulator").extend(path);
        }
        url
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&impl Serialize>,
    ) -> Result<Response, ControlError> {
        let mut request = self.http.request(method, self.url(path));
        if let Some(body) = body {
            request = request.json(body);
        }
        checked(request.send().await?).await
    }

    async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&impl Serialize>,
    ) -> Result<T, ControlError> {
        Ok(self.send(method, path, body).await?.json().await?)
    }
}

/// The answer, unless it is an error.
async fn checked(response: Response) -> Result<Response, ControlError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body: serde_json::Value = response.json().await.unwrap_or_default();
    let message = body["error"].as_str().unwrap_or("no reason given").to_owned();
    Err(ControlError::Refused { status: status.as_u16(), message })
}
