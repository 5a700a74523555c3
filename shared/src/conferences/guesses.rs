//! Counts wrong codes, so that codes cannot be guessed.
//!
//! | callers | wrong codes | in |
//! |---|---|---|
//! | a caller | 5 | 15 minutes |
//! | all callers of a number of ours who are not invited, for each length of code | 30 | an hour |
//! | an invited caller, whom the two above do not keep out of their own conference | 30 | an hour |
//!
//! A caller's number can be spoofed, hence the second limit. An invited caller must get in while
//! others guess, hence the third: with 4 digits, a caller who spoofs an invited number guesses
//! right once in 333 hours. Their wrong codes count among the strangers' as well, and the code of a
//! conference that they are not invited to opens only while no count is full: an invitation to one
//! conference is no leave to guess at the others. When strangers have used up their tries, a caller
//! may give the number at which they were invited, whose third count then counts, together with the
//! caller's own and one of all who do so: thirty an hour.

use time::{Duration, OffsetDateTime};

use crate::{
    aws::table::{Check, Item, Key, Operation, Update, integer, integer_of},
    values::PhoneNumber,
};

/// The callers whose wrong codes are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Guesses {
    /// The wrong codes of one caller.
    Caller(String),
    /// The wrong codes of so many digits of all callers who are not invited.
    Strangers(u8),
    /// The wrong codes of all callers who give a number at which they were invited.
    Claims,
    /// The wrong codes of one invited caller.
    Invited(String),
}

/// A count of wrong codes, as it was read.
#[derive(Debug)]
pub(super) struct Count {
    /// The callers whose wrong codes are counted.
    pub guesses: Guesses,
    /// The item with the count; `None` when there is none or it has expired.
    pub item: Option<Item>,
}

impl Count {
    /// Whether there were as many wrong codes as there may be.
    pub fn is_full(&self) -> bool {
        let count = self.item.as_ref().and_then(|item| integer_of(item, "count"));
        count.is_some_and(|count| count >= self.guesses.limit().0)
    }
}

impl Guesses {
    fn limit(&self) -> (i64, Duration) {
        match self {
            Self::Caller(_) => (5, Duration::minutes(15)),
            Self::Strangers(_) | Self::Claims | Self::Invited(_) => (30, Duration::hours(1)),
        }
    }

    pub(super) fn key(&self, server_number: &PhoneNumber) -> Key {
        let sort = match self {
            Self::Caller(caller) => format!("CALLER#{caller}"),
            Self::Strangers(digits) => format!("STRANGERS#{digits}"),
            Self::Claims => "CLAIMS".to_owned(),
            Self::Invited(caller) => format!("INVITED#{caller}"),
        };
        Key::new(format!("GUESSES#{server_number}"), sort)
    }

    /// The write that counts one more wrong code; refused when there are too many meanwhile, or
    /// when the count is not as it was read.
    pub(super) fn count(&self, server_number: &PhoneNumber, item: Option<&Item>) -> Operation {
        let (limit, window) = self.limit();
        let now = OffsetDateTime::now_utc();
        let mut update = Update::of(self.key(server_number));
        let as_it_was_read = match item {
            Some(_) => {
                update.add("count", 1);
                Check::new().exists().below_or_unset("count", integer(limit))
            }
            None => {
                update.set("count", integer(1));
                update.set("expires_at", integer((now + window).unix_timestamp()));
                Check::new().absent_or_expired(now)
            }
        };
        Operation::UpdateIf(update, as_it_was_read)
    }

    /// The check that there may be more wrong codes.
    pub(super) fn check(&self, server_number: &PhoneNumber) -> Operation {
        let now = OffsetDateTime::now_utc();
        let fewer = Check::new().below_unset_or_expired("count", integer(self.limit().0), now);
        Operation::Check(self.key(server_number), fewer)
    }
}
