//! The opening hours of the office.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, Weekday};
use utoipa::ToSchema;

use super::clock::{Day, TimeOfDay, TimeZone};
use crate::{Error, error::invalid};

/// The most opening hours that a day has: more than any office needs.
const MAX_HOURS_A_DAY: usize = 10;

/// A part of a day on which the office is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first minute at which the office is open, e.g. `09:00`.
    #[schema(value_type = String, pattern = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", example = "09:00")]
    pub from: TimeOfDay,
    /// The minute at which it closes, later than `from`; `24:00` is midnight. Hours over midnight
    /// are given in two parts: until `24:00`, and from `00:00` on the next day.
    #[schema(value_type = String, pattern = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", example = "17:00")]
    pub to: TimeOfDay,
}

/// When the office is open on an ordinary day of each weekday, on the clocks of its time zone. A
/// day without hours is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OpeningHours {
    /// The opening hours of Mondays, up to ten.
    pub monday: Vec<Hours>,
    /// The opening hours of Tuesdays, up to ten.
    pub tuesday: Vec<Hours>,
    /// The opening hours of Wednesdays, up to ten.
    pub wednesday: Vec<Hours>,
    /// The opening hours of Thursdays, up to ten.
    pub thursday: Vec<Hours>,
    /// The opening hours of Fridays, up to ten.
    pub friday: Vec<Hours>,
    /// The opening hours of Saturdays, up to ten.
    pub saturday: Vec<Hours>,
    /// The opening hours of Sundays, up to ten.
    pub sunday: Vec<Hours>,
}

impl OpeningHours {
    fn of(&self, day: Weekday) -> &[Hours] {
        match day {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }

    /// Checks the hours of each weekday.
    ///
    /// # Errors
    /// 422 that names `field`, for hours that end before they begin, or too many of them.
    pub(super) fn check(&self, field: &'static str) -> Result<(), Error> {
        let mut day = Weekday::Monday;
        for _ in 0..7 {
            let hours = self.of(day);
            if hours.len() > MAX_HOURS_A_DAY {
                return Err(invalid(field, "a day has up to 10 opening hours"));
            }
            if hours.iter().any(|hours| hours.to <= hours.from) {
                return Err(invalid(field, "opening hours end later than they begin"));
            }
            day = day.next();
        }
        Ok(())
    }
}

/// Whether the office is open at an instant. Without opening hours it is always open, except on
/// holidays.
pub(super) fn is_open(
    hours: Option<&OpeningHours>,
    holidays: &[Day],
    time_zone: &TimeZone,
    at: OffsetDateTime,
) -> bool {
    // Only a year that no call is of has no local time.
    let Ok(local) = time_zone.local(at) else { return true };
    let minute = TimeOfDay::of(local);
    !holidays.contains(&Day::of(local))
        && hours.is_none_or(|hours| {
            hours.of(local.weekday()).iter().any(|hours| hours.from <= minute && minute < hours.to)
        })
}

#[cfg(test)]
mod tests {
    use time::{format_description::well_known::Rfc3339, macros::datetime};

    use super::*;

    fn office(json: &str) -> OpeningHours {
        serde_json::from_str(json).unwrap()
    }

    fn nine_to_five() -> OpeningHours {
        office(
            r#"{"monday": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "17:00"}]}"#,
        )
    }

    #[track_caller]
    fn assert_open(hours: &OpeningHours, zone: &str, times: &[(&str, bool)]) {
        let zone = zone.parse().unwrap();
        for (at, open) in times {
            let instant = OffsetDateTime::parse(at, &Rfc3339).unwrap();
            assert_eq!(is_open(Some(hours), &[], &zone, instant), *open, "{at}");
        }
    }

