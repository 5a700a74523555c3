//! DynamoDB, embedded: crate `dynoxide`, with the tables of the template.
//!
//! [`server`] answers on its port and [`upkeep`] deletes what is past its time.

pub(crate) mod server;
pub(crate) mod upkeep;

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, Result, anyhow, bail};
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use dynoxide::Database;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    iam::DEVELOPER,
    template::{REGION, Table},
};
use upkeep::Streams;

/// An open database.
pub(crate) struct Opened {
    pub(crate) database: Database,
    pub(crate) streams: Streams,
}

/// Opens the database in `file`, or in memory, and creates the tables that it does not have.
///
/// # Errors
/// The file is not a database, the template's table is wrong, or a table exists with another key
/// or other indexes.
pub(crate) fn open(file: Option<&Path>, tables: &[Table]) -> Result<Opened> {
    let path = match file {
        Some(file) => file.to_str().context("the path of the database is not UTF-8")?.to_owned(),
        // In memory as well, and unlike `Database::memory` open to a second connection, which the
        // care of streams needs. SQLite keeps up to 1 GiB so.
        None => format!("file:/switchboard-{}?vfs=memdb", Uuid::new_v4()),
    };
    let streams = Streams::open(&path)?;
    let database = Database::new(&path).map_err(|error| anyhow!("{path}: {error}"))?;
    for table in tables {
        create(&database, table).with_context(|| format!("Resources.{}", table.logical_id))?;
    }
    Ok(Opened { database, streams })
}

/// A client of the developer's.
pub(crate) fn client(url: &str, secret_access_key: &str) -> Client {
    let key = Credentials::new(DEVELOPER, secret_access_key, None, None, "local");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(key)
        .endpoint_url(url)
        .build();
    Client::from_conf(config)
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
            let database = open(Some(&file), &[table(stream.clone())]).unwrap().database;
            assert_eq!(database.list_streams(Default::default()).unwrap().streams.len(), 1);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
