//! TwiML: what a document tells Twilio to do, and what a `<Conference>` asks for.
//!
//! <https://www.twilio.com/docs/voice/twiml>, <https://www.twilio.com/docs/messaging/twiml>

mod attributes;
mod conference;
mod dial;
mod document;
mod enqueue;
mod messaging;
mod schema;
mod seat;
mod ssml;
mod verbs;
mod xml;

pub(crate) use self::document::{
    Action, Conference, Dial, Document, Enqueue, Gather, Number, Prompt, Queue, Record, Step,
    TaskNoun, Text, Verb,
};
pub(crate) use self::messaging::{MessagingDocument, MessagingVerb};
pub(crate) use self::seat::{Beep, MOST_PARTICIPANTS, REGIONS, Seat};
