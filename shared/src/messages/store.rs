//! Stores texts.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    Error,
    aws::table::{
        Check, Index, Item, Key, Operation, Table, Transacted, Update, Written, integer, order_key,
        text, text_of, value,
    },
    contacts::{Contacts, Entry, Media},
    twilio::message::{MessageResource, MessageStatus},
    values::{MediaSid, MessageId, MessageSid},
};

/// The partition of index `open` that texts are in until they have come to an end.
pub const MESSAGE: &str = "MESSAGE";

/// The partition of index `group` with the texts of contacts.
pub const TEXTS_IN: &str = "TEXTS#in";
/// The partition of index `group` with the texts to contacts.
pub const TEXTS_OUT: &str = "TEXTS#out";

/// The attribute of a text whose answer from Twilio was lost.
const ANSWER_LOST: &str = "answer_lost";

/// A text that we sent or are about to send.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Our id of the text, known before Twilio's SID.
    pub id: MessageId,
    /// Twilio's SID of the text; `None` until Twilio has answered.
    pub message_sid: Option<MessageSid>,
    /// Our number that the text is sent from.
    pub our_number: String,
    /// The number that the text is sent to.
    pub to: String,
    /// The words of the text; empty when there are only files.
    #[serde(default)]
    pub body: String,
    /// The status of the text, as far as it is known.
    pub status: MessageStatus,
    /// How many segments Twilio bills; `None` until Twilio has told it.
    pub segments: Option<u32>,
    /// Twilio's code for why the text was not delivered; `None` otherwise.
    pub error_code: Option<u32>,
    /// The time at which the text was stored, before Twilio was asked.
    #[serde(with = "time::serde::rfc3339")]
    pub stored_at: OffsetDateTime,
}

/// The store of texts that came in or were sent.
#[derive(Clone, Debug)]
pub struct Messages {
    pub(super) table: Table,
    pub(super) contacts: Contacts,
}

/// The key of a text's item.
pub(super) fn key(id: &MessageId) -> Key {
    Key::new(format!("MESSAGE#{id}"), "MESSAGE")
}

/// The key of the item that tells which text has a SID of Twilio's.
fn sid_key(sid: &MessageSid) -> Key {
    Key::new(format!("MESSAGE_SID#{sid}"), "MESSAGE")
}

impl Messages {
    /// The texts that are kept in this table.
    pub fn new(table: Table) -> Self {
        Self { contacts: Contacts::new(table.clone()), table }
    }

