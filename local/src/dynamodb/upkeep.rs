//! What DynamoDB does by itself: items past their time to live go, and so do a stream's records
//! after a day.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use dynoxide::{Database, storage::Storage};

use super::Opened;

/// How often items past their time to live are deleted. AWS takes up to two days, so nothing may
/// rely on it.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// How often old records of streams are deleted.
const TRIM_EVERY: Duration = Duration::from_secs(60 * 60);

/// Dynoxide reads all records of a stream for each write to its table: an index finds the last.
const INDEX: &str = "
    CREATE INDEX IF NOT EXISTS switchboard_stream_order
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));";

/// A thousand at a time, so that no request waits for long. Records are stored in the order of
/// their age: only the old ones are read, and the first that is not.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
const TRIM: &str = "
    DELETE FROM _stream_records WHERE id < min(
        (SELECT min(id) + 1000 FROM _stream_records),
        ifnull(
            (SELECT id FROM _stream_records
                WHERE created_at >= unixepoch() - 86400 ORDER BY id LIMIT 1),
            (SELECT max(id) + 1 FROM _stream_records)));";

/// The records of the streams, which dynoxide keeps for ever: a connection of their own.
pub(crate) struct Streams(Storage);

impl Streams {
    /// Opens the database at an SQLite path or URI.
    ///
    /// # Errors
    /// It is not a database of dynoxide's.
    pub(super) fn open(path: &str) -> Result<Self> {
        let storage = Storage::new(path).map_err(|error| anyhow!("{path}: {error}"))?;
        storage.conn().execute_batch(INDEX).map_err(|error| anyhow!("{path}: {error}"))?;
        let streams = Self(storage);
        streams.trim()?;
        Ok(streams)
    }

    /// Deletes the records that are older than a day.
    fn trim(&self) -> Result<()> {
        while self.0.conn().execute(TRIM, [])? > 0 {}
        Ok(())
    }
}

/// Deletes what is past its time, again and again.
pub(crate) async fn run(opened: Opened) {
    let Opened { database, mut streams } = opened;
    let mut trimmed = Instant::now();
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        let database = database.clone();
        let trim = trimmed.elapsed() >= TRIM_EVERY;
        if trim {
            trimmed = Instant::now();
        }
        let swept = tokio::task::spawn_blocking(move || {
            sweep(&database);
            if trim && let Err(error) = streams.trim() {
                tracing::error!(%error, "old records of streams are not deleted");
            }
            streams
        });
        streams = match swept.await {
            Ok(streams) => streams,
            Err(_) => return,
        };
    }
}

fn sweep(database: &Database) {
    if let Err(error) = database.sweep_ttl() {
        tracing::error!(%error, "expired items are not deleted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(age: u32) -> String {
        format!(
            "INSERT INTO _stream_records
                 (table_name, event_name, keys_json, sequence_number, shard_id, created_at)
             VALUES ('things', 'INSERT', '{{}}', '{age}', 'shard', unixepoch() - {age});"
        )
    }

    #[test]
    fn a_stream_keeps_its_records_for_a_day() {
        let day = 86_400;
        let old: Vec<u32> = (1..=2_500).rev().map(|age| day + age).collect();
        let cases: [(&[u32], &str); 4] = [
            (&[], ""),
            (&old, ""),
            (&[day - 100, 5], "86300,5"),
            (&[day + 100, day - 100, 5], "86300,5"),
        ];
        for (ages, kept) in cases {
            let streams = Streams::open("file:/upkeep?vfs=memdb").unwrap();
            let inserts: String = ages.iter().copied().map(record).collect();
            streams.0.conn().execute_batch(&inserts).unwrap();
            streams.trim().unwrap();
            let left = "SELECT ifnull(group_concat(sequence_number), '') FROM _stream_records";
            let left: String = streams.0.conn().query_row(left, [], |row| row.get(0)).unwrap();
            assert_eq!(left, kept);
        }
    }
}
