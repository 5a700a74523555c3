//! The client's part for events: following what happens.

use futures::{Stream, StreamExt};

use super::{Control, ControlError, checked, sse};
use crate::state::call::CallView;
use crate::state::event::{Event, Happening};

impl Control {
    /// The events after `since` and those to come; `None` for only the latter.
    /// Returns once the simulator listens, so that nothing after it is missed.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn events(
        &self,
        since: Option<u64>,
    ) -> Result<impl Stream<Item = Result<Event, ControlError>> + Send + use<>, ControlError> {
        self.events_of(since, &[]).await
    }

    /// The events of some types only, as `Happening::kind` names them: cheaper where many wait at
    /// once.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn events_of(
        &self,
        since: Option<u64>,
        types: &[&str],
    ) -> Result<impl Stream<Item = Result<Event, ControlError>> + Send + use<>, ControlError> {
        let mut url = self.url(&["events"]);
        if let Some(since) = since {
            url.query_pairs_mut().append_pair("since", &since.to_string());
        }
        if !types.is_empty() {
            url.query_pairs_mut().append_pair("types", &types.join(","));
        }
        let response = checked(self.http.get(url).send().await?).await?;
        Ok(sse::events(response))
    }

    /// Waits until a call is over and gives it back.
    ///
    /// # Errors
    /// 404: there is no such call; or the simulator ends before it does.
    pub async fn ended(&self, call_sid: &str) -> Result<CallView, ControlError> {
        let mut events = Box::pin(self.events_of(None, &["call", "reset"]).await?);
        let now = self.call(call_sid).await?;
        if now.status.is_final() {
            return Ok(now);
        }
        while let Some(event) = events.next().await {
            match event?.what {
                Happening::Call { call } if call.sid == call_sid && call.status.is_final() => {
                    return Ok(call);
                }
                Happening::Reset => return Err(ControlError::Ended),
                _ => {}
            }
        }
        Err(ControlError::Ended)
    }
}