    /// Reads the texts with these ids that exist, in no order.
    pub async fn get_all(
        &self,
        ids: impl Iterator<Item = MessageId>,
    ) -> Result<Vec<Message>, Error> {
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

    /// Reads a text that we sent; `None` if there is none with this id.
    pub async fn get(&self, id: &MessageId) -> Result<Option<Message>, Error> {
        let item = self.table.get(key(id)).await?;
        item.map(|item| Ok(serde_dynamo::from_item(item)?)).transpose()
    }

    /// Records that Twilio has taken a text, and its SID and status there. `false`: the SID is that
    /// of another of our texts.
    pub async fn record_taken(
        &self,
        id: &MessageId,
        taken: &MessageResource,
    ) -> Result<bool, Error> {
        let mut mine = Update::of(sid_key(&taken.sid));
        mine.set_if_unset("id", text(id.as_str()));
        let free_or_mine = Check::new().absent_or_equals("id", text(id.as_str()));
        let mut update = Update::of(key(id));
        update.set_if_unset("message_sid", text(taken.sid.as_str()));
        if let Some(segments) = taken.segments() {
            update.set("segments", integer(segments));
        }
        let writes = vec![
            Operation::UpdateIf(mine, free_or_mine),
            Operation::UpdateIf(update, Check::new().exists()),
        ];
        if let Transacted::Refused { key, .. } = self.table.transact(writes).await? {
            // Erased meanwhile, it is ours all the same.
            return Ok(key != sid_key(&taken.sid));
        }
        self.record_status(id, Some(&taken.sid), &taken.status, taken.error_code).await?;
        Ok(true)
    }

    /// Records the status of a text, unless a later one is known. A text that does not exist is not
    /// created: it has been erased, or was sent by another system.
    pub async fn record_status(
        &self,
        id: &MessageId,
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
        update.return_all();
        let later = Check::new().exists().below_or_unset("status_rank", integer(status.rank()));
        match self.table.update_if(update, later).await? {
            Written::Done(item) => {
                // The answer that would have told them was lost: the reconciler asks.
                self.await_segments(id, &item).await?;
                self.touch(item).await
            }
            Written::Refused(_) => Ok(()),
        }
    }

    /// Records that Twilio's answer to a text was lost: it would have told how many segments are
    /// billed.
    pub(super) async fn record_lost_answer(&self, id: &MessageId) -> Result<(), Error> {
        let mut update = Update::of(key(id));
        update.set(ANSWER_LOST, value(&true)?);
        update.return_all();
        match self.table.update_if(update, Check::new().exists()).await? {
            Written::Done(item) => self.await_segments(id, &item).await,
            Written::Refused(_) => Ok(()),
        }
    }

    /// Puts a text that has come to an end on the reconciler's list, if the answer that would have
    /// told its segments was lost.
    async fn await_segments(&self, id: &MessageId, item: &Item) -> Result<(), Error> {
        let is_final = text_of(item, "status").is_some_and(|it| MessageStatus::from(it).is_final());
        if !is_final || !item.contains_key(ANSWER_LOST) || item.contains_key("segments") {
            return Ok(());
        }
        let mut again = Update::of(key(id));
        again.list(Index::Open, MESSAGE, &order_key(OffsetDateTime::now_utc(), id.as_str())?);
        self.table.update_if(again, Check::new().exists()).await?;
        Ok(())
    }

    /// Records how many segments of a text are billed.
    pub(super) async fn record_segments(
        &self,
        message: &Message,
        segments: u32,
    ) -> Result<(), Error> {
        let mut update = Update::of(key(&message.id));
        update.set("segments", integer(segments));
        if message.status.is_final() {
            update.unlist(Index::Open);
        }
        update.return_all();
        match self.table.update_if(update, Check::new().exists()).await? {
            Written::Done(item) => self.touch(item).await,
            Written::Refused(_) => Ok(()),
        }
    }

    /// Renews what the inbox shows of a text, if the text is on a timeline.
    pub(super) async fn touch(&self, item: Item) -> Result<(), Error> {
        if Index::Timeline.partition_of(&item).is_some() {
            self.contacts.touch(&Entry::from_item(item)?).await?;
        }
        Ok(())
    }

    /// Takes a text off the reconciler's list, because Twilio will tell nothing more of it.
    pub async fn give_up(&self, id: &MessageId) -> Result<(), Error> {
        let mut update = Update::of(key(id));
        update.unlist(Index::Open);
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    /// Records where a file that came with a text has been copied to; `None`: Twilio has no such
    /// file, and there is nothing to copy.
    pub async fn record_media_copy(
        &self,
        message: &MessageSid,
        media: &MediaSid,
        s3_key: Option<&str>,
    ) -> Result<(), Error> {
        let Some(item) = self.table.get(key(&message.into())).await? else { return Ok(()) };
        let files: Vec<Media> = match item.get("media") {
            Some(files) => serde_dynamo::from_attribute_value(files.clone())?,
            None => Vec::new(),
        };
        let Some(place) = files.iter().position(|file| file.sid == media.as_str()) else {
            return Ok(());
        };
        let mut update = Update::of(key(&message.into()));
        match s3_key {
            Some(s3_key) => update.set_within("media", place, "s3_key", text(s3_key)),
            None => update.set_within("media", place, "lost", value(&true)?),
        }
        update.return_all();
        let written = self.table.update_if(update, Check::new().exists()).await?;
        let Written::Done(item) = written else { return Ok(()) };
        if Self::uncopied(&item)?.is_empty() {
            let mut update = Update::of(key(&message.into()));
            update.unlist(Index::Open);
            self.table.update_if(update, Check::new().exists()).await?;
        }
        self.touch(item).await
    }

    /// The files of a text that have not been copied yet.
    pub fn uncopied(item: &Item) -> Result<Vec<MediaSid>, Error> {
        let files: Vec<Media> = match item.get("media") {
            Some(files) => serde_dynamo::from_attribute_value(files.clone())?,
            None => Vec::new(),
        };
        let left = files.into_iter().filter(|file| file.s3_key.is_none() && !file.lost);
        left.map(|file| Ok(file.sid.parse()?)).collect()
    }
}

/// The partition of index `open` that texts are in until the files that came with them are copied.
pub const MEDIA: &str = "MEDIA";
