//! What happened on some days: calls and texts by hour, waits by queue and day.
//!
//! Nothing is counted when it happens: what arrives twice or late would be counted twice or wrongly.
//! The days are read from the indexes instead, calls with all they have, texts by their keys.

use std::{collections::BTreeMap, ops::RangeInclusive};

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    Error,
    aws::table::{Index, Item, Listing, Table, order_key, time_of},
    calls::{CallFilter, CallSummary, Calls},
    company::settings::{Day, TimeZone},
    contacts::{CallOutcome, EntryDirection},
    error::invalid,
    messages::{TEXTS_IN, TEXTS_OUT},
};

/// How many days an overview has at most.
const MOST_DAYS: i64 = 31;

/// How many days it has when the request does not say.
const DAYS: i64 = 7;

/// The years that can be asked about: others overflow in another time zone.
const YEARS: RangeInclusive<i32> = 1900..=2200;

/// How many calls are read for it: what a function can read while somebody waits.
const MOST_CALLS: usize = 20_000;

/// How many items a request reads.
const PAGE: u32 = 1_000;

/// Whole days of the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: Day,
    to: Day,
}

impl Period {
    /// From one day to another, both included. Without the last, until today; without the first, a
    /// week.
    ///
    /// # Errors
    /// 422 that names what makes it longer than 31 days or turns it round.
    pub fn new(from: Option<Day>, to: Option<Day>, zone: &TimeZone) -> Result<Self, Error> {
        for (name, day) in [("from", from), ("to", to)] {
            if day.is_some_and(|day| !YEARS.contains(&day.year())) {
                return Err(invalid(name, "this is no day of ours"));
            }
        }
        let to = to.map_or_else(|| zone.day(OffsetDateTime::now_utc()), Ok)?;
        let from = from.map_or_else(|| to.plus(1 - DAYS), Ok)?;
        match from.days_until(to) {
            ..0 => Err(invalid("from", "from is after to")),
            MOST_DAYS.. => Err(invalid("from", "an overview has 31 days at most")),
            _ => Ok(Self { from, to }),
        }
    }
}

/// The calls and texts of some days.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Overview {
    /// The time zone of the office, in which days and hours are.
    #[schema(value_type = String)]
    pub time_zone: TimeZone,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: Day,
    /// The hours in which anything happened, in order.
    pub hours: Vec<Hour>,
    /// The queues that callers chose, by day and name.
    pub queues: Vec<QueueDay>,
}

/// What happened in an hour. A call belongs to the hour in which it began.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = OverviewHour)]
pub struct Hour {
    /// The beginning of the hour.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How many callers talked to a person.
    pub calls_answered: u32,
    /// How many callers wanted to, and left no message.
    pub calls_missed: u32,
    /// How many callers left a message.
    pub voicemails: u32,
    /// How many other calls came in: into conferences, under way, of blocked callers, and of those who
    /// hung up at once.
    pub calls_other: u32,
    /// How many calls we placed.
    pub calls_outbound: u32,
    /// How many texts came in.
    pub texts_in: u32,
    /// How many texts we sent to contacts.
    pub texts_out: u32,
}

/// The callers who chose a queue on a day.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = OverviewQueue)]
pub struct QueueDay {
    /// The day on which they called.
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// The queue's name.
    pub queue: String,
    /// How many callers chose it.
    pub calls: u32,
    /// How many of them talked to an agent.
    pub answered: u32,
    /// How many seconds the middle one of them waited; null while all wait.
    #[schema(required)]
    pub waited_seconds_median: Option<u32>,
    /// How many seconds the one who waited longest waited; null while all wait.
    #[schema(required)]
    pub waited_seconds_max: Option<u32>,
}

/// Reads calls and texts for overviews.
#[derive(Clone, Debug)]
pub struct Overviews {
    calls: Calls,
    table: Table,
}

impl Overviews {
    /// Overviews of what is in this table.
    pub fn new(table: Table) -> Self {
        Self { calls: Calls::new(table.clone()), table }
    }

    /// The overview of a period by the clocks of a zone.
    ///
    /// # Errors
    /// 422 when there are too many calls in it.
    pub async fn of(&self, period: &Period, zone: &TimeZone) -> Result<Overview, Error> {
        let (from, to) = (zone.midnight(period.from)?, zone.midnight(period.to.plus(1)?)?);
        let (calls, texts_in, texts_out) = tokio::try_join!(
            self.calls(from, to),
            self.texts(TEXTS_IN, from, to),
            self.texts(TEXTS_OUT, from, to),
        )?;
        let mut tally = Tally::new(zone);
        for call in &calls {
            tally.call(call)?;
        }
        for at in texts_in {
            tally.hour(at)?.texts_in += 1;
        }
        for at in texts_out {
            tally.hour(at)?.texts_out += 1;
        }
        let (hours, queues) = tally.sum();
        let Period { from, to } = *period;
        Ok(Overview { time_zone: zone.clone(), from, to, hours, queues })
    }

