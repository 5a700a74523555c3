//! The client's part for conferences: reading them, and waiting for them.

use futures::StreamExt;
use reqwest::Method;

use super::{Control, ControlError};
use crate::state::conference::ConferenceView;
use crate::state::event::Happening;

impl Control {
    /// All conferences, newest first, with every participant that they ever had.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn conferences(&self) -> Result<Vec<ConferenceView>, ControlError> {
        self.json(Method::GET, &["conferences"], None::<&()>).await
    }

    /// A conference as it is now.
    ///
    /// # Errors
    /// 404: there is no such conference.
    pub async fn conference(&self, sid: &str) -> Result<ConferenceView, ControlError> {
        self.json(Method::GET, &["conferences", sid], None::<&()>).await
    }

    /// The conference that a call is in, once it is in one.
    ///
    /// # Errors
    /// The simulator ends, or is reset, before it is.
    pub async fn joined(&self, call_sid: &str) -> Result<ConferenceView, ControlError> {
        let is_in = |it: &ConferenceView| it.present().any(|one| one.call_sid == call_sid);
        let mut events = Box::pin(self.events_of(None, &["conference", "reset"]).await?);
        if let Some(found) = self.conferences().await?.into_iter().find(is_in) {
            return Ok(found);
        }
        while let Some(event) = events.next().await {
            match event?.what {
                Happening::Conference { conference_sid, event, participant: Some(who), .. }
                    if who.call_sid == call_sid && event == "participant-join" =>
                {
                    return self.conference(&conference_sid).await;
                }
                Happening::Reset => return Err(ControlError::Ended),
                _ => {}
            }
        }
        Err(ControlError::Ended)
    }

    /// The newest conference, now or later, that is wanted.
    ///
    /// # Errors
    /// The simulator ends, or is reset, before there is one.
    pub async fn conference_where(
        &self,
        wanted: impl Fn(&ConferenceView) -> bool,
    ) -> Result<ConferenceView, ControlError> {
        let mut events = Box::pin(self.events_of(None, &["conference", "reset"]).await?);
        if let Some(found) = self.conferences().await?.into_iter().find(&wanted) {
            return Ok(found);
        }
        while let Some(event) = events.next().await {
            match event?.what {
                Happening::Conference { conference_sid, .. } => {
                    // One that was forgotten in the meantime is none.
                    match self.conference(&conference_sid).await {
                        Ok(now) if wanted(&now) => return Ok(now),
                        Ok(_) | Err(ControlError::Refused { .. }) => {}
                        Err(error) => return Err(error),
                    }
                }
                Happening::Reset => return Err(ControlError::Ended),
                _ => {}
            }
        }
        Err(ControlError::Ended)
    }
}
