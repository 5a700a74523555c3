//! Caps on how many texts are sent and calls are placed a day, for each recipient and in all.

use time::{Date, Duration, OffsetDateTime};

use crate::{
    Error,
    aws::table::{Check, Key, Table, Update, integer, integer_of, text_of},
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
        let (_, for_all) = self.caps_of(what);
        let now = OffsetDateTime::now_utc();
        for one in [Some(recipient), besides].into_iter().flatten() {
            self.take_one(what, one).await?;
        }
        if !self.count(&of_all(what, now.date()), for_all, now).await? {
            tracing::error!(what = what.name(), "the cap of a day is reached");
            return Err(too_many(until_midnight(now), "the cap of this day is reached"));
        }
        Ok(())
    }

    /// Counts one more text or call to a recipient, and not among all.
    ///
    /// # Errors
    /// 429 when this recipient has had as many as a day allows.
    pub async fn take_one(&self, what: Counted, recipient: &str) -> Result<(), Error> {
        let (cap, _) = self.caps_of(what);
        let now = OffsetDateTime::now_utc();
        match self.count(&of_one(what, recipient, now.date()), cap, now).await? {
            true => Ok(()),
            false => {
                Err(too_many(until_midnight(now), "this number has had as many as a day allows"))
            }
        }
    }

    /// Whether one more text or call to a recipient would be within the caps. Counts nothing.
    pub async fn has_room(&self, what: Counted, recipient: &str) -> Result<bool, Error> {
        let day = OffsetDateTime::now_utc().date();
        let (of_one, of_all) = (of_one(what, recipient, day), of_all(what, day));
        let (one, all) = self.caps_of(what);
        let keys = vec![Key::new(&of_one, "COUNT"), Key::new(&of_all, "COUNT")];
        let counters = self.table.get_all(keys).await?;
        let count = |name: &str| {
            let counter = counters.iter().find(|counter| text_of(counter, "pk") == Some(name));
            counter.and_then(|counter| integer_of(counter, "count")).unwrap_or(0)
        };
        Ok(count(&of_one) < one.into() && count(&of_all) < all.into())
    }

    /// The caps for one recipient, and for all together.
    fn caps_of(&self, what: Counted) -> (u32, u32) {
        match what {
            Counted::Texts => (self.texts_per_recipient, self.texts_per_day),
            Counted::Calls => (self.calls_per_recipient, self.calls_per_day),
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

impl Counted {
    fn name(self) -> &'static str {
        match self {
            Self::Texts => "TEXTS",
            Self::Calls => "CALLS",
        }
    }
}

/// The name of the counter of a day for all recipients.
fn of_all(what: Counted, day: Date) -> String {
    format!("COUNT#{}#{day}", what.name())
}

/// The name of the counter of a day for one recipient. Hashed, so that it is no number that is left
/// of a contact who has been erased.
fn of_one(what: Counted, recipient: &str, day: Date) -> String {
    format!("COUNT#{}#{day}#{}", what.name(), hash(recipient.as_bytes()))
}

fn until_midnight(now: OffsetDateTime) -> u32 {
    let seconds = now.time().duration_until(time::Time::MIDNIGHT).whole_seconds();
    u32::try_from(seconds).unwrap_or(86_400).max(1)
}
