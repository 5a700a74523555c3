//! Erases what there is of a contact: entries, recordings and files, here and at Twilio.
//!
//! What is ours goes first, whatever Twilio says: it refuses to delete records that are not old
//! enough. What is left there is noted and tried again for 15 days.
//!
//! The consent record stays: a person who asked for no more texts gets none from us, even when
//! nothing else is known of them.

use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::{
    Context, Error,
    aws::table::{Check, Index, Item, Key, Listing, Table, Update, instant, text_of},
    contact_centre::return_call::return_call_key,
    contacts::{Media, erasure_key, left, left_for_later, left_partition},
    process::metrics,
    recordings::RecordingBucket,
    twilio::TwilioClient,
    values::{Address, MessageId},
};

/// How many entries are read at a time.
const BATCH: u32 = 25;

/// How long a round works, within the function's timeout.
const ROUND: Duration = Duration::from_secs(45);

/// The service that erases contacts' data.
#[derive(Debug)]
pub struct Eraser {
    table: Table,
    bucket: RecordingBucket,
    twilio: TwilioClient,
}

impl Eraser {
    /// An eraser for the table, the bucket and Twilio.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self {
            table: context.table()?,
            bucket: context.recordings()?,
            twilio: context.twilio()?,
        })
    }

    /// Erases the entries of a number that are noted for erasure, for as long as a round may take;
    /// `false` when there are more.
    pub async fn erase(&self, number: &Address) -> Result<bool, Error> {
        let begun = Instant::now();
        let Some(noted) = self.table.get(erasure_key(number)).await? else { return Ok(true) };
        loop {
            let listing = Listing {
                index: Index::Timeline,
                partition: number.as_str(),
                from: None,
                to: text_of(&noted, "up_to").map(str::to_owned),
                newest_first: false,
                limit: BATCH,
                cursor: None,
                filter: None,
            };
            let page = self.table.list(listing).await?;
            for entry in &page.items {
                self.erase_entry(number, entry).await?;
            }
            if page.next.is_none() {
                break;
            }
            if begun.elapsed() > ROUND {
                return Ok(false);
            }
        }
        // Its task finds nobody to call.
        self.table.delete(return_call_key(number.as_str())).await?;
        self.table.delete(erasure_key(number)).await?;
        // What this round has no time for, the reconciler goes on with.
        for item in self.table.partition(&left_partition(number)).await? {
            if begun.elapsed() > ROUND {
                break;
            }
            delete_left(&self.table, &self.twilio, &item).await?;
        }
        Ok(true)
    }

    /// Erases an entry with all that is in its partition, and notes what Twilio has of it. Its own
    /// item is deleted last, so that the entry is found again if this fails.
    async fn erase_entry(&self, number: &Address, entry: &Item) -> Result<(), Error> {
        let (partition, sort) =
            (text_of(entry, "pk").unwrap_or_default(), text_of(entry, "sk").unwrap_or_default());
        let participant =
            text_of(entry, "id").filter(|_| text_of(entry, "type") == Some("conference"));
        for item in self.table.partition(partition).await? {
            // A conference has other participants.
            if participant.is_some() && text_of(&item, "participant_id") != participant {
                continue;
            }
            if let Some(sid) = text_of(&item, "recording_sid") {
                self.bucket.delete(&format!("recordings/{sid}.wav")).await?;
                self.leave(number, &format!("Recordings/{sid}.json")).await?;
            }
            if let Some(sid) = text_of(&item, "call_sid") {
                self.leave(number, &format!("Calls/{sid}.json")).await?;
            }
            let place = text_of(&item, "sk").unwrap_or_default();
            if place != sort {
                self.table.delete(Key::new(partition, place)).await?;
            }
        }
        if let Some(files) = entry.get("media") {
            let files: Vec<Media> = serde_dynamo::from_attribute_value(files.clone())?;
            for file in files {
                self.bucket.delete(&format!("media/{}", file.sid)).await?;
            }
        }
        if let Some(call) = text_of(entry, "call_sid").and_then(|sid| sid.parse().ok()) {
            self.erase_notice(number, &MessageId::owner_notice(&call)).await?;
        }
        if let Some(sid) = text_of(entry, "message_sid") {
            self.leave_text(number, sid).await?;
        }
        if text_of(entry, "type") == Some("sms") && text_of(entry, "direction") == Some("inbound") {
            return self.empty(partition, sort, entry).await;
        }
        self.table.delete(Key::new(partition, sort)).await
    }

    /// Leaves of a text that came in that it did: its webhook, sent again by whoever has captured it,
    /// must not bring back the contact, nor a wish for texts.
    async fn empty(&self, partition: &str, sort: &str, entry: &Item) -> Result<(), Error> {
        let mut update = Update::of(Key::new(partition, sort));
        let names = entry.keys().filter(|name| !matches!(name.as_str(), "pk" | "sk"));
        names.for_each(|name| update.remove(name));
        update.set("erased_at", instant(OffsetDateTime::now_utc())?);
        self.table.update(update).await?;
        Ok(())
    }

    /// Erases the text that told the owner of a call: it names the caller.
    async fn erase_notice(&self, number: &Address, id: &MessageId) -> Result<(), Error> {
        let key = Key::new(format!("MESSAGE#{id}"), "MESSAGE");
        let Some(text) = self.table.get(key.clone()).await? else { return Ok(()) };
        if let Some(sid) = text_of(&text, "message_sid") {
            self.leave_text(number, sid).await?;
        }
        self.table.delete(key).await
    }

    async fn leave_text(&self, number: &Address, sid: &str) -> Result<(), Error> {
        self.leave(number, &format!("Messages/{sid}.json")).await?;
        self.table.delete(Key::new(format!("MESSAGE_SID#{sid}"), "MESSAGE")).await
    }

    async fn leave(&self, number: &Address, resource: &str) -> Result<(), Error> {
        self.table.update(left(number, resource)?).await?;
        Ok(())
    }
}

/// Asks Twilio to delete what is left of an erased contact. What it does not delete yet is asked
/// for again in an hour.
pub(super) async fn delete_left(
    table: &Table,
    twilio: &TwilioClient,
    item: &Item,
) -> Result<(), Error> {
    let (Some(key), Some(resource)) = (Key::of(item), text_of(item, "resource")) else {
        return Ok(());
    };
    match twilio.delete(resource).await {
        Ok(()) => table.delete(key).await,
        Err(error) => {
            tracing::warn!(resource, error = %error, "Twilio does not delete it yet");
            metrics::count(&[("ErasuresRefused", 1)])?;
            table.update_if(left_for_later(key)?, Check::new().exists()).await?;
            Ok(())
        }
    }
}