    async fn calls(
        &self,
        from: OffsetDateTime,
        to: OffsetDateTime,
    ) -> Result<Vec<CallSummary>, Error> {
        let within = CallFilter {
            started_after: Some(from),
            started_before: Some(to),
            ..CallFilter::default()
        };
        let mut calls = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.calls.history(&within, PAGE, cursor.as_deref()).await?;
            calls.extend(page.items);
            if calls.len() > MOST_CALLS {
                return Err(invalid(
                    "from",
                    "there are too many calls in these days: ask for fewer",
                ));
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(calls);
            }
        }
    }

    /// When the texts of a direction were sent.
    async fn texts(
        &self,
        partition: &str,
        from: OffsetDateTime,
        to: OffsetDateTime,
    ) -> Result<Vec<OffsetDateTime>, Error> {
        let mut times = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let listing = Listing {
                index: Index::Group,
                partition,
                from: Some(order_key(from, "")?),
                to: Some(order_key(to, "")?),
                newest_first: false,
                limit: PAGE,
                cursor: cursor.as_deref(),
                filter: None,
            };
            let page = self.table.list(listing).await?;
            let time = |item: &Item| time_of(Index::Group.sort_key_of(item).unwrap_or_default());
            times.extend(page.items.iter().map(time).collect::<Result<Vec<_>, _>>()?);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(times);
            }
        }
    }
}

/// Adds up what happened, by the clocks of a zone.
struct Tally<'z> {
    zone: &'z TimeZone,
    hours: BTreeMap<OffsetDateTime, Hour>,
    queues: BTreeMap<(Day, String), Waits>,
}

/// The callers who chose a queue on a day.
#[derive(Default)]
struct Waits {
    calls: u32,
    answered: u32,
    seconds: Vec<u32>,
}

impl<'z> Tally<'z> {
    fn new(zone: &'z TimeZone) -> Self {
        Self { zone, hours: BTreeMap::new(), queues: BTreeMap::new() }
    }

    fn hour(&mut self, at: OffsetDateTime) -> Result<&mut Hour, Error> {
        let at = self.zone.local(at)?.truncate_to_hour();
        Ok(self.hours.entry(at).or_insert(Hour {
            at,
            calls_answered: 0,
            calls_missed: 0,
            voicemails: 0,
            calls_other: 0,
            calls_outbound: 0,
            texts_in: 0,
            texts_out: 0,
        }))
    }

    fn call(&mut self, call: &CallSummary) -> Result<(), Error> {
        let hour = self.hour(call.started_at)?;
        *match (call.direction, call.outcome) {
            (EntryDirection::Outbound, _) => &mut hour.calls_outbound,
            (_, Some(CallOutcome::Answered)) => &mut hour.calls_answered,
            (_, Some(CallOutcome::Voicemail)) => &mut hour.voicemails,
            (_, Some(CallOutcome::Missed)) => &mut hour.calls_missed,
            _ => &mut hour.calls_other,
        } += 1;
        if let Some(queue) = &call.queue {
            let day = self.zone.day(call.started_at)?;
            let waits = self.queues.entry((day, queue.clone())).or_default();
            waits.calls += 1;
            waits.answered += u32::from(call.outcome == Some(CallOutcome::Answered));
            waits.seconds.extend(call.waited_seconds);
        }
        Ok(())
    }

    fn sum(self) -> (Vec<Hour>, Vec<QueueDay>) {
        let queues = self.queues.into_iter().map(|((day, queue), mut waits)| {
            waits.seconds.sort_unstable();
            QueueDay {
                day,
                queue,
                calls: waits.calls,
                answered: waits.answered,
                waited_seconds_median: waits.seconds.get(waits.seconds.len() / 2).copied(),
                waited_seconds_max: waits.seconds.last().copied(),
            }
        });
        (self.hours.into_values().collect(), queues.collect())
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    #[test]
    fn an_hour_that_the_clocks_show_twice_is_two() {
        let zone: TimeZone = "Europe/Berlin".parse().unwrap();
        let mut tally = Tally::new(&zone);
        for at in [
            datetime!(2026-10-25 00:30 UTC),
            datetime!(2026-10-25 01:30 UTC),
            datetime!(2026-10-25 01:59 UTC),
        ] {
            tally.hour(at).unwrap().texts_in += 1;
        }
        let (hours, _) = tally.sum();
        let hours: Vec<_> = hours.iter().map(|hour| (hour.at, hour.texts_in)).collect();
        let first = datetime!(2026-10-25 02:00 +02:00);
        assert_eq!(hours, [(first, 1), (first + Duration::HOUR, 2)]);
        // That day has 25 hours, and the one in March 23.
        for (day, hours) in [("2026-10-25", 25), ("2026-03-29", 23), ("2026-11-01", 24)] {
            let day: Day = day.parse().unwrap();
            let next = zone.midnight(day.plus(1).unwrap()).unwrap();
            assert_eq!((next - zone.midnight(day).unwrap()).whole_hours(), hours, "{day}");
        }
    }

    #[test]
    fn a_period_is_a_week_unless_it_is_said_and_a_month_at_most() {
        let zone: TimeZone = "UTC".parse().unwrap();
        let day = |text: &str| Some(text.parse::<Day>().unwrap());
        let week = Period::new(None, day("2026-11-28"), &zone).unwrap();
        assert_eq!(
            week,
            Period { from: day("2026-11-22").unwrap(), to: day("2026-11-28").unwrap() }
        );
        for (from, to, is_one) in [
            ("2026-10-01", "2026-10-31", true),
            ("2026-10-01", "2026-11-01", false),
            ("2026-10-02", "2026-10-01", false),
        ] {
            assert_eq!(Period::new(day(from), day(to), &zone).is_ok(), is_one, "{from} {to}");
        }
        assert!(Period::new(None, day("9999-12-31"), &zone).is_err());
    }
}
