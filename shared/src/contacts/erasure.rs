//! What is left of a contact that is being erased: the note that its entries are to be erased, and
//! what Twilio does not let us delete yet. Both outlive the contact.

use time::{Duration, OffsetDateTime};

use super::Contacts;
use crate::{
    Error,
    aws::table::{Index, Item, Key, Update, integer, order_key, text},
    process::hash,
    values::Address,
};

/// The partition of index `open` with the numbers whose entries are being erased.
pub const ERASE: &str = "ERASE";

/// The partition of index `open` with what is left of erased contacts at Twilio.
pub const LEFT: &str = "LEFT";

/// How long it is tried to delete something at Twilio, which keeps it for up to 14 days.
/// <https://www.twilio.com/docs/api/errors/20009>
const TRIED_FOR: Duration = Duration::days(15);

/// How long to wait before Twilio is asked again to delete something.
const AGAIN_AFTER: Duration = Duration::hours(1);

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

/// The partition with what is left at Twilio of the contact with a number, which the partition's
/// name does not tell.
pub fn left_partition(number: &Address) -> String {
    format!("ERASED#{}", hash(number.as_str().as_bytes()))
}

/// The write that notes a resource at Twilio of an erased contact, such as `Messages/SM….json`.
pub fn left(number: &Address, resource: &str) -> Result<Update, Error> {
    let now = OffsetDateTime::now_utc();
    let mut update = Update::of(Key::new(left_partition(number), resource));
    update.set_if_unset("resource", text(resource));
    update.set_if_unset("expires_at", integer((now + TRIED_FOR).unix_timestamp()));
    update.list_if_unlisted(Index::Open, LEFT, &order_key(now, resource)?);
    Ok(update)
}

/// The write after which Twilio is asked again, an hour from now, to delete a resource.
pub fn left_for_later(key: Key) -> Result<Update, Error> {
    let again_at = OffsetDateTime::now_utc() + AGAIN_AFTER;
    let order_key = order_key(again_at, &key.sort)?;
    let mut update = Update::of(key);
    update.list(Index::Open, LEFT, &order_key);
    Ok(update)
}

impl Contacts {
    /// How many records of an erased contact Twilio has not deleted yet; `None` when nothing of the
    /// contact is left.
    pub async fn left_at_twilio(&self, number: &Address) -> Result<Option<usize>, Error> {
        let left: Vec<Item> = self.table.partition(&left_partition(number)).await?;
        let is_noted = self.table.get(erasure_key(number)).await?.is_some();
        Ok((is_noted || !left.is_empty()).then_some(left.len()))
    }
}
