//! Contacts: the people who call and text, and their conversations with us.
//!
//! | partition | sort key | item |
//! |---|---|---|
//! | `CONTACT#` + id | `CONTACT` | the contact, its conversation and its last entry |
//! | `NUMBER#` + number | `NUMBER` | whose number it is, and whether that contact is blocked |
//! | `SEARCH` | what is searched + `#` + id | a number, or a name from one of its words on |
//!
//! What the contact did is not here but in index `timeline`, under its numbers.

mod contact;
mod search;
mod store;

pub use contact::{Change, Contact, ConversationStatus};
pub use store::{Contacts, Known, number_key};
