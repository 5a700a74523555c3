//! DynamoDB, embedded: crate `dynoxide`, with the tables of the template.

use std::{collections::BTreeSet, fmt::Display, path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use dynoxide::{Database, storage::Storage};
use serde_json::{Value, json};

use crate::template::Table;

/// How often items past their time to live are deleted. AWS takes up to two days, so nothing may
/// rely on it.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Dynoxide keeps the records of streams for ever and reads all of them for each write to a table
/// with a stream: DynamoDB drops them after a day, and an index finds the last.
const TIDY_STREAMS: &str = "
    DELETE FROM _stream_records WHERE created_at < unixepoch() - 86400;
    CREATE INDEX IF NOT EXISTS switchboard_stream_order
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));";

/// Opens the database in `file`, or in memory, and creates the tables that it does not have.
///
/// # Errors
/// The file is not a database, the template's table is wrong, or a table exists with another key
/// or other indexes.
pub(crate) fn open(file: Option<&Path>, tables: &[Table]) -> Result<Database> {
    let database = match file {
        Some(file) => {
            let path = file.to_str().context("the path of the database is not UTF-8")?;
            let failed = |error: &dyn Display| anyhow!("{}: {error}", file.display());
            let storage = Storage::new(path).map_err(|error| failed(&error))?;
            storage.conn().execute_batch(TIDY_STREAMS).map_err(|error| failed(&error))?;
            drop(storage);
            Database::new(path).map_err(|error| failed(&error))?
        }
        None => Database::memory().map_err(|error| anyhow!("{error}"))?,
    };
    for table in tables {
        create(&database, table).with_context(|| format!("Resources.{}", table.logical_id))?;
    }
    Ok(database)
}

fn create(database: &Database, table: &Table) -> Result<()> {
    let request = serde_json::from_value(json!({"TableName": table.name}))?;
    match database.describe_table(request) {
        Ok(existing) => {
            let existing = serde_json::to_value(existing)?;
            if shape(&existing["Table"]) != shape(&table.create) {
                bail!(
                    "the stored table {} has other keys or indexes than the template: \
                     delete the folder .local to begin with an empty one",
                    table.name
                );
            }
            let stream = &table.create["StreamSpecification"];
            if existing["Table"]["StreamSpecification"].is_null() && !stream.is_null() {
                let request = json!({"TableName": table.name, "StreamSpecification": stream});
                let request = serde_json::from_value(request)?;
                database.update_table(request).map_err(|error| anyhow!("{error}"))?;
            }
        }
        Err(_) => {
            let request = serde_json::from_value(table.create.clone())?;
            database.create_table(request).map_err(|error| anyhow!("{error}"))?;
        }
    }
    if let Some(attribute) = &table.time_to_live {
        let request = json!({
            "TableName": table.name,
            "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": true},
        });
        // Fails when it is on already, which is what is wanted.
        let enabled = database.update_time_to_live(serde_json::from_value(request)?);
        if let Err(error) = enabled {
            tracing::debug!(%error, table = table.name, "TTL is not changed");
        }
    }
    Ok(())
}

/// What cannot be changed in a table without a new one: keys of the table and of its indexes.
fn shape(description: &Value) -> BTreeSet<String> {
    let keys = |at: &Value| format!("{}: {}", at["IndexName"], at["KeySchema"]);
    let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
    let indexes = indexes.iter().filter_map(|name| description[name].as_array()).flatten();
    std::iter::once(keys(description)).chain(indexes.map(keys)).collect()
}

/// Deletes items past their time to live, again and again.
pub(crate) async fn sweep(database: Database) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        let database = database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "expired items are not deleted"),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use uuid::Uuid;

    fn table(stream: Value) -> Table {
        let create = json!({
            "TableName": "things",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "StreamSpecification": stream,
        });
        Table {
            logical_id: "Things".to_owned(),
            name: "things".to_owned(),
            create,
            stream: None,
            time_to_live: None,
        }
    }

    fn temporary_folder() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("switchboard-{}", Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn a_stored_table_gets_the_stream_that_the_template_has_now() {
        let folder = temporary_folder();
        let file = folder.join("dynamodb.sqlite");
        drop(open(Some(&file), &[table(Value::Null)]).unwrap());
        let stream = json!({"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"});
        for _ in 0..2 {
            let database = open(Some(&file), &[table(stream.clone())]).unwrap();
            assert_eq!(database.list_streams(Default::default()).unwrap().streams.len(), 1);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_stream_keeps_its_records_for_a_day() {
        let folder = temporary_folder();
        let file = folder.join("dynamodb.sqlite");
        drop(open(Some(&file), &[]).unwrap());
        let storage = Storage::new(file.to_str().unwrap()).unwrap();
        let record = |age: u32| {
            format!(
                "INSERT INTO _stream_records
                     (table_name, event_name, keys_json, sequence_number, shard_id, created_at)
                 VALUES ('things', 'INSERT', '{{}}', '{age}', 'shard', unixepoch() - {age});"
            )
        };
        storage.conn().execute_batch(&format!("{}{}", record(86_000), record(87_000))).unwrap();
        drop(storage);
        drop(open(Some(&file), &[]).unwrap());
        let storage = Storage::new(file.to_str().unwrap()).unwrap();
        let kept = "SELECT group_concat(sequence_number) FROM _stream_records";
        let kept: String = storage.conn().query_row(kept, [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "86000");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
