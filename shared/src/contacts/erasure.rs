//! The note that a contact's entries are to be erased, which outlives the contact.

use time::OffsetDateTime;

use crate::{
    Error,
    aws::table::{Index, Key, Update, order_key, text},
    values::Address,
};

/// The partition of index `open` with the numbers whose entries are being erased.
pub const ERASE: &str = "ERASE";

/// The key of the note that all entries of a number are to be erased.
pub fn erasure_key(number: &Address) -> Key {
    Key::new(format!("ERASE#{number}"), "ERASE")
}

/// The write of the note that all entries of a number up to now are to be erased.
pub(super) fn note(number: &Address) -> Result<Update, Error> {
    let now = order_key(OffsetDateTime::now_utc(), "~")?;
    let mut update = Update::of(erasure_key(number));
    update.set("number", text(number.as_str()));
    update.set("up_to", text(&now));
    update.list(Index::Open, ERASE, &now);
    Ok(update)
}
