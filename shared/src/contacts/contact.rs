//! A contact as the API shows it, and the changes that the API takes.

use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Entry;
use crate::{
    Error,
    aws::table::{Index, Item},
    error::invalid,
    values::{Address, ContactId, Line, words},
};

/// How many numbers a contact has at most, because they are written in one transaction.
const MAX_NUMBERS: usize = 10;
const MAX_NAME: usize = 100;

words!(
    /// Whether a contact's conversation needs an answer.
    #[derive(Default)]
    ConversationStatus {
        /// An agent has to answer the contact.
        #[default]
        Open = "open",
        /// Nothing is left to do; the next call or text opens the conversation again.
        Done = "done",
    }
);

/// A contact: a person who calls or texts us, or whom we call or text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// The contact's id, which stays the same when its numbers change.
    pub id: ContactId,
    /// The contact's name; null when it is not known.
    #[serde(default)]
    #[schema(required)]
    pub name: Option<String>,
    /// The contact's numbers, in E.164 or as short codes: at least one.
    pub numbers: Vec<Address>,
    /// Whether the conversation with the contact needs an answer.
    #[serde(default)]
    #[schema(required)]
    pub status: ConversationStatus,
    /// The agent who looks after the conversation, by e-mail address or another name; null when it
    /// is nobody's.
    #[serde(default)]
    #[schema(required)]
    pub assignee: Option<String>,
    /// How many texts, voicemails and missed calls of the contact no agent has read; the same for
    /// all agents.
    #[serde(default)]
    #[schema(required)]
    pub unread: u32,
    /// Whether calls and texts of the contact are refused.
    #[serde(default)]
    #[schema(required)]
    pub blocked: bool,
    /// Whether the contact has asked for no more texts, e.g. with STOP.
    #[serde(default)]
    #[schema(required)]
    pub opted_out: bool,
    /// The time of the contact's latest entry; without entries, the time at which the contact was
    /// created.
    #[serde(
        serialize_with = "time::serde::rfc3339::serialize",
        deserialize_with = "crate::contacts::time_or_order_key"
    )]
    pub last_activity_at: OffsetDateTime,
    /// The contact's latest entry; null when there is none.
    #[serde(default)]
    #[schema(required)]
    pub last_entry: Option<Entry>,
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub(super) revision: Option<i64>,
}

impl Contact {
    /// Makes a contact of its own item.
    pub(super) fn from_item(mut item: Item) -> Result<Self, Error> {
        Index::Listing.name_sort_key(&mut item, "last_activity_at");
        Ok(serde_dynamo::from_item(item)?)
    }

    /// The contact as the API shows it, with the addresses of files at this API.
    pub fn shown(mut self, base_url: &str) -> Self {
        self.last_entry = self.last_entry.map(|entry| entry.shown(&self.id, base_url));
        self
    }
}

/// How far the erasure of a contact is. Entries, recordings and media follow within minutes; Twilio
/// keeps its records of calls and texts for up to 14 days and is asked to delete them for 15.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erasure {
    /// How many records Twilio has not deleted yet; null when it has not been asked.
    #[schema(required)]
    pub left_at_twilio: Option<usize>,
}

/// The fields of a contact that are to change. A field that is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The contact's name, up to 100 characters; null removes it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, pattern = r"\S")]
    pub name: Option<Option<String>>,
    /// All numbers of the contact, 1 to 10, among them the one in the path. New ones are in E.164
    /// or short codes. A number that belongs to a contact without a name is taken over with its
    /// entries.
    #[schema(inline, min_items = 1, max_items = 10)]
    pub numbers: Option<Vec<Address>>,
    /// Whether the conversation with the contact needs an answer.
    pub status: Option<ConversationStatus>,
    /// The agent who looks after the conversation, up to 100 characters; null assigns it to nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, pattern = r"\S")]
    pub assignee: Option<Option<String>>,
    /// Whether calls and texts of the contact are refused.
    pub blocked: Option<bool>,
}

/// Reads a field so that null, which is `Some(None)`, differs from a field that is left out.
fn present<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(json).map(Some)
}

impl Change {
    /// Checks each field by itself, and trims the texts.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn checked(mut self) -> Result<Self, Error> {
        for (field, text) in [("name", &mut self.name), ("assignee", &mut self.assignee)] {
            if let Some(Some(typed)) = text {
                *typed = Line::<MAX_NAME>::parse(field, typed)?.into();
            }
        }
        if let Some(numbers) = &mut self.numbers {
            let mut unique = numbers.clone();
            unique.sort();
            unique.dedup();
            if unique.len() != numbers.len() || !(1..=MAX_NUMBERS).contains(&numbers.len()) {
                return Err(invalid("numbers", "a contact has 1 to 10 numbers, each once"));
            }
        }
        Ok(self)
    }
}
