//! The stream of a table of the embedded database, read in order.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context, Result, anyhow};
use dynoxide::{
    Database,
    actions::{
        get_records::{self, GetRecordsRequest},
        get_shard_iterator::GetShardIteratorRequest,
    },
    streams::shard_id,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::template::{Filter, REGION, StartingPosition, StreamSource};

/// How long a stream keeps its records. The embedded database keeps them until it is
/// opened again.
pub(super) const RETENTION: Duration = Duration::from_secs(24 * 3600);

/// How often a stream is looked at that had nothing new. Lambda does it four times a second.
const POLL_EVERY: Duration = Duration::from_millis(200);

/// A change of an item.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Its place in the stream.
    pub(super) sequence_number: String,
    pub(super) created_at: OffsetDateTime,
    /// The record as a function gets it.
    pub(super) event: Value,
}

/// A reader of one stream. The embedded database's streams have one shard.
pub(crate) struct Records {
    database: Database,
    stream: String,
    filters: Vec<Filter>,
    /// Where to read on.
    iterator: String,
    /// What has been read and not been taken.
    read: VecDeque<Record>,
}

impl Records {
    /// Begins to read at the source's starting position.
    ///
    /// # Errors
    /// The table has no stream.
    pub(super) fn open(database: Database, source: &StreamSource) -> Result<Self> {
        let start = match source.starting_position {
            StartingPosition::TrimHorizon => "TRIM_HORIZON",
            StartingPosition::Latest => "LATEST",
        };
        let request = GetShardIteratorRequest {
            stream_arn: source.stream.clone(),
            shard_id: shard(&source.stream),
            shard_iterator_type: start.to_owned(),
            sequence_number: None,
        };
        let answer = database.get_shard_iterator(request).map_err(|error| anyhow!("{error}"))?;
        Ok(Self {
            database,
            stream: source.stream.clone(),
            filters: source.filters.clone(),
            iterator: answer.shard_iterator.context("the stream has no shard iterator")?,
            read: VecDeque::new(),
        })
    }

    /// Waits for records that pass the filters, then takes up to `most`.
    pub(super) async fn next(&mut self, most: usize) -> Vec<Record> {
        while self.read.is_empty() {
            if !self.read_on().await {
                tokio::time::sleep(POLL_EVERY).await;
            }
        }
        let most = most.min(self.read.len());
        self.read.drain(..most).collect()
    }

    /// Reads a page, and returns whether there may be more at once.
    async fn read_on(&mut self) -> bool {
        let database = self.database.clone();
        let request = GetRecordsRequest { shard_iterator: self.iterator.clone(), limit: None };
        let page = match tokio::task::spawn_blocking(move || database.get_records(request)).await {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => {
                tracing::error!(%error, stream = self.stream, "the stream is not read");
                return false;
            }
            Err(_) => return false,
        };
        let has_records = !page.records.is_empty();
        if let Some(iterator) = page.next_shard_iterator {
            self.iterator = iterator;
        }
        let horizon = OffsetDateTime::now_utc() - RETENTION;
        for record in page.records {
            match self.record(record) {
                Ok(record) if record.created_at < horizon => {}
                Ok(record) => {
                    let mut filters = self.filters.iter();
                    if self.filters.is_empty() || filters.any(|filter| filter.passes(&record.event))
                    {
                        self.read.push_back(record);
                    }
                }
                Err(error) => tracing::error!(%error, stream = self.stream, "a record is odd"),
            }
        }
        has_records
    }

    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#services-dynamodb-api-permissions>
    fn record(&self, record: get_records::Record) -> Result<Record> {
        let change = &record.dynamodb;
        // Whole seconds, as DynamoDB gives them.
        let created_at = change.approximate_creation_date_time as i64;
        let created_at = OffsetDateTime::from_unix_timestamp(created_at)?;
        let sequence_number = change.sequence_number.clone();
        let mut event = serde_json::to_value(record)?;
        event["awsRegion"] = json!(REGION);
        event["eventSourceARN"] = json!(self.stream);
        Ok(Record { sequence_number, created_at, event })
    }
}

/// The id of the one shard of a stream.
pub(super) fn shard(stream: &str) -> String {
    shard_id(stream.split('/').nth(1).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/things/stream/local";

    fn table() -> Database {
        let database = Database::memory().unwrap();
        let table = json!({
            "TableName": "things",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        });
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
        database
    }

    fn put(database: &Database, key: &str) {
        let item = json!({"TableName": "things", "Item": {"pk": {"S": key}}});
        database.put_item(serde_json::from_value(item).unwrap()).unwrap();
    }

    fn open(database: &Database, starting_position: StartingPosition, filter: &str) -> Records {
        let source = StreamSource {
            stream: STREAM.to_owned(),
            starting_position,
            batch_size: 10,
            batching_window: Duration::ZERO,
            filters: vec![Filter::parse(filter).unwrap()],
            maximum_retries: None,
            maximum_age: None,
            bisects: false,
            reports_failures: false,
            on_failure: None,
        };
        Records::open(database.clone(), &source).unwrap()
    }

    async fn keys(records: &mut Records, most: usize) -> Vec<String> {
        let records = records.next(most).await;
        let keys = records.iter().map(|record| record.event["dynamodb"]["Keys"]["pk"]["S"].clone());
        keys.map(|key| key.as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn a_stream_is_read_from_its_beginning_or_from_now_on() {
        let database = table();
        put(&database, "before");
        let mut oldest = open(&database, StartingPosition::TrimHorizon, "{}");
        let mut latest = open(&database, StartingPosition::Latest, "{}");
        for key in ["a", "b", "c"] {
            put(&database, key);
        }
        assert_eq!(keys(&mut oldest, 3).await, ["before", "a", "b"]);
        assert_eq!(keys(&mut latest, 10).await, ["a", "b", "c"]);
        put(&database, "d");
        assert_eq!(keys(&mut oldest, 3).await, ["c"]);
        assert_eq!(keys(&mut oldest, 3).await, ["d"]);
    }

    #[tokio::test]
    async fn what_the_filters_do_not_pass_is_skipped() {
        let database = table();
        let filter = r#"{"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "call#"}]}}}}"#;
        let mut records = open(&database, StartingPosition::TrimHorizon, filter);
        for key in ["room#1", "call#1", "room#2", "call#2"] {
            put(&database, key);
        }
        assert_eq!(keys(&mut records, 10).await, ["call#1", "call#2"]);
    }
}
