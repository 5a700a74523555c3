//! Questions: webhooks whose answer says what to do.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::oneshot;

use super::delivery::Answer;
use super::failure::{Failure, classify};
use crate::simulator::Simulator;
use crate::state::media::{MAX_MEDIA, is_accepted};
use crate::state::webhook::WebhookRequest;

/// How long (real time) an app may take to give a medium away.
const MEDIA_TIMEOUT: Duration = Duration::from_secs(15);

impl Simulator {
    /// Asks the app, in a task of its own: it gets the request whole, whatever
    /// becomes of the task that asks.
    pub(crate) fn ask(
        &self,
        request: WebhookRequest,
    ) -> oneshot::Receiver<Result<Answer, Failure>> {
        let (sender, answer) = oneshot::channel();
        let simulator = self.clone();
        self.spawn(async move {
            let key = format!("{:?} {:?}", request.kind, request.params.0.get("To"));
            let twice = simulator.dice().strikes("duplicate_twiml", |it| it.duplicate_twiml, &key);
            let result = simulator.deliver(&request).await;
            // Who asked may be gone.
            let _ = sender.send(result);
            if twice {
                let again = WebhookRequest { fault: Some("duplicate_twiml"), ..request };
                let _ = simulator.deliver(&again).await;
            }
        });
        answer
    }

    /// Gets what a `MediaUrl` names: its content type and its bytes.
    ///
    /// <https://www.twilio.com/docs/messaging/guides/accepted-mime-types>
    ///
    /// # Errors
    /// The app does not give it away, or it is too large or of a type that Twilio does not take.
    pub(crate) async fn fetch_media(&self, url: &str) -> Result<(String, Bytes), Failure> {
        let url = Url::parse(url)
            .map_err(|_| Failure::new(11_100, format!("invalid MediaUrl: {url:?}")))?;
        let url = self.http.on_the_wire(&url);
        let client =
            self.http.get(MEDIA_TIMEOUT, &url).map_err(|error| Failure::no_client(&error))?;
        let fetch = async {
            let failed = |error: reqwest::Error| classify(&error).1;
            let mut response = client.get(url).send().await.map_err(failed)?;
            let status = response.status().as_u16();
            if !response.status().is_success() {
                return Err(Failure::new(11_200, format!("MediaUrl: status {status}")));
            }
            let content_type = response.headers().get(CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok());
            let content_type = content_type.and_then(|text| text.split(';').next());
            let content_type = content_type.unwrap_or_default().trim().to_ascii_lowercase();
            if !is_accepted(&content_type) {
                let message = format!("MediaUrl: Invalid Content-Type: {content_type:?}");
                return Err(Failure::new(12_300, message));
            }
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(failed)? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > MAX_MEDIA {
                    return Err(Failure::new(11_751, "MediaUrl: larger than 5 MB"));
                }
            }
            Ok((content_type, Bytes::from(bytes)))
        };
        let late = |_| Err(Failure::new(11_200, "MediaUrl: no answer within the time limit"));
        tokio::time::timeout(MEDIA_TIMEOUT, fetch).await.unwrap_or_else(late)
    }
}