    #[test]
    fn hours_are_those_of_the_offices_clocks() {
        // A Monday, in winter: Berlin is an hour ahead, New York five behind.
        let times = [
            ("2026-11-23T07:59:59Z", false),
            ("2026-11-23T08:00:00Z", true),
            ("2026-11-23T10:59:59Z", true),
            ("2026-11-23T11:30:00Z", false),
            ("2026-11-23T15:59:59Z", true),
            ("2026-11-23T16:00:00Z", false),
            ("2026-11-24T09:00:00Z", false),
        ];
        assert_open(&nine_to_five(), "Europe/Berlin", &times);
        let times = [("2026-11-23T13:59:59Z", false), ("2026-11-23T14:00:00Z", true)];
        assert_open(&nine_to_five(), "America/New_York", &times);
    }

    #[test]
    fn the_day_is_that_of_the_office_too() {
        // Sunday evening in UTC is Monday morning in Auckland.
        assert_open(&nine_to_five(), "Pacific/Auckland", &[("2026-11-22T20:30:00Z", true)]);
        assert_open(&nine_to_five(), "UTC", &[("2026-11-22T20:30:00Z", false)]);
    }

    #[test]
    fn hours_follow_summer_time() {
        let times = [
            // Mondays before and after the clocks go forward on 29 March, and back on 25 October.
            ("2026-03-23T07:30:00Z", false),
            ("2026-03-30T07:30:00Z", true),
            ("2026-10-19T07:30:00Z", true),
            ("2026-10-26T07:30:00Z", false),
        ];
        assert_open(&nine_to_five(), "Europe/Berlin", &times);
    }

    #[test]
    fn an_hour_that_is_skipped_or_comes_twice() {
        let night = office(r#"{"sunday": [{"from": "02:00", "to": "03:00"}]}"#);
        // 02:00 to 03:00 is not on the clocks of 29 March, and is twice on those of 25 October.
        let times = [
            ("2026-03-29T00:59:00Z", false),
            ("2026-03-29T01:00:00Z", false),
            ("2026-10-24T23:59:00Z", false),
            ("2026-10-25T00:00:00Z", true),
            ("2026-10-25T01:59:00Z", true),
            ("2026-10-25T02:00:00Z", false),
        ];
        assert_open(&night, "Europe/Berlin", &times);
    }

    #[test]
    fn rules_go_on_behind_the_last_known_change() {
        assert_open(&nine_to_five(), "Europe/Berlin", &[("2045-07-03T07:30:00Z", true)]);
    }

    #[test]
    fn midnight_is_the_end_of_a_day_or_its_start() {
        let night = office(
            r#"{"friday": [{"from": "22:00", "to": "24:00"}],
                "saturday": [{"from": "00:00", "to": "02:00"}]}"#,
        );
        let times = [
            ("2026-11-20T21:59:00Z", false),
            ("2026-11-20T23:59:59Z", true),
            ("2026-11-21T00:00:00Z", true),
            ("2026-11-21T02:00:00Z", false),
        ];
        assert_open(&night, "UTC", &times);
    }

    #[test]
    fn holidays_are_whole_days_of_the_office() {
        let zone = "America/Los_Angeles".parse().unwrap();
        let christmas = ["2026-12-25".parse().unwrap()];
        for hours in [None, Some(&office(r#"{"friday": [{"from": "00:00", "to": "24:00"}]}"#))] {
            let open = |at| is_open(hours, &christmas, &zone, at);
            assert!(!open(datetime!(2026-12-25 08:00 UTC)));
            assert!(!open(datetime!(2026-12-26 07:59 UTC)));
        }
        assert!(is_open(None, &christmas, &zone, datetime!(2026-12-25 07:59 UTC)));
        assert!(is_open(None, &christmas, &zone, datetime!(2026-12-26 08:00 UTC)));
    }

    #[test]
    fn hours_end_later_than_they_begin() {
        let backwards = office(r#"{"sunday": [{"from": "17:00", "to": "09:00"}]}"#);
        assert!(backwards.check("opening_hours").is_err());
    }
}
