//! The client's part for texts: sending them from phones, and waiting for them.

use futures::StreamExt;
use reqwest::Method;

use super::{Control, ControlError};
use crate::state::event::Happening;
use crate::state::message::MessageView;
use crate::state::phone::{SendText, SentText};

impl Control {
    /// A phone texts a number of the account; the message's SID.
    ///
    /// # Errors
    /// 422: `to` is no number of the account, or `from` cannot send texts.
    pub async fn text(&self, from: &str, to: &str, body: &str) -> Result<String, ControlError> {
        let text = SendText { to: to.to_owned(), body: body.to_owned(), ..SendText::default() };
        self.send_text(from, &text).await
    }

    /// A phone texts a number of the account, with media; the message's SID.
    ///
    /// # Errors
    /// As [`Control::text`]; 422: Twilio does not take such media.
    pub async fn send_text(&self, from: &str, text: &SendText) -> Result<String, ControlError> {
        let path = ["phones", from, "messages"];
        let sent: SentText = self.json(Method::POST, &path, Some(text)).await?;
        Ok(sent.message_sid)
    }

    /// The texts that a phone sent and that were sent to it, oldest first; those
    /// on it have `arrived`.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn messages(&self, number: &str) -> Result<Vec<MessageView>, ControlError> {
        Ok(self.phone(number).await?.messages)
    }

    /// A message as it is now.
    ///
    /// # Errors
    /// 404: there is no such message.
    pub async fn message(&self, sid: &str) -> Result<MessageView, ControlError> {
        self.json(Method::GET, &["messages", sid], None::<&()>).await
    }

    /// Waits until a message has its final status and gives it back. One that a
    /// silent carrier took never has one.
    ///
    /// # Errors
    /// 404: there is no such message; or the simulator ends before.
    pub async fn settled(&self, sid: &str) -> Result<MessageView, ControlError> {
        self.message(sid).await?;
        self.message_where(|message| message.sid == sid && message.status.is_final()).await
    }

    /// Waits until there is a text on a phone that was sent to it and is wanted.
    ///
    /// # Errors
    /// The simulator ends before.
    pub async fn texted(
        &self,
        number: &str,
        wanted: impl Fn(&MessageView) -> bool,
    ) -> Result<MessageView, ControlError> {
        self.message_where(|it| it.to == number && it.arrived && wanted(it)).await
    }

    /// The first message, now or later, that is wanted.
    ///
    /// # Errors
    /// The simulator ends, or is reset, before there is one.
    pub async fn message_where(
        &self,
        wanted: impl Fn(&MessageView) -> bool,
    ) -> Result<MessageView, ControlError> {
        let mut events = Box::pin(self.events_of(None, &["message", "reset"]).await?);
        let now: Vec<MessageView> = self.json(Method::GET, &["messages"], None::<&()>).await?;
        if let Some(found) = now.into_iter().find(&wanted) {
            return Ok(found);
        }
        while let Some(event) = events.next().await {
            match event?.what {
                Happening::Message { message } if wanted(&message) => return Ok(message),
                Happening::Reset => return Err(ControlError::Ended),
                _ => {}
            }
        }
        Err(ControlError::Ended)
    }
}
