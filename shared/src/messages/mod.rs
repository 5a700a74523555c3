//! Texts: sending them, receiving them, and whether a contact wants any.
//!
//! | partition | sort key | item |
//! |---|---|---|
//! | `MESSAGE#` + id | `MESSAGE` | a text; the id of one that came in is Twilio's SID |
//! | `MESSAGE_SID#` + SID | `MESSAGE` | which of the texts that we sent has this SID |
//! | `CONSENT#` + our number + `#` + theirs | `CONSENT` | whether they take texts from it |
//!
//! Everything that this system sends goes through [`Outbox::send`], which asks for consent.

pub mod consent;
mod inbound;
mod new;
mod outbox;
mod status;
mod store;

pub use inbound::InboundText;
pub use new::{MessageForm, NewMessage, SentMessage};
pub use outbox::{Outbox, OutgoingText, Recipient, Sent};
pub use status::MessageProgress;
pub use store::{MEDIA, MESSAGE, Message, Messages, TEXTS_IN, TEXTS_OUT};
