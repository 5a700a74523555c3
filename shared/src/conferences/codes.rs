//! Gives codes to conferences, and tells which conference a code leads to.
//!
//! A code is one item, whose key is the code itself: when two conferences draw the same code at the
//! same instant, they write to the same item, and one is refused. When its conference has ended, no
//! other gets the code for a day, as long as others are free. So a person who still has it in an
//! old text enters no other conference.

use std::collections::HashSet;

use time::{Duration, OffsetDateTime};

use super::{AccessCode, Conference};
use crate::{
    Error,
    aws::table::{
        Check, Item, Key, Operation, Table, Transacted, Update, integer, integer_of, text, text_of,
        unix_milliseconds,
    },
    error::unavailable,
    values::{ConferenceId, PhoneNumber},
};

/// How long after a conference its code is not given to another.
const QUARANTINE: Duration = Duration::hours(24);

/// How many codes are drawn blindly before the free ones are read from the table.
const DRAWS: usize = 5;

/// How many seconds a client is told to wait when all codes are taken.
const RETRY_AFTER_SECONDS: u32 = 60;

/// The key of a code's item.
pub(super) fn key(server_number: &PhoneNumber, code: &AccessCode) -> Key {
    Key::new(partition(server_number, code.digits()), code.as_str())
}

fn partition(server_number: &PhoneNumber, digits: u8) -> String {
    format!("CODE#{server_number}#{digits}")
}

/// The live conference that a code's item leads to, and the time until which it does; `None` if
/// there is none.
pub(super) fn leads_to(item: &Item) -> Option<(ConferenceId, OffsetDateTime)> {
    let until = i128::from(integer_of(item, "live_until")?) * 1_000_000;
    let until = OffsetDateTime::from_unix_timestamp_nanos(until).ok()?;
    let id = text_of(item, "conference_id")?.parse().ok()?;
    (until > OffsetDateTime::now_utc()).then_some((id, until))
}

/// Sets the time until which the code leads to its conference.
pub(super) fn live_until(update: &mut Update, until: OffsetDateTime) {
    let free_at = until + QUARANTINE;
    update.set("live_until", integer(unix_milliseconds(until)));
    update.set("free_at", integer(unix_milliseconds(free_at)));
    update.set("expires_at", integer(free_at.unix_timestamp()));
}

/// The write after which a conference's code leads nowhere, and the check that it still leads to
/// this conference.
pub(super) fn release(conference: &Conference) -> (Update, Check) {
    let mut update = Update::of(key(&conference.server_number, &conference.code));
    let ended_at = conference.ended_at.unwrap_or_else(OffsetDateTime::now_utc);
    live_until(&mut update, ended_at);
    (update, leads_to_conference(&conference.id))
}

/// The check that a code's item leads, or led last, to a conference.
pub(super) fn leads_to_conference(id: &ConferenceId) -> Check {
    Check::new().equals("conference_id", text(id.as_str()))
}

/// How free a code has to be to be given to a conference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freedom {
    /// No conference has had the code for a day.
    Rested,
    /// No live conference has the code.
    Unused,
}

impl Freedom {
    fn attribute(self) -> &'static str {
        match self {
            Self::Rested => "free_at",
            Self::Unused => "live_until",
        }
    }

    fn fits(self, item: &Item, now: OffsetDateTime) -> bool {
        integer_of(item, self.attribute()).is_none_or(|at| at <= unix_milliseconds(now))
    }
}

/// The outcome of asking for a code.
pub(super) enum Claimed {
    /// A code leads to the conference now.
    Now,
    /// The conference has a code already, from an attempt to create it that was cut off.
    Before,
}

/// Gives a conference a code, and creates the conference's own item in the same transaction.
/// Function `conference` makes that item of the code.
///
/// # Errors
/// 503 when all codes of this length are in use.
pub(super) async fn claim(
    table: &Table,
    server_number: &PhoneNumber,
    digits: u8,
    id: &ConferenceId,
    until: OffsetDateTime,
    conference: impl Fn(&AccessCode) -> Result<Item, Error>,
) -> Result<Claimed, Error> {
    let try_one = async |code: AccessCode, freedom: Freedom| -> Result<Option<Claimed>, Error> {
        let now = OffsetDateTime::now_utc();
        let mut update = Update::of(key(server_number, &code));
        update.set("conference_id", text(id.as_str()));
        live_until(&mut update, until);
        let is_free =
            Check::new().below_or_unset(freedom.attribute(), integer(unix_milliseconds(now) + 1));
        let item = conference(&code)?;
        let writes = vec![Operation::UpdateIf(update, is_free), Operation::Create(id.key(), item)];
        Ok(match table.transact(writes).await? {
            Transacted::Done => Some(Claimed::Now),
            Transacted::Refused { key, .. } if key == id.key() => Some(Claimed::Before),
            Transacted::Refused { .. } => None,
        })
    };
    for _ in 0..DRAWS {
        if let Some(claimed) = try_one(AccessCode::draw(digits)?, Freedom::Rested).await? {
            return Ok(claimed);
        }
    }
    // So many codes are taken that drawing blindly may take long: draw from the free ones.
    let items = table.partition(&partition(server_number, digits)).await?;
    let now = OffsetDateTime::now_utc();
    for freedom in [Freedom::Rested, Freedom::Unused] {
        let taken = items.iter().filter(|item| !freedom.fits(item, now));
        let taken: HashSet<_> = taken.filter_map(|item| text_of(item, "sk")).collect();
        for _ in 0..DRAWS {
            let Some(code) = AccessCode::draw_beside(digits, &taken)? else { break };
            if let Some(claimed) = try_one(code, freedom).await? {
                return Ok(claimed);
            }
        }
    }
    tracing::error!(digits, "all codes of this length are in use");
    Err(unavailable(
        RETRY_AFTER_SECONDS,
        "all codes of this length are in use: wait for a conference to end, or ask for longer codes",
    ))
}
