//! Erases what there is of a contact: entries, recordings and files, here and at Twilio.
//!
//! The consent record stays: a person who asked for no more texts gets none from us, even when
//! nothing else is known of them.

use crate::{
    Context, Error,
    aws::table::{Index, Item, Key, Listing, Table, text_of},
    contacts::{Media, erasure_key},
    recordings::RecordingBucket,
    twilio::TwilioClient,
    values::Address,
};

/// How many entries are erased at a time.
const BATCH: u32 = 25;

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

    /// Erases some of the entries of a number that are noted for erasure; `false` when there are
    /// more.
    pub async fn erase_some(&self, number: &Address) -> Result<bool, Error> {
        let Some(noted) = self.table.get(erasure_key(number)).await? else { return Ok(true) };
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
            self.erase_entry(entry).await?;
        }
        if page.next.is_some() {
            return Ok(false);
        }
        self.table.delete(erasure_key(number)).await?;
        Ok(true)
    }

    /// Erases an entry with all that is in its partition. Its own item is deleted last, so that the
    /// entry is found again if this fails.
    async fn erase_entry(&self, entry: &Item) -> Result<(), Error> {
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
                self.twilio.delete(&format!("Recordings/{sid}.json")).await?;
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
        if let Some(sid) = text_of(entry, "message_sid") {
            self.twilio.delete(&format!("Messages/{sid}.json")).await?;
            self.table.delete(Key::new(format!("MESSAGE_SID#{sid}"), "MESSAGE")).await?;
        }
        self.table.delete(Key::new(partition, sort)).await
    }
}
