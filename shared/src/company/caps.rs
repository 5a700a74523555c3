//! Caps on how many texts are sent and calls are placed a day, for each recipient and in all.

use time::{Duration, OffsetDateTime};

use crate::{
    Error,
    aws::table::{Check, Key, Table, Update, integer},
    error::too_many,
    process::{env, hash},
};

/// What is counted, each with caps of its own.
#[derive(Clone, Copy, Debug)]
pub enum Counted {
    /// Texts that we send to contacts.
    Texts,
    /// Calls that we place to contacts and participants.
    Calls,
}

/// The caps of a day, and the counts so far. Days begin at midnight UTC.
#[derive(Clone, Debug)]
pub struct Caps {
    table: Table,
    texts_per_day: u32,
    texts_per_recipient: u32,
    calls_per_day: u32,
    calls_per_recipient: u32,
}

impl Caps {
    /// The caps in variables `TEXTS_PER_DAY`, `TEXTS_PER_RECIPIENT`, `CALLS_PER_DAY` and
    /// `CALLS_PER_RECIPIENT`.
    pub fn from_env(table: Table) -> Result<Self, Error> {
        Ok(Self {
            table,
            texts_per_day: env::parsed("TEXTS_PER_DAY")?,
            texts_per_recipient: env::parsed("TEXTS_PER_RECIPIENT")?,
            calls_per_day: env::parsed("CALLS_PER_DAY")?,
            calls_per_recipient: env::parsed("CALLS_PER_RECIPIENT")?,
        })
    }

    /// Counts one more text or call to a recipient, and to the phone that rings besides.
    ///
    /// # Errors
    /// 429 when this recipient, or all recipients together, have had as many as a day allows.
    pub async fn take(
        &self,
        what: Counted,
        recipient: &str,
        besides: Option<&str>,
    ) -> Result<(), Error> {
        let (name, for_all) = match what {
            Counted::Texts => ("TEXTS", self.texts_per_day),
            Counted::Calls => ("CALLS", self.calls_per_day),
        };
        let now = OffsetDateTime::now_utc();
        let day = now.date();
        for one in [Some(recipient), besides].into_iter().flatten() {
            self.take_one(what, one).await?;
        }
        if !self.count(&format!("COUNT#{name}#{day}"), for_all, now).await? {
            tracing::error!(what = name, "the cap of a day is reached");
            return Err(too_many(until_midnight(now), "the cap of this day is reached"));
        }
        Ok(())
    }

    /// Counts one more text or call to a recipient, and not among all.
    ///
    /// # Errors
    /// 429 when this recipient has had as many as a day allows.
    pub async fn take_one(&self, what: Counted, recipient: &str) -> Result<(), Error> {
        let (name, cap) = match what {
            Counted::Texts => ("TEXTS", self.texts_per_recipient),
            Counted::Calls => ("CALLS", self.calls_per_recipient),
        };
        let now = OffsetDateTime::now_utc();
        // Hashed, so that it is no number that is left of a contact who has been erased.
        let of_one = format!("COUNT#{name}#{}#{}", now.date(), hash(recipient.as_bytes()));
        match self.count(&of_one, cap, now).await? {
            true => Ok(()),
            false => {
                Err(too_many(until_midnight(now), "this number has had as many as a day allows"))
            }
        }
    }

    async fn count(&self, name: &str, cap: u32, now: OffsetDateTime) -> Result<bool, Error> {
        let mut update = Update::of(Key::new(name, "COUNT"));
        update.add("count", 1);
        update.set_if_unset("expires_at", integer((now + Duration::days(2)).unix_timestamp()));
        let below_cap = Check::new().below_or_unset("count", integer(cap));
        Ok(self.table.update_if(update, below_cap).await?.is_done())
    }
}

fn until_midnight(now: OffsetDateTime) -> u32 {
    let seconds = now.time().duration_until(time::Time::MIDNIGHT).whole_seconds();
    u32::try_from(seconds).unwrap_or(86_400).max(1)
}
