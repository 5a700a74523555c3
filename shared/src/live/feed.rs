//! Notes changes, and tells consoles which there were since they last asked.

use serde::Serialize;
use time::{
    Duration, OffsetDateTime, UtcOffset,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
};
use utoipa::ToSchema;

use super::{Change, ChangeKind};
use crate::{
    Error,
    aws::table::{Item, Key, Table, integer, text_of},
    error::bad_request,
};

/// How far a reader goes back behind its cursor, for what was noted then and could not be read yet:
/// more than a note takes ([`NOTED_WITHIN`]) and clocks differ.
const OVERLAP: Duration = Duration::seconds(5);

/// How long the writing of a note may take, before it is written again with a later time.
const NOTED_WITHIN: std::time::Duration = std::time::Duration::from_secs(3);

/// How often a note is written before the stream is asked to give its records again.
const ATTEMPTS: usize = 3;

/// How long changes can be asked for.
const TOLD_FOR: Duration = Duration::hours(1);

/// How long they are kept: until nobody can ask for them, wherever clocks are.
const KEPT_FOR: Duration = Duration::hours(2);

/// How many changes an answer has at most. Whoever has missed more loads all anew.
const MOST: usize = 1_000;

/// How many items DynamoDB takes in a batch.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const BATCH: usize = 25;

const MINUTE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]");
/// Times of the same length, so that they sort as texts.
const MOMENT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The changes since a cursor.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LiveChanges)]
pub struct Changes {
    /// What has changed, each once, in the order of time. The five seconds before the cursor are told
    /// again.
    pub changes: Vec<Change>,
    /// What to give as `since` next.
    pub next: String,
    /// Whether these are all changes. If not, the cursor is over an hour old, or there were too many:
    /// whatever was loaded before may be outdated.
    pub complete: bool,
}

/// The store of the last hours' changes.
#[derive(Clone, Debug)]
pub struct Feed {
    table: Table,
}

impl Feed {
    /// The changes that are kept in this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Notes that these have changed by now. The same change may be noted twice.
    ///
    /// # Errors
    /// DynamoDB's, also when it keeps leaving some unwritten.
    pub async fn note(&self, changes: &[Change]) -> Result<(), Error> {
        for batch in changes.chunks(BATCH) {
            self.write(batch).await?;
        }
        Ok(())
    }

    /// The time of a change is when its note is written, not when it happened: a reader has passed
    /// the time of what a stream tells late.
    async fn write(&self, batch: &[Change]) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let items = items(batch, OffsetDateTime::now_utc())?;
            match tokio::time::timeout(NOTED_WITHIN, self.table.put_all(items)).await {
                Ok(Ok(true)) => return Ok(()),
                Ok(Err(error)) => return Err(error),
                // Some are unwritten, or none, or all are written and the answer is late.
                Ok(Ok(false)) | Err(_) => {}
            }
        }
        Err(Error::internal("DynamoDB leaves changes unwritten"))
    }

    /// The changes since a cursor; without one, where to begin. One query while nothing is new, two in
    /// the first five seconds of a minute.
    ///
    /// # Errors
    /// 400 for a cursor that no answer gave.
    pub async fn since(&self, cursor: Option<&str>, now: OffsetDateTime) -> Result<Changes, Error> {
        let next = moment(now)?;
        let Some(cursor) = cursor else {
            return Ok(Changes { changes: Vec::new(), next, complete: true });
        };
        let since = OffsetDateTime::parse(cursor, &Rfc3339)
            .map_err(|_| bad_request("the cursor is not one that an answer gave"))?
            .to_offset(UtcOffset::UTC);
        if since < now - TOLD_FOR {
            return Ok(Changes { changes: Vec::new(), next, complete: false });
        }
        let from = since - OVERLAP;
        let mut changes: Vec<Change> = Vec::new();
        let mut at = from;
        while minute(at)? <= minute(now)? {
            let items = self.table.partition_from(&minute(at)?, &moment(from)?, MOST).await?;
            if items.len() == MOST || changes.len() >= MOST {
                return Ok(Changes { changes: Vec::new(), next, complete: false });
            }
            for change in items.iter().filter_map(read) {
                if !changes.contains(&change) {
                    changes.push(change);
                }
            }
            at += Duration::MINUTE;
        }
        Ok(Changes { changes, next, complete: true })
    }
}

fn minute(at: OffsetDateTime) -> Result<String, Error> {
    Ok(format!("CHANGES#{}", at.format(MINUTE)?))
}

fn moment(at: OffsetDateTime) -> Result<String, Error> {
    Ok(at.format(MOMENT)?)
}

fn items(changes: &[Change], at: OffsetDateTime) -> Result<Vec<(Key, Item)>, Error> {
    let (partition, time) = (minute(at)?, moment(at)?);
    let until = integer((at + KEPT_FOR).unix_timestamp());
    let items = changes.iter().map(|Change { kind, id }| {
        let key = Key::new(partition.clone(), format!("{time}#{}#{id}", kind.as_str()));
        (key, Item::from([("expires_at".to_owned(), until.clone())]))
    });
    Ok(items.collect())
}

/// The change that an item tells; `None` for what a later version has written.
fn read(item: &Item) -> Option<Change> {
    let (_, change) = text_of(item, "sk")?.split_once('#')?;
    let (kind, id) = change.split_once('#')?;
    Some(Change::new(kind.parse::<ChangeKind>().ok()?, id))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn keys_sort_by_time_and_are_read_again() {
        let call = Change::new(ChangeKind::Call, "CA1");
        let at = datetime!(2026-11-28 16:59:59.0409 UTC);
        let items = items(std::slice::from_ref(&call), at).unwrap();
        let (key, item) = &items[0];
        assert_eq!(key.partition, "CHANGES#2026-11-28T16:59");
        assert_eq!(key.sort, "2026-11-28T16:59:59.040Z#call#CA1");
        assert_eq!(item["expires_at"].as_n().unwrap(), "1795892399");
        let stored = Item::from([("sk".to_owned(), crate::aws::table::text(key.sort.clone()))]);
        assert_eq!(read(&stored), Some(call));
        assert!(moment(at).unwrap() < moment(at + Duration::MILLISECOND).unwrap());
    }
}
