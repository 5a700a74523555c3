//! A timeline's reads, and the entries that are written by hand.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Contacts, Entry, EntryDirection, EntryType};
use crate::{
    Error,
    aws::table::{
        Index, Item, Key, Listing, Page, Table, Update, Written, order_key, text, text_of, time_of,
        value,
    },
    error::{bad_request, invalid},
    lambda::api::is_sensible,
    values::{AccountSid, schema::WrittenType},
};

/// A note, or an interaction that lives in another system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// `note` or `external`; a note when left out.
    #[schema(value_type = Option<WrittenType>, inline)]
    pub r#type: Option<EntryType>,
    /// Of a note: 1 to 10,000 characters.
    #[schema(min_length = 1, max_length = 10000)]
    pub body: Option<String>,
    /// Of an external entry: which system, up to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub source: Option<String>,
    /// Of an external entry: up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// Of an external entry: an https or http address of up to 2,000 characters.
    #[schema(max_length = 2000, pattern = "^https?://")]
    pub url: Option<String>,
    /// Of an external entry: `internal` when left out.
    pub direction: Option<EntryDirection>,
    /// Of an external entry: when it happened, now when left out.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub at: Option<OffsetDateTime>,
}

/// Timelines.
#[derive(Clone, Debug)]
pub struct Timeline {
    table: Table,
}

impl Timeline {
    /// In this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Entries of a contact, the newest first. Of a contact with several numbers, a page is made
    /// of one query a number.
    pub async fn page(
        &self,
        numbers: &[String],
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
                let key = text_of(&item, "timeline_sk").unwrap_or_default().to_owned();
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
        number: &str,
        limit: u32,
        before: Option<String>,
    ) -> Result<Page<Item>, Error> {
        let listing = Listing {
            index: Index::Timeline,
            partition: number,
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

    /// Writes a note or an external entry. The same id twice is one entry.
    ///
    /// Errors: 422 that names the field.
    pub async fn add(
        &self,
        contacts: &Contacts,
        account: &AccountSid,
        number: &str,
        by: &str,
        id: Uuid,
        new: NewEntry,
    ) -> Result<Entry, Error> {
        let r#type = new.r#type.unwrap_or(EntryType::Note);
        check(r#type, &new)?;
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
        for (name, content) in
            [("body", new.body), ("source", new.source), ("title", new.title), ("url", new.url)]
        {
            if let Some(content) = content {
                update.set_if_unset(name, text(content));
            }
        }
        update.list_if_unlisted(Index::Timeline, number, &order_key(at, &id)?);
        update.return_all();
        let Written::Done(item) = self.table.update(update).await? else {
            return Err(Error::internal("an update without a condition was refused"));
        };
        let mut entry = Entry::from_item(item)?;
        contacts.touch(&entry).await?;
        entry.contact_id = contact.contact_id;
        Ok(entry)
    }
}

fn check(r#type: EntryType, new: &NewEntry) -> Result<(), Error> {
    let within = |name: &'static str, content: &Option<String>, most: usize, needed: bool| {
        let length = content.as_ref().map(|content| content.chars().count());
        match length {
            None if !needed => Ok(()),
            Some(length) if (1..=most).contains(&length) && needed => Ok(()),
            Some(_) if !needed => Err(invalid(name, format!("{name} is not of this type"))),
            _ => Err(invalid(name, format!("{name} must have 1 to {most} characters"))),
        }
    };
    let (note, external) = match r#type {
        EntryType::Note => (true, false),
        EntryType::External => (false, true),
        _ => return Err(invalid("type", "type must be note or external")),
    };
    within("body", &new.body, 10_000, note)?;
    within("source", &new.source, 100, external)?;
    within("title", &new.title, 200, external)?;
    within("url", &new.url, 2_000, external)?;
    let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    if new.url.as_ref().is_some_and(|url| !web(url)) {
        return Err(invalid("url", "url must begin with https:// or http://"));
    }
    // What has not happened would stay on top of the inbox.
    let ahead = OffsetDateTime::now_utc() + Duration::minutes(5);
    if new.at.is_some_and(|at| !is_sensible(&at) || at > ahead) {
        return Err(invalid("at", "at must be a time that has come"));
    }
    if note && (new.at.is_some() || new.direction.is_some()) {
        return Err(invalid("type", "a note is of now and has no direction"));
    }
    Ok(())
}

fn encode_position(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

fn decode_position(cursor: &str) -> Result<String, Error> {
    let key = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|key| String::from_utf8(key).ok());
    key.filter(|key| time_of(key).is_ok())
        .ok_or_else(|| bad_request("the cursor is not one that a page of this list gave"))
}
