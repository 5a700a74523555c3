//! Texts as they are kept.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    Error,
    aws::table::{Index, Item, Key, Operation, Table, Transacted, Update, Written, integer, text},
    contacts::{Contacts, Entry, Media},
    twilio::message::{MessageResource, MessageStatus},
    values::{MediaSid, MessageSid},
};

/// The partition of index `open` that texts are in until they have come to an end.
pub const MESSAGE: &str = "MESSAGE";

/// A text that we sent or mean to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Ours; known before Twilio's.
    pub id: String,
    /// Twilio's, once it has answered.
    pub message_sid: Option<MessageSid>,
    /// Our number.
    pub our_number: String,
    /// Who gets it.
    pub to: String,
    /// What it says.
    #[serde(default)]
    pub body: String,
    /// Where it stands.
    pub status: MessageStatus,
    /// How many segments Twilio bills.
    pub segments: Option<u32>,
    /// Why it was not delivered.
    pub error_code: Option<u32>,
    /// When it was stored, before Twilio was asked.
    #[serde(with = "time::serde::rfc3339")]
    pub stored_at: OffsetDateTime,
}

/// The texts.
#[derive(Clone, Debug)]
pub struct Messages {
    pub(super) table: Table,
    pub(super) contacts: Contacts,
}

/// The key of a text.
pub(super) fn key(id: &str) -> Key {
    Key::new(format!("MESSAGE#{id}"), "MESSAGE")
}

/// The key of what tells which text has a SID of Twilio's.
fn sid_key(sid: &MessageSid) -> Key {
    Key::new(format!("MESSAGE_SID#{sid}"), "MESSAGE")
}

impl Messages {
    /// In this table.
    pub fn new(table: Table) -> Self {
        Self { contacts: Contacts::new(table.clone()), table }
    }

    /// Those of the texts that there are, in no order.
    pub async fn get_all(&self, ids: impl Iterator<Item = String>) -> Result<Vec<Message>, Error> {
        let mut messages = Vec::new();
        let keys: Vec<_> = ids.map(|id| key(&id)).collect();
        // DynamoDB gives 100 a request.
        for keys in keys.chunks(100) {
            for item in self.table.get_all(keys.to_vec()).await? {
                messages.push(serde_dynamo::from_item(item)?);
            }
        }
        Ok(messages)
    }

    /// A text that we sent.
    pub async fn get(&self, id: &str) -> Result<Option<Message>, Error> {
        let item = self.table.get(key(id)).await?;
        item.map(|item| Ok(serde_dynamo::from_item(item)?)).transpose()
    }

    /// Records that Twilio has the text under this SID, and how it stands there. `false`: the SID
    /// is that of another of our texts.
    pub async fn record_taken(&self, id: &str, taken: &MessageResource) -> Result<bool, Error> {
        let mut mine = Update::of(sid_key(&taken.sid));
        mine.set_if_unset("id", text(id));
        mine.only_if("(attribute_not_exists(pk) OR #id = :id)");
        let mut update = Update::of(key(id));
        update.set_if_unset("message_sid", text(taken.sid.as_str()));
        if let Some(segments) = taken.segments() {
            update.set("segments", integer(segments));
        }
        update.only_existing();
        let writes = vec![Operation::Update(mine), Operation::Update(update)];
        if let Transacted::Refused { which, .. } = self.table.transact(writes).await? {
            // Erased meanwhile, it is ours all the same.
            return Ok(which != 0);
        }
        self.record_status(id, Some(&taken.sid), &taken.status, taken.error_code).await?;
        Ok(true)
    }

    /// Records how a text stands, unless something later is known. One that does not exist is not
    /// made: it has been erased, or was sent by somebody else.
    pub async fn record_status(
        &self,
        id: &str,
        sid: Option<&MessageSid>,
        status: &MessageStatus,
        error_code: Option<u32>,
    ) -> Result<(), Error> {
        let mut update = Update::of(key(id));
        if let Some(sid) = sid {
            update.set_if_unset("message_sid", text(sid.as_str()));
        }
        update.set("status", text(status.as_str()));
        update.set("status_rank", integer(status.rank()));
        if let Some(code) = error_code {
            update.set("error_code", integer(code));
        }
        if status.is_final() {
            update.unlist(Index::Open);
        }
        update.only_existing();
        update.only_below("status_rank", integer(status.rank()));
        update.return_all();
        match self.table.update(update).await? {
            Written::Done(item) => self.touch(item).await,
            Written::Refused(_) => Ok(()),
        }
    }

    /// Renews what the inbox shows of a text.
    pub(super) async fn touch(&self, item: Item) -> Result<(), Error> {
        if item.contains_key("timeline_pk") {
            self.contacts.touch(&Entry::from_item(item)?).await?;
        }
        Ok(())
    }

    /// Nobody will tell any more how the text ended.
    pub async fn give_up(&self, id: &str) -> Result<(), Error> {
        let mut update = Update::of(key(id));
        update.unlist(Index::Open);
        update.only_existing();
        self.table.update(update).await?;
        Ok(())
    }

    /// Where a file that came with a text has been copied to.
    pub async fn record_media_copy(
        &self,
        message: &MessageSid,
        media: &MediaSid,
        s3_key: &str,
    ) -> Result<(), Error> {
        let Some(item) = self.table.get(key(message.as_str())).await? else { return Ok(()) };
        let files: Vec<Media> = match item.get("media") {
            Some(files) => serde_dynamo::from_attribute_value(files.clone())?,
            None => Vec::new(),
        };
        let Some(place) = files.iter().position(|file| file.sid == media.as_str()) else {
            return Ok(());
        };
        let mut update = Update::of(key(message.as_str()));
        update.set_within("media", place, "s3_key", text(s3_key));
        update.only_existing();
        update.return_all();
        let Written::Done(item) = self.table.update(update).await? else { return Ok(()) };
        if Self::uncopied(&item)?.is_empty() {
            let mut update = Update::of(key(message.as_str()));
            update.unlist(Index::Open);
            update.only_existing();
            self.table.update(update).await?;
        }
        self.touch(item).await
    }

    /// The files of a text that are not copied.
    pub fn uncopied(item: &Item) -> Result<Vec<MediaSid>, Error> {
        let files: Vec<Media> = match item.get("media") {
            Some(files) => serde_dynamo::from_attribute_value(files.clone())?,
            None => Vec::new(),
        };
        let left = files.into_iter().filter(|file| file.s3_key.is_none());
        left.map(|file| Ok(file.sid.parse()?)).collect()
    }
}

/// The partition of index `open` that texts are in until what came with them is copied.
pub const MEDIA: &str = "MEDIA";
