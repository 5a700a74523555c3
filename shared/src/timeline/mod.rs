//! A contact's timeline: calls, voicemails, texts, notes and what other systems tell, in one list.
//!
//! Calls and texts are in it themselves, by the keys of index `timeline`; notes and external
//! entries are items of their own.

mod entry;
mod store;

pub(crate) use entry::time_or_order_key;
pub use entry::{Entry, EntryDirection, EntryType, Media};
pub use store::{NewEntry, Timeline};
