//! A client of the control API, for command lines and end-to-end tests.
//!
//! Everything that it sends and receives is the type that the server uses.

mod calls;
mod conferences;
mod events;
mod sse;
mod task_router;
mod texts;

use reqwest::{Client, Method, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::http::install_tls_provider;

pub use crate::connections::Stale;
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
pub use crate::state::settings::{
    AfterCall, CallbackOrder, CanceledTask, ConferenceList, FreshDeletion, HangUpAtBeep,
    MessagingService, OptOut, Settings, SimultaneousRing, Trial, UnansweredDequeue, UnknownParam,
    UnpromisedParams, UnstartedConference, WaitUrlEnd,
};
pub use crate::state::task_router::{
    ActivityView, ReservationStatus, ReservationView, TaskQueueView, TaskStatus, TaskView,
    WorkerView, WorkflowView, WorkspaceView,
};
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
    /// 422: no account is like that.
    pub async fn set_settings(&self, settings: &Settings) -> Result<(), ControlError> {
        self.send(Method::PUT, &["settings"], Some(settings)).await?;
        Ok(())
    }

    /// From now on the REST API takes this API key too.
    ///
    /// # Errors
    /// 422: it is none.
    pub async fn add_api_key(&self, key: &ApiKey) -> Result<(), ControlError> {
        self.send(Method::POST, &["api-keys"], Some(key)).await?;
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
