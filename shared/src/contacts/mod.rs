//! Contacts: the people who call and text, and their conversations with us.
//!
//! | partition | sort key | item |
//! |---|---|---|
//! | `CONTACT#` + id | `CONTACT` | the contact, its conversation and its last entry |
//! | `NUMBER#` + number | `NUMBER` | the contact that it belongs to, and whether that is blocked |
//! | `SEARCH` | what is searched + `#` + id | a number, or a name from one of its words on |
//!
//! Where the inbox lists a contact, `inbox` says.
//!
//! The entries of a contact are listed in index `timeline`, under its numbers: calls and texts are
//! items of their own modules, notes and external entries are items of partition `ENTRY#` + id.

mod contact;
mod entry;
mod erasure;
mod inbox;
mod search;
mod store;
mod timeline;

pub use contact::{Change, Contact, ConversationStatus, Erasure};
pub use entry::{CallOutcome, Entry, EntryDirection, EntryType, Media};
pub(crate) use entry::{direction, time_or_order_key};
pub use erasure::{ERASE, LEFT, erasure_key, left, left_for_later, left_partition};
pub use inbox::{Assigned, Wanted};
pub use store::{Contacts, NumberOwner, number_key};
pub use timeline::{NewEntry, Timeline};
