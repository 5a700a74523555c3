//! Keeps one caller from filling the owner's phone: of several calls in a short time the first is
//! told at once, and the others together when that time is over.

use time::{Duration, OffsetDateTime};

use crate::{
    Error,
    aws::table::{
        Check, Item, Key, Table, Update, Written, integer, order_key, text, text_of, time_of,
        unix_milliseconds,
    },
    process::hash,
    values::CallSid,
};

/// How long after the interval what is known of a caller's notices is kept.
const KEPT: Duration = Duration::hours(1);

/// The notices about one caller.
#[derive(Debug)]
pub(super) struct CallerNotices<'a> {
    table: &'a Table,
    key: Key,
    interval: Duration,
}

/// When the owner is told of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// At once.
    Now,
    /// With the others of its caller; `Some`: it is the first of these, and this is when they are
    /// told.
    Later(Option<OffsetDateTime>),
}

/// The calls of a caller that the owner has not been told of.
#[derive(Debug)]
pub(super) struct Untold {
    /// How many calls there were.
    pub count: usize,
    /// The time of the first.
    pub since: OffsetDateTime,
    calls: Vec<String>,
    since_key: String,
}

impl<'a> CallerNotices<'a> {
    /// The notices about a caller, one in an interval.
    pub fn of(table: &'a Table, caller: &str, interval: Duration) -> Self {
        Self {
            table,
            key: Key::new(format!("NOTICES#{}", hash(caller.as_bytes())), "NOTICES"),
            interval,
        }
    }

    /// Decides when the owner is told of a call; the same call again gets the same decision.
    pub async fn on_call(&self, call: &CallSid) -> Result<Notice, Error> {
        let now = OffsetDateTime::now_utc();
        let first = self.quiet_from(now, call.as_str());
        let is_over = integer(unix_milliseconds(now) + 1);
        let over = Check::new().below_unset_or_expired("quiet_until", is_over, now);
        let Written::Refused(there) = self.table.update_if(first, over).await? else {
            return Ok(Notice::Now);
        };
        if there.is_some_and(|there| text_of(&there, "first") == Some(call.as_str())) {
            return Ok(Notice::Now);
        }
        let mut more = Update::of(self.key.clone());
        more.insert("more", call.as_str());
        more.set_if_unset("more_since", text(order_key(now, call.as_str())?));
        more.return_all();
        let item = self.table.update(more).await?;
        let is_first =
            text_of(&item, "more_since").is_some_and(|since| since.ends_with(call.as_str()));
        let until = now + self.interval;
        Ok(Notice::Later(is_first.then_some(until)))
    }

    /// The calls that the owner has not been told of; `None` for none.
    pub async fn untold(&self) -> Result<Option<Untold>, Error> {
        let item: Item = self.table.get(self.key.clone()).await?.unwrap_or_default();
        let calls = item.get("more").and_then(|calls| calls.as_ss().ok()).cloned();
        let since_key = text_of(&item, "more_since").map(str::to_owned);
        calls
            .zip(since_key)
            .map(|(calls, since_key)| {
                let (count, since) = (calls.len(), time_of(&since_key)?);
                Ok(Untold { count, since, calls, since_key })
            })
            .transpose()
    }

    /// Records that the owner has been told of these calls. `false`: there are more meanwhile.
    pub async fn told(&self, untold: &Untold) -> Result<bool, Error> {
        let mut update = self.quiet_from(OffsetDateTime::now_utc(), &untold.since_key);
        update.remove("more");
        update.remove("more_since");
        let unchanged = Check::new()
            .equals("more", aws_sdk_dynamodb::types::AttributeValue::Ss(untold.calls.clone()));
        Ok(self.table.update_if(update, unchanged).await?.is_done())
    }

    fn quiet_from(&self, now: OffsetDateTime, first: &str) -> Update {
        let until = now + self.interval;
        let mut update = Update::of(self.key.clone());
        update.set("first", text(first));
        update.set("quiet_until", integer(unix_milliseconds(until)));
        update.set("expires_at", integer((until + KEPT).unix_timestamp()));
        update
    }
}
