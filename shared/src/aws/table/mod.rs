//! The deployment's one DynamoDB table, and how its items are written and read.
//!
//! An item's partition key is in attribute `pk`, its sort key in `sk`. An item that also has the
//! keys of an index is listed in that index for as long as it has them:
//!
//! | index | partition | sorted by | lists |
//! |---|---|---|---|
//! | `timeline` | the contact's number | time | the entries of a contact |
//! | `listing` | `CALLS`, `CONTACTS`, … | time | calls, newest first; contacts, by activity |
//! | `group` | `CONTACTS#open`, `TEXTS#in`, … | as `listing` | contacts by status, texts by direction |
//! | `assignee` | status and assignee | as `listing` | contacts that an agent looks after |
//! | `open` | `CALL`, `MESSAGE`, … | time | work that is not finished, for the reconciler |
//!
//! Sort keys that are in the order of time are [`order_key`]s.
//!
//! DynamoDB may do a write whose answer is lost, and the SDK asks again. A write that would then
//! find its own work, and take it for somebody else's or count twice, leaves a mark in attribute
//! `write_mark` by which it knows itself.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::{
        AttributeValue, KeysAndAttributes, PutRequest, ReturnValue,
        ReturnValuesOnConditionCheckFailure, WriteRequest,
    },
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Error;

mod backoff;
mod check;
mod listing;
mod transaction;
mod update;
mod value;

use backoff::Backoff;
pub use check::Check;
pub use listing::{Filter, Index, Listing, Page};
pub use transaction::{Operation, Transacted};
pub use update::Update;
pub use value::{
    instant, integer, integer_of, optional_milliseconds, order_key, text, text_of, time_of,
    unix_milliseconds, value, whole_milliseconds,
};

/// The attribute that holds the mark of an item's last write, if that write had one.
const WRITE_MARK: &str = "write_mark";

/// How many items a request reads of a large partition: DynamoDB's own limit of a megabyte may take
/// it longer than an attempt may.
const PAGE: i32 = 1_000;

/// An item: its attributes by name.
pub type Item = HashMap<String, AttributeValue>;

/// The primary key of an item: a partition and a sort key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The partition key, which attribute `pk` holds.
    pub partition: String,
    /// The sort key, which attribute `sk` holds.
    pub sort: String,
}

impl Key {
    /// The key of the item in this partition with this sort key.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }

    /// The key of an item that was read.
    pub fn of(item: &Item) -> Option<Self> {
        Some(Self::new(text_of(item, "pk")?, text_of(item, "sk")?))
    }

    /// Whether an item has this key.
    pub fn is_of(&self, item: &Item) -> bool {
        text_of(item, "pk") == Some(&self.partition) && text_of(item, "sk") == Some(&self.sort)
    }

    fn attributes(self) -> Item {
        Item::from([("pk".into(), text(self.partition)), ("sk".into(), text(self.sort))])
    }
}

/// The outcome of a write with a condition.
#[derive(Debug)]
pub enum Written {
    /// The item was written. Holds all its attributes as they are now if [`Update::return_all`]
    /// asked for them, else none.
    Done(Item),
    /// The check did not hold and nothing was written. Holds the item as it is, if there is one.
    Refused(Option<Item>),
}

