//! `<Sms>` and `<Message>`, which send a text during a call.
//!
//! <https://www.twilio.com/docs/voice/twiml/sms>

use reqwest::Url;

use super::{Flow, Interrupt, Leg};
use crate::messaging::reply::{outcome, send_text};
use crate::state::call_status::Direction;
use crate::state::message::MessageDirection;
use crate::state::webhook::Subject;
use crate::twiml::Text;

impl Leg {
    /// Texts the far end, unless the verb names another recipient.
    pub(super) async fn message(
        &mut self,
        text: &Text,
        current: Option<&Url>,
    ) -> Result<Flow, Interrupt> {
        let parties = self.simulator.with_call(&self.sid, |call| match call.direction {
            Direction::Inbound => (call.to.clone(), call.from.clone()),
            Direction::OutboundApi | Direction::OutboundDial => {
                (call.from.clone(), call.to.clone())
            }
        });
        let (ours, theirs) = parties.unwrap_or_default();
        let direction = MessageDirection::OutboundCall;
        let sent = send_text(&self.simulator, text, current, (&ours, &theirs), direction);
        let params = outcome(&self.simulator, &Subject::Call(self.sid.clone()), sent);
        match text.action.url {
            Some(_) => self.go(&text.action, current, params).await,
            None => Ok(Flow::Next),
        }
    }
}
