//! Messaging: what happens to texts on their way out and in.
//!
//! The files below import each other in a circle because texts go in one: what is sent to another
//! number of the account comes in there, and the reply to it is sent.

pub(crate) mod inbound;
mod opt_out;
pub(crate) mod outbound;
mod outbox;
pub(crate) mod reply;
mod segments;
mod smart_encoding;

use time::OffsetDateTime;
use tokio::time::Instant;

use crate::simulator::Simulator;
use crate::state::event::Happening;
use crate::state::message::{Message, MessageStatus, MessageView, price};
use crate::webhook::callbacks;

impl Simulator {
    /// Reads or changes a message, a deleted one too; `None` if there is none.
    pub(crate) fn with_message<T>(
        &self,
        sid: &str,
        work: impl FnOnce(&mut Message) -> T,
    ) -> Option<T> {
        self.state().any_message(sid).map(work)
    }

    /// The message as the control API shows it.
    pub(crate) fn message_view(&self, sid: &str) -> Option<MessageView> {
        self.with_message(sid, |message| message.view())
    }

    /// The URL at which Twilio has a medium.
    pub(crate) fn media_url(&self, message_sid: &str, sid: &str) -> String {
        let (base, account) = (&self.base, &self.account_sid);
        format!("{base}/2010-04-01/Accounts/{account}/Messages/{message_sid}/Media/{sid}")
    }

    fn add_message(&self, message: Message) {
        let view = message.view();
        self.state().messages.push(message);
        self.log.add(Happening::Message { message: view });
    }

    /// Gives a message a new status, and tells the log and the app.
    fn move_message(&self, sid: &str, status: MessageStatus, error_code: Option<u32>) {
        let view = self.with_message(sid, |message| {
            message.status = status;
            message.error_code = error_code;
            message.settled_at = status.is_final().then(Instant::now);
            message.updated = OffsetDateTime::now_utc();
            if status == MessageStatus::Sent {
                message.sent = Some(message.updated);
                message.price = Some(price(message.segments, message.num_media > 0));
            }
            // Twilio tells of what became of a message, not of its way there:
            // https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
            if status != MessageStatus::Sending {
                callbacks::queue_message_status(self, message);
            }
            message.view()
        });
        if let Some(message) = view {
            self.log.add(Happening::Message { message });
        }
    }
}
