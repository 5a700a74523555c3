//! Reads timelines, and writes the entries that people and programs make by hand.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Contacts, Entry, EntryDirection, EntryType};
use crate::{
    Error,
    aws::table::{Index, Item, Key, Listing, Page, Table, Update, order_key, text, time_of, value},
    error::{bad_request, invalid},
    lambda::api::is_sensible,
    values::{AccountSid, Address, Line, Lines, schema::WrittenType},
};

const MAX_BODY: usize = 10_000;
const MAX_SOURCE: usize = 100;
const MAX_TITLE: usize = 200;
const MAX_URL: usize = 2_000;

/// An entry to write: a note, or an interaction that lives in another system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// The type of the entry: `note` or `external`; `note` when left out.
    #[schema(value_type = Option<WrittenType>, inline)]
    pub r#type: Option<EntryType>,
    /// Of a note: its words, 1 to 10,000 characters.
    #[schema(min_length = 1, max_length = 10000, pattern = r"\S")]
    pub body: Option<String>,
    /// Of an external entry: the name of the system that it lives in, up to 100 characters.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub source: Option<String>,
    /// Of an external entry: its title, up to 200 characters.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub title: Option<String>,
    /// Of an external entry: its https or http address in the other system, up to 2,000 characters.
    #[schema(max_length = 2000, pattern = "^https?://")]
    pub url: Option<String>,
    /// Of an external entry: its direction; `internal` when left out.
    pub direction: Option<EntryDirection>,
    /// Of an external entry: the time at which it happened; now when left out.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub at: Option<OffsetDateTime>,
}

impl NewEntry {
    /// A note with these words.
    pub fn note(body: String) -> Self {
        let (body, r#type) = (Some(body), Some(EntryType::Note));
        Self { r#type, body, source: None, title: None, url: None, direction: None, at: None }
    }
}

/// The store of contacts' timelines: what happened with each contact.
#[derive(Clone, Debug)]
pub struct Timeline {
    table: Table,
}

impl Timeline {
    /// The timelines of the contacts in this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// A page of the entries under a contact's numbers, the newest first. Each number takes one
    /// query.
    ///
    /// # Errors
    /// 400 for a cursor that no page gave.
    pub async fn page(
        &self,
        numbers: &[Address],
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<Entry>, Error> {
        // All of them are in time's order, so the last key shown tells where each goes on.
        let before = cursor.map(decode_position).transpose()?;
        let mut keyed = Vec::new();
        let mut more = false;
        for number in numbers {
            let page = self.items_of(number, limit, before.clone()).await?;
            more |= page.next.is_some();
            for item in page.items {
                let key = Index::Timeline.sort_key_of(&item).unwrap_or_default().to_owned();
                if before.as_ref() != Some(&key) {
                    keyed.push((key, Entry::from_item(item)?));
                }
            }
        }
        keyed.sort_by(|(a, _), (b, _)| b.cmp(a));
        more |= keyed.len() > limit as usize;
        keyed.truncate(limit as usize);
        let next = keyed.last().filter(|_| more).map(|(key, _)| encode_position(key));
        Ok(Page { items: keyed.into_iter().map(|(_, entry)| entry).collect(), next })
    }

    async fn items_of(
        &self,
        number: &Address,
        limit: u32,
        before: Option<String>,
    ) -> Result<Page<Item>, Error> {
        let listing = Listing {
            index: Index::Timeline,
            partition: number.as_str(),
            from: None,
            // The one at this key has been shown, and takes a place.
            limit: limit + u32::from(before.is_some()),
            to: before,
            newest_first: true,
            cursor: None,
            filter: None,
        };
        self.table.list(listing).await
    }

    /// Writes a note or an external entry. Writing the same id twice makes one entry.
    ///
    /// # Errors
    /// 422 that names the field.
    pub async fn add(
        &self,
        contacts: &Contacts,
        account: &AccountSid,
        number: &Address,
        by: &str,
        id: Uuid,
        new: NewEntry,
    ) -> Result<Entry, Error> {
        let r#type = new.r#type.unwrap_or(EntryType::Note);
        let typed = typed(r#type, &new)?;
        check_time(r#type, &new)?;
        let now = OffsetDateTime::now_utc();
        let at = new.at.unwrap_or(now);
        let id = format!("EN{}", id.simple());
        let contact = contacts.ensure(number).await?;
        let mut update = Update::of(Key::new(format!("ENTRY#{id}"), "ENTRY"));
        update.set_if_unset("id", text(&id));
        update.set_if_unset("type", value(&r#type)?);
        update.set_if_unset("account_sid", text(account.as_str()));
        update
            .set_if_unset("direction", value(&new.direction.unwrap_or(EntryDirection::Internal))?);
        update.set_if_unset("by", text(by));
        for (name, content) in typed {
            update.set_if_unset(name, text(content));
        }
        update.list_if_unlisted(Index::Timeline, number.as_str(), &order_key(at, &id)?);
        update.return_all();
        let mut entry = Entry::from_item(self.table.update(update).await?)?;
        contacts.touch(&entry).await?;
        entry.contact_id = Some(contact.contact_id);
        Ok(entry)
    }
}

/// What an entry holds that was typed, checked: attributes and their texts.
fn typed(r#type: EntryType, new: &NewEntry) -> Result<Vec<(&'static str, String)>, Error> {
    let needed = |name: &'static str| {
        invalid(name, format!("{name} is missing, and entries of this type have one"))
    };
    let absent = |name: &'static str, content: &Option<String>| match content {
        None => Ok(()),
        Some(_) => Err(invalid(name, format!("{name} is not of this type"))),
    };
    match r#type {
        EntryType::Note => {
            absent("source", &new.source)?;
            absent("title", &new.title)?;
            absent("url", &new.url)?;
            let body = new.body.as_ref().ok_or_else(|| needed("body"))?;
            Ok(vec![("body", Lines::<MAX_BODY>::parse("body", body)?.into())])
        }
        EntryType::External => {
            absent("body", &new.body)?;
            let source = new.source.as_ref().ok_or_else(|| needed("source"))?;
            let title = new.title.as_ref().ok_or_else(|| needed("title"))?;
            let url = new.url.as_ref().ok_or_else(|| needed("url"))?;
            let url = String::from(Line::<MAX_URL>::parse("url", url)?);
            if !(url.starts_with("https://") || url.starts_with("http://")) {
                return Err(invalid("url", "url must begin with https:// or http://"));
            }
            Ok(vec![
                ("source", Line::<MAX_SOURCE>::parse("source", source)?.into()),
                ("title", Line::<MAX_TITLE>::parse("title", title)?.into()),
                ("url", url),
            ])
        }
        _ => Err(invalid("type", "type must be note or external")),
    }
}

fn check_time(r#type: EntryType, new: &NewEntry) -> Result<(), Error> {
    // What has not happened would stay on top of the inbox.
    let ahead = OffsetDateTime::now_utc() + Duration::minutes(5);
    if new.at.is_some_and(|at| !is_sensible(&at) || at > ahead) {
        return Err(invalid("at", "at must be a time that has come"));
    }
    if r#type == EntryType::Note && (new.at.is_some() || new.direction.is_some()) {
        return Err(invalid("type", "a note is of now and has no direction"));
    }
    Ok(())
}

/// The place in a list at which a page ended, as a text that can be in a URL.
pub(super) fn encode_position(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

pub(super) fn decode_position(cursor: &str) -> Result<String, Error> {
    let key = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|key| String::from_utf8(key).ok());
    key.filter(|key| time_of(key).is_ok())
        .ok_or_else(|| bad_request("the cursor is not one that a page of this list gave"))
}
