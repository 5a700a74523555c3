//! DynamoDB, embedded: crate `dynoxide`, with the tables of the template.

use std::{collections::BTreeSet, path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use dynoxide::Database;
use serde_json::{Value, json};

use crate::template::Table;

/// How often items past their time to live are deleted. AWS takes up to two days, so nothing may
/// rely on it.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Opens the database in `file`, or in memory, and creates the tables that it does not have.
///
/// # Errors
/// The file is not a database, the template's table is wrong, or a table exists with another key
/// or other indexes.
pub(crate) fn open(file: Option<&Path>, tables: &[Table]) -> Result<Database> {
    let database = match file {
        Some(file) => {
            let path = file.to_str().context("the path of the database is not UTF-8")?;
            Database::new(path).map_err(|error| anyhow!("{}: {error}", file.display()))?
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
