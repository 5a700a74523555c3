//! Messaging: what happens to texts on their way out and in.

pub(crate) mod inbound;
mod opt_out;
pub(crate) mod outbound;
pub(crate) mod reply;
pub(crate) mod segments;

use std::collections::HashMap;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::event::Happening;
use crate::message::{Media, Message, MessageStatus, MessageView};
use crate::sid;
use crate::simulator::{Simulator, State};
use crate::webhook::callbacks;

/// So many replies go from one number to another without a pause of …
const MOST_REPLIES: u32 = 30;

/// … this length (simulated): then the rest fail.
///
/// <https://www.twilio.com/docs/api/errors/14107>
const REPLY_PAUSE: Duration = Duration::from_secs(30);

/// By sender and recipient: when the last reply went, and how many in a row.
#[derive(Debug, Default)]
pub(crate) struct ReplyRates(HashMap<(String, String), (Instant, u32)>);

impl ReplyRates {
    /// Counts a reply; whether it is one too many.
    fn exceeded(&mut self, clock: Clock, from: &str, to: &str) -> bool {
        let now = Instant::now();
        let rate = self.0.entry((from.to_owned(), to.to_owned())).or_insert((now, 0));
        let in_a_row = clock.between(rate.0, now) < REPLY_PAUSE;
        *rate = (now, if in_a_row { rate.1 + 1 } else { 1 });
        rate.1 > MOST_REPLIES
    }
}

impl State {
    /// A message, unless the app deleted it.
    pub(crate) fn message(&self, sid: &str) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.sid == sid && !message.deleted)
    }

    fn any_message(&mut self, sid: &str) -> Option<&mut Message> {
        self.messages.iter_mut().rev().find(|message| message.sid == sid)
    }
}

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

    /// Where a medium is at Twilio.
    pub(crate) fn media_url(&self, message_sid: &str, sid: &str) -> String {
        let (base, account) = (&self.base, &self.account_sid);
        format!("{base}/2010-04-01/Accounts/{account}/Messages/{message_sid}/Media/{sid}")
    }

    fn add_message(&self, message: Message) {
        let view = message.view();
        self.state().messages.push(message);
        self.log.add(Happening::Message { message: view });
    }

    /// A message has a new status: the log and the app are told.
    fn move_message(&self, sid: &str, status: MessageStatus, error_code: Option<u32>) {
        let view = self.with_message(sid, |message| {
            message.status = status;
            message.error_code = error_code;
            message.updated = OffsetDateTime::now_utc();
            if status == MessageStatus::Sent {
                message.sent = Some(message.updated);
                message.price = Some(outbound::price(message.segments, message.num_media > 0));
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

impl Media {
    pub(crate) fn new(content_type: String, bytes: axum::body::Bytes) -> Self {
        let created = OffsetDateTime::now_utc();
        Self { sid: sid::new("ME"), content_type, bytes, created, deleted: false }
    }
}

/// A new SID: `MM…` for a message with media, else `SM…`.
fn new_sid(num_media: usize) -> String {
    sid::new(if num_media > 0 { "MM" } else { "SM" })
}
