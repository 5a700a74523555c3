//! Reads items of an index or a partition, page by page.

use std::{collections::HashMap, fmt::Write};

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Item, Key, Table, is_expired, order_key, some, text, text_of};
use crate::{Error, error::bad_request};

/// A secondary index of the table. Its keys are in attributes `<name>_pk` and `<name>_sk`; the last two
/// have the order of `listing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Index `timeline`: the entries of a contact's numbers.
    Timeline,
    /// Index `listing`: all calls, all contacts, and so on.
    Listing,
    /// Index `open`: work that is not finished.
    Open,
    /// Index `group`: contacts by the status of their conversation, texts by direction; keys alone.
    Group,
    /// Index `assignee`: contacts by status and assignee; keys alone.
    Assignee,
}

impl Index {
    fn name(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Listing => "listing",
            Self::Open => "open",
            Self::Group => "group",
            Self::Assignee => "assignee",
        }
    }

    /// The attribute that holds an item's partition in this index.
    pub(super) fn partition_attribute(self) -> String {
        format!("{}_pk", self.name())
    }

    /// The attribute that holds an item's sort key in this index.
    pub(super) fn sort_attribute(self) -> String {
        let order = match self {
            Self::Group | Self::Assignee => Self::Listing,
            own => own,
        };
        format!("{}_sk", order.name())
    }

    /// The partition of this index that an item is listed in; `None` when it is not listed.
    pub fn partition_of(self, item: &Item) -> Option<&str> {
        text_of(item, &self.partition_attribute())
    }

    /// The sort key at which an item is listed in this index; `None` when it is not listed.
    pub fn sort_key_of(self, item: &Item) -> Option<&str> {
        text_of(item, &self.sort_attribute())
    }

    /// Gives an item the partition in which it is listed as an attribute with this name, under
    /// which a type reads it.
    pub fn name_partition(self, item: &mut Item, name: &str) {
        let partition = self.partition_of(item).map(text);
        item.extend(partition.map(|partition| (name.to_owned(), partition)));
    }

    /// As [`Index::name_partition`], with the sort key.
    pub fn name_sort_key(self, item: &mut Item, name: &str) {
        let sort_key = self.sort_key_of(item).map(text);
        item.extend(sort_key.map(|sort_key| (name.to_owned(), sort_key)));
    }

    /// Lists an item that is to be created.
    pub fn list(self, item: &mut Item, partition: &str, order_key: &str) {
        item.insert(self.partition_attribute(), text(partition));
        item.insert(self.sort_attribute(), text(order_key));
    }
}

/// One page of a list, with what leads to the next.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page, in the list's order.
    pub items: Vec<T>,
    /// What to give as `cursor` to get the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page with the same cursor, whose items `f` makes.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }

    /// As [`Page::map`]; the first error that `f` gives is the page's.
    pub fn try_map<U>(self, f: impl FnMut(T) -> Result<U, Error>) -> Result<Page<U>, Error> {
        let items = self.items.into_iter().map(f).collect::<Result<_, _>>()?;
        Ok(Page { items, next: self.next })
    }
}

/// How many items a query with a filter looks at. A page takes up to [`MAX_QUERIES`] queries: if
/// few items pass the filter, it ends early, with a cursor to go on from.
const LOOKED_AT: i32 = 200;
const MAX_QUERIES: usize = 10;

/// What to read from an index.
#[derive(Clone, Debug)]
pub struct Listing<'a> {
    /// The index of the table that is read.
    pub index: Index,
    /// The partition of the index that is read.
    pub partition: &'a str,
    /// The lowest sort key that is read, inclusive; `None` for no bound.
    pub from: Option<String>,
    /// The highest sort key that is read, inclusive; `None` for no bound.
    pub to: Option<String>,
    /// Whether the highest sort key comes first.
    pub newest_first: bool,
    /// How many items a page has at most.
    pub limit: u32,
    /// `next` of the page before; `None` for the first page.
    pub cursor: Option<&'a str>,
    /// The condition that items must fulfil to be given; `None` for all.
    pub filter: Option<Filter>,
}

/// A condition that listed items must fulfil.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    terms: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl Filter {
    /// Requires that an attribute equals a value.
    pub fn equals(&mut self, name: &str, value: AttributeValue) {
        self.terms.push(format!("#{name} = :{name}"));
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":{name}"), value);
    }
}

