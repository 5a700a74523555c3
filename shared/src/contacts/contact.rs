//! A contact, as it is shown and changed.

use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Entry;
use crate::{
    Error,
    error::invalid,
    values::{Party, schema::ContactNumber},
};

/// How many numbers a contact has at most: they are written in one transaction.
const MAX_NUMBERS: usize = 10;
const MAX_NAME: usize = 100;

/// Whether something is left to do for a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConversationStatus {
    /// Somebody has to answer.
    #[default]
    Open,
    /// Nothing is left; the next call or text opens it again.
    Done,
}

/// Somebody who calls, texts, or is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// Unique among contacts; stays when numbers change.
    pub id: String,
    /// What we call them.
    #[serde(default)]
    #[schema(required)]
    pub name: Option<String>,
    /// Their numbers in E.164, or short codes; at least one.
    pub numbers: Vec<String>,
    /// Whether the conversation is open.
    #[serde(default)]
    #[schema(required)]
    pub status: ConversationStatus,
    /// The agent who looks after it: an e-mail address or another name.
    #[serde(default)]
    #[schema(required)]
    pub assignee: Option<String>,
    /// How many texts, voicemails and missed calls nobody has read; the same for all agents.
    #[serde(default)]
    #[schema(required)]
    pub unread: u32,
    /// Whether calls and texts are refused.
    #[serde(default)]
    #[schema(required)]
    pub blocked: bool,
    /// Whether the contact has asked for no more texts.
    #[serde(default)]
    #[schema(required)]
    pub opted_out: bool,
    /// When something happened last.
    #[serde(
        alias = "listing_sk",
        serialize_with = "time::serde::rfc3339::serialize",
        deserialize_with = "crate::contacts::time_or_order_key"
    )]
    pub last_activity_at: OffsetDateTime,
    /// What happened last.
    #[serde(default)]
    #[schema(required)]
    pub last_entry: Option<Entry>,
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub(super) revision: Option<i64>,
}

impl Contact {
    /// As it is shown, with addresses at this API.
    pub fn shown(mut self, base_url: &str) -> Self {
        self.last_entry = self.last_entry.map(|entry| entry.shown(&self.id, base_url));
        self
    }
}

/// What is to change about a contact. A field that is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Up to 100 characters; null takes the name away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub name: Option<Option<String>>,
    /// 1 to 10 numbers in E.164, among them the one in the path. A number that belongs to a
    /// contact without a name is taken over with its entries.
    #[schema(value_type = Option<Vec<ContactNumber>>, inline, min_items = 1, max_items = 10)]
    pub numbers: Option<Vec<String>>,
    /// Whether the conversation is open.
    pub status: Option<ConversationStatus>,
    /// Up to 100 characters; null assigns it to nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub assignee: Option<Option<String>>,
    /// Whether calls and texts are refused.
    pub blocked: Option<bool>,
}

/// Tells null, which is `Some(None)`, from what is left out.
fn present<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(json).map(Some)
}

impl Change {
    /// Checks each field by itself, and trims the texts.
    ///
    /// Errors: 422 that names the field.
    pub fn checked(mut self) -> Result<Self, Error> {
        for (field, text) in [("name", &mut self.name), ("assignee", &mut self.assignee)] {
            if let Some(Some(content)) = text {
                let trimmed = content.trim();
                if trimmed.chars().count() > MAX_NAME || trimmed.chars().any(char::is_control) {
                    return Err(invalid(field, format!("{field} has up to {MAX_NAME} characters")));
                }
                *text = Some((!trimmed.is_empty()).then(|| trimmed.to_owned()));
            }
        }
        if let Some(numbers) = &mut self.numbers {
            for number in numbers.iter_mut() {
                *number = match Party::from(number.as_str()) {
                    party @ (Party::Number(_) | Party::ShortCode(_)) => party.to_string(),
                    _ => return Err(invalid("numbers", "numbers must be in E.164")),
                };
            }
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