impl Written {
    /// Whether the check held and the item was written.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// The deployment's DynamoDB table, in which everything but recordings and media is kept.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The table with this name.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Reads an item as it is at this moment. An item past its time to live counts as absent,
    /// whether DynamoDB has deleted it or not.
    pub async fn get(&self, key: Key) -> Result<Option<Item>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await?;
        Ok(answer.item.filter(|item| !is_expired(item)))
    }

    /// Reads up to 100 items as they are at this moment, in no order, and leaves out those that do
    /// not exist.
    pub async fn get_all(&self, keys: Vec<Key>) -> Result<Vec<Item>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut wanted: Vec<Item> = keys.into_iter().map(Key::attributes).collect();
        let mut all = Vec::new();
        let mut backoff = Backoff::new();
        // DynamoDB may give part of it and leave the rest to be asked for again.
        loop {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(true)
                .build()?;
            let answer =
                self.client.batch_get_item().request_items(&self.name, request).send().await?;
            all.extend(answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default());
            wanted = answer
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&self.name))
                .map(|rest| rest.keys)
                .unwrap_or_default();
            if wanted.is_empty() {
                break;
            }
            if !backoff.wait().await {
                return Err(Error::internal("DynamoDB leaves keys of a batch unread"));
            }
        }
        all.retain(|item| !is_expired(item));
        Ok(all)
    }

    /// Reads all items of a partition, as they are at this moment, in the order of their sort keys.
    pub async fn partition(&self, partition: &str) -> Result<Vec<Item>, Error> {
        let mut items = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(partition))
            .consistent_read(true)
            .limit(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item?);
        }
        all.retain(|item| !is_expired(item));
        Ok(all)
    }

    /// Reads the first items of a partition, as they are at this moment, in the order of their sort
    /// keys, from one of these on.
    pub async fn partition_from(
        &self,
        partition: &str,
        from: &str,
        most: usize,
    ) -> Result<Vec<Item>, Error> {
        let mut items = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk >= :from")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":from", text(from))
            .consistent_read(true)
            .limit(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut all = Vec::new();
        while all.len() < most
            && let Some(item) = items.next().await
        {
            all.push(item?);
        }
        all.retain(|item| !is_expired(item));
        Ok(all)
    }

    /// Writes up to 25 items in the place of whatever has their keys. Tells whether all are written:
    /// DynamoDB may leave some, and does not say in which order it writes.
    pub async fn put_all(&self, items: Vec<(Key, Item)>) -> Result<bool, Error> {
        let puts = items.into_iter().map(|(key, mut item)| {
            item.extend(key.attributes());
            let put = PutRequest::builder().set_item(Some(item)).build()?;
            Ok(WriteRequest::builder().put_request(put).build())
        });
        let puts = puts.collect::<Result<Vec<_>, Error>>()?;
        let answer = self.client.batch_write_item().request_items(&self.name, puts).send().await?;
        Ok(answer.unprocessed_items.is_none_or(|left| left.is_empty()))
    }

    /// Writes attributes of an item. Gives all its attributes as they are now if
    /// [`Update::return_all`] asked for them, else none.
    pub async fn update(&self, update: Update) -> Result<Item, Error> {
        match self.update_if(update, Check::new()).await? {
            Written::Done(item) => Ok(item),
            Written::Refused(_) => Err(Error::internal("a write without a condition was refused")),
        }
    }

    /// Writes attributes of an item if the check holds.
    pub async fn update_if(&self, mut update: Update, mut check: Check) -> Result<Written, Error> {
        let mut mark = None;
        if update.counts || check.fails_after_its_write() {
            let id = Uuid::new_v4().simple().to_string();
            update.set(WRITE_MARK, text(&id));
            check = check.not_marked(WRITE_MARK, &id);
            mark = Some(id);
        }
        let expression = update.expression();
        let (mut names, mut values) = (update.names, update.values);
        let condition = check.expression(&mut names, &mut values);
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(update.key.attributes()))
            .update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names(some(names))
            .set_expression_attribute_values(some(values))
            .set_return_values(update.return_all.then_some(ReturnValue::AllNew))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut backoff = Backoff::new();
        loop {
            match request.clone().send().await {
                Ok(answer) => return Ok(Written::Done(answer.attributes.unwrap_or_default())),
                Err(SdkError::ServiceError(error)) => match error.into_err() {
                    UpdateItemError::ConditionalCheckFailedException(failed) => {
                        return Ok(match failed.item {
                            Some(item)
                                if mark.is_some()
                                    && text_of(&item, WRITE_MARK) == mark.as_deref() =>
                            {
                                Written::Done(item)
                            }
                            item => Written::Refused(item),
                        });
                    }
                    // It met a transaction on the same item, which the SDK does not try again.
                    conflict @ UpdateItemError::TransactionConflictException(_) => {
                        if !backoff.wait().await {
                            return Err(conflict.into());
                        }
                    }
                    other => return Err(other.into()),
                },
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Deletes an item. It is no error if the item is gone already.
    pub async fn delete(&self, key: Key) -> Result<(), Error> {
        self.client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .send()
            .await?;
        Ok(())
    }
}

/// Whether an item is past its time to live.
fn is_expired(item: &Item) -> bool {
    let expires_at = item.get("expires_at").and_then(|value| value.as_n().ok());
    expires_at
        .and_then(|seconds| seconds.parse::<i64>().ok())
        .is_some_and(|seconds| seconds <= OffsetDateTime::now_utc().unix_timestamp())
}

/// DynamoDB refuses maps that are there and empty.
fn some<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    (!map.is_empty()).then_some(map)
}