impl Table {
    /// Reads a page of an index, without items that are past their time to live.
    ///
    /// # Errors
    /// 400 for a cursor that no page of this list gave.
    pub async fn list(&self, listing: Listing<'_>) -> Result<Page<Item>, Error> {
        let (partition, sort) =
            (listing.index.partition_attribute(), listing.index.sort_attribute());
        let mut condition = format!("{partition} = :partition");
        let mut filter = listing.filter.unwrap_or_default();
        filter.values.insert(":partition".into(), text(listing.partition));
        let range = match (listing.from, listing.to) {
            (Some(from), Some(to)) => Some((" BETWEEN :from AND :to", Some(from), Some(to))),
            (Some(from), None) => Some((" >= :from", Some(from), None)),
            (None, Some(to)) => Some((" <= :to", None, Some(to))),
            (None, None) => None,
        };
        if let Some((operator, from, to)) = range {
            // Writing to a String cannot fail.
            let _ = write!(condition, " AND {sort}{operator}");
            filter.values.extend(from.map(|from| (":from".into(), text(from))));
            filter.values.extend(to.map(|to| (":to".into(), text(to))));
        }
        let filtered = !filter.terms.is_empty();
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(listing.index.name())
            .key_condition_expression(condition)
            .set_filter_expression(filtered.then(|| filter.terms.join(" AND ")))
            .set_expression_attribute_names(some(filter.names))
            .set_expression_attribute_values(some(filter.values))
            .scan_index_forward(!listing.newest_first)
            .limit(if filtered { LOOKED_AT } else { listing.limit as i32 });
        let mut start = listing
            .cursor
            .map(|cursor| start_key(cursor, listing.index, listing.partition))
            .transpose()?;
        let mut items = Vec::new();
        // Without a filter, the first query is the page.
        for _ in 0..MAX_QUERIES {
            let answer = query.clone().set_exclusive_start_key(start).send().await?;
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if !filtered || start.is_none() || items.len() >= listing.limit as usize {
                break;
            }
        }
        if items.len() > listing.limit as usize {
            items.truncate(listing.limit as usize);
            start = items.last().map(|last| {
                let keys = ["pk", "sk", &partition, &sort].map(str::to_owned);
                keys.into_iter()
                    .filter_map(|key| Some((key.clone(), last.get(&key)?.clone())))
                    .collect()
            });
        }
        items.retain(|item| !is_expired(item));
        Ok(Page { items, next: start.as_ref().map(cursor).transpose()? })
    }

    /// Up to `limit` items that came into a partition of index `open` before `at`, the oldest
    /// first.
    pub async fn open_before(
        &self,
        partition: &str,
        at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<Item>, Error> {
        let listing = Listing {
            index: Index::Open,
            partition,
            from: None,
            to: Some(order_key(at, "")?),
            newest_first: false,
            limit,
            cursor: None,
            filter: None,
        };
        Ok(self.list(listing).await?.items)
    }

    /// Reads a page of the items of a partition whose sort keys begin with a prefix, in their
    /// order.
    ///
    /// # Errors
    /// 400 for a cursor that no page of this list gave.
    pub async fn with_prefix(
        &self,
        partition: &str,
        prefix: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<Item>, Error> {
        let start = cursor.map(|cursor| {
            let sort = decode_cursor(cursor)?.remove("sk").filter(|sort| sort.starts_with(prefix));
            let sort = sort.ok_or_else(invalid_cursor)?;
            Ok::<_, Error>(Key::new(partition, sort).attributes())
        });
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":prefix", text(prefix))
            .limit(limit as i32)
            .set_exclusive_start_key(start.transpose()?)
            .send()
            .await?;
        let next = answer.last_evaluated_key.as_ref().map(self::cursor).transpose()?;
        Ok(Page { items: answer.items.unwrap_or_default(), next })
    }
}

/// The key at which a page ended, as a text that can be in a URL. All our keys are text.
fn cursor(last: &Item) -> Result<String, Error> {
    let keys: HashMap<&str, &str> = last
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_s().ok()?.as_str())))
        .collect();
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&keys)?))
}

fn invalid_cursor() -> Error {
    bad_request("the cursor is not one that a page of this list gave")
}

/// The longest cursor that is read, in bytes. Ours are shorter, and DynamoDB refuses keys over
/// 1,024 bytes.
const MAX_CURSOR: usize = 1_000;

fn decode_cursor(cursor: &str) -> Result<HashMap<String, String>, Error> {
    if cursor.len() > MAX_CURSOR {
        return Err(invalid_cursor());
    }
    let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid_cursor())?;
    serde_json::from_slice(&json).map_err(|_| invalid_cursor())
}

fn start_key(cursor: &str, index: Index, partition: &str) -> Result<Item, Error> {
    let mut keys = decode_cursor(cursor)?;
    let (partition_name, sort_name) = (index.partition_attribute(), index.sort_attribute());
    let mut start = Item::new();
    for name in ["pk", "sk", partition_name.as_str(), sort_name.as_str()] {
        let value = keys.remove(name).filter(|value| !value.is_empty());
        start.insert(name.to_owned(), text(value.ok_or_else(invalid_cursor)?));
    }
    let here = start.get(&partition_name) == Some(&text(partition));
    (keys.is_empty() && here).then_some(start).ok_or_else(invalid_cursor)
}
