//! Time zones, times of day and days, by the clock and calendar of an office.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil, tz};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{
    Date, Duration, OffsetDateTime, UtcOffset, format_description::BorrowedFormatItem,
    macros::format_description,
};

use crate::Error;

const MINUTES_A_DAY: u16 = 24 * 60;

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The error for a text that is no time zone, no time of day or no date.
#[derive(Debug, Error)]
#[error("not {0}")]
pub struct InvalidTime(&'static str);

macro_rules! as_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = InvalidTime;

            fn try_from(text: String) -> Result<Self, InvalidTime> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

/// A time zone by its IANA name, e.g. `Europe/Berlin`. Its rules are those that were known when
/// this program was built. <https://www.iana.org/time-zones>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone {
    name: String,
    zone: tz::TimeZone,
}

impl TimeZone {
    /// The local time in this zone.
    ///
    /// # Errors
    /// For years far from ours.
    pub fn local(&self, at: OffsetDateTime) -> Result<OffsetDateTime, Error> {
        let instant = Timestamp::from_second(at.unix_timestamp())?;
        let offset = self.zone.to_offset(instant).seconds();
        Ok(at.to_offset(UtcOffset::from_whole_seconds(offset)?))
    }

    /// The day that a calendar shows in this zone at an instant.
    ///
    /// # Errors
    /// For years far from ours.
    pub fn day(&self, at: OffsetDateTime) -> Result<Day, Error> {
        Ok(Day::of(self.local(at)?))
    }

    /// The instant at which a day begins in this zone.
    ///
    /// # Errors
    /// For years far from ours.
    pub fn midnight(&self, Day(day): Day) -> Result<OffsetDateTime, Error> {
        let (year, month, day) = day.to_calendar_date();
        let day = civil::Date::new(
            i16::try_from(year)?,
            u8::from(month).cast_signed(),
            day.cast_signed(),
        )?;
        let instant = day.to_zoned(self.zone.clone())?.timestamp();
        Ok(OffsetDateTime::from_unix_timestamp(instant.as_second())?)
    }
}

impl FromStr for TimeZone {
    type Err = InvalidTime;

    fn from_str(name: &str) -> Result<Self, InvalidTime> {
        let zone =
            tz::TimeZoneDatabase::bundled().get(name).map_err(|_| InvalidTime("a time zone"))?;
        // As IANA spells it.
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Ok(Self { name, zone })
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

as_text!(TimeZone);

/// A time of a day, to the minute: `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay {
    minutes: u16,
}

impl TimeOfDay {
    /// The time of day that a clock with this local time shows.
    pub(super) fn of(local: OffsetDateTime) -> Self {
        Self { minutes: u16::from(local.hour()) * 60 + u16::from(local.minute()) }
    }
}

impl FromStr for TimeOfDay {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let two_digits = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse::<u16>().ok()).flatten()
        };
        let parts = text.split_once(':');
        let parts =
            parts.and_then(|(hours, minutes)| Some((two_digits(hours)?, two_digits(minutes)?)));
        parts
            .filter(|(_, minutes)| *minutes < 60)
            .map(|(hours, minutes)| hours * 60 + minutes)
            .filter(|minutes| *minutes <= MINUTES_A_DAY)
            .map(|minutes| Self { minutes })
            .ok_or(InvalidTime("a time of day"))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

as_text!(TimeOfDay);

/// A day of the calendar, e.g. `2026-12-25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// The day that a calendar shows at this local time.
    pub(super) fn of(local: OffsetDateTime) -> Self {
        Self(local.date())
    }

    /// The day so many days later, or earlier.
    ///
    /// # Errors
    /// For years far from ours.
    pub fn plus(self, days: i64) -> Result<Self, Error> {
        let day = self.0.checked_add(Duration::days(days));
        day.map(Self).ok_or_else(|| Error::internal("the calendar has no such day"))
    }

    /// The year that it is in.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// How many days it is until another; negative for an earlier one.
    pub fn days_until(self, other: Self) -> i64 {
        (other.0 - self.0).whole_days()
    }
}

impl FromStr for Day {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        Date::parse(text, DAY).map(Self).map_err(|_| InvalidTime("a date"))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

as_text!(Day);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_a_clock_a_calendar_or_a_map_is_taken() {
        for bad in ["9:00", "09:0", "24:01", "12:60", "+1:00", "0900", "09:00:00", ""] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
        for bad in ["2026-02-29", "2026-13-01", "25.12.2026", "2026-1-1", ""] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
        for bad in ["Europe/Atlantis", "CEST+1", "../etc/passwd", ""] {
            assert!(bad.parse::<TimeZone>().is_err(), "{bad}");
        }
        assert_eq!("europe/berlin".parse::<TimeZone>().unwrap().to_string(), "Europe/Berlin");
        assert_eq!("24:00".parse::<TimeOfDay>().unwrap().to_string(), "24:00");
        assert_eq!("2028-02-29".parse::<Day>().unwrap().to_string(), "2028-02-29");
    }
}
