//! The conditions of a "Split Based On" widget.
//! <https://www.twilio.com/docs/studio/widget-library/split-based-on>

use regex::Regex;
use serde::Deserialize;
use time::{Date, Time, macros::format_description};

/// A condition: whether one of several texts compares with a value in a certain way.
#[derive(Debug, Deserialize)]
pub(super) struct Condition {
    #[serde(rename = "type")]
    kind: Comparison,
    /// The templates of the texts that are compared; the condition holds if one of them fulfils it.
    arguments: Vec<String>,
    #[serde(default)]
    value: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Comparison {
    EqualTo,
    NotEqualTo,
    MatchesAnyOf,
    DoesNotMatchAnyOf,
    IsBlank,
    IsNotBlank,
    Regex,
    Contains,
    DoesNotContain,
    StartsWith,
    DoesNotStartWith,
    LessThan,
    GreaterThan,
    IsBeforeTime,
    IsAfterTime,
    IsBeforeDate,
    IsAfterDate,
}

impl Condition {
    /// The templates in the condition.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().chain([&self.value]).map(String::as_str)
    }

    /// Whether the condition holds. `render` renders its templates with a call's variables.
    pub fn holds(&self, render: impl Fn(&str) -> String) -> bool {
        let value = render(&self.value);
        self.arguments
            .iter()
            .any(|argument| compare(self.kind, render(argument).trim(), value.trim()))
    }
}

/// Compares two rendered texts as Studio does: upper and lower case are the same, except to a
/// regular expression.
fn compare(kind: Comparison, argument: &str, value: &str) -> bool {
    let (a, v) = (argument.to_lowercase(), value.to_lowercase());
    let listed = || v.split(',').any(|choice| choice.trim() == a);
    match kind {
        Comparison::EqualTo => a == v,
        Comparison::NotEqualTo => a != v,
        Comparison::MatchesAnyOf => listed(),
        Comparison::DoesNotMatchAnyOf => !listed(),
        Comparison::IsBlank => a.is_empty(),
        Comparison::IsNotBlank => !a.is_empty(),
        Comparison::Regex => {
            Regex::new(&format!("^(?:{value})$")).is_ok_and(|regex| regex.is_match(argument))
        }
        Comparison::Contains => a.contains(&v),
        Comparison::DoesNotContain => !a.contains(&v),
        Comparison::StartsWith => a.starts_with(&v),
        Comparison::DoesNotStartWith => !a.starts_with(&v),
        Comparison::LessThan => both(&a, &v, |t| t.parse::<f64>().ok()).is_some_and(|(a, v)| a < v),
        Comparison::GreaterThan => {
            both(&a, &v, |t| t.parse::<f64>().ok()).is_some_and(|(a, v)| a > v)
        }
        Comparison::IsBeforeTime => both(&a, &v, time_of_day).is_some_and(|(a, v)| a < v),
        Comparison::IsAfterTime => both(&a, &v, time_of_day).is_some_and(|(a, v)| a > v),
        Comparison::IsBeforeDate => both(&a, &v, date).is_some_and(|(a, v)| a < v),
        Comparison::IsAfterDate => both(&a, &v, date).is_some_and(|(a, v)| a > v),
    }
}

fn both<T>(argument: &str, value: &str, parse: fn(&str) -> Option<T>) -> Option<(T, T)> {
    Some((parse(argument)?, parse(value)?))
}

fn time_of_day(text: &str) -> Option<Time> {
    Time::parse(text, format_description!("[hour]:[minute]:[second]"))
        .or_else(|_| Time::parse(text, format_description!("[hour]:[minute]")))
        .or_else(|_| {
            let format =
                format_description!("[hour repr:12 padding:none]:[minute] [period case:lower]");
            Time::parse(text, format)
        })
        .ok()
}

fn date(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn studios_comparisons() {
        use Comparison::*;
        for (kind, argument, value, expected) in [
            (EqualTo, "Yes", "yes", true),
            (EqualTo, "1", "2", false),
            (NotEqualTo, "1", "2", true),
            (MatchesAnyOf, "2", "1, 2,3", true),
            (MatchesAnyOf, "", "1,2", false),
            (DoesNotMatchAnyOf, "4", "1,2", true),
            (IsBlank, "", "", true),
            (IsNotBlank, "x", "", true),
            (Regex, "1234", "[0-9]{4}", true),
            (Regex, "12345", "[0-9]{4}", false),
            (Regex, "1", "[", false),
            (Contains, "call me please", "CALL", true),
            (DoesNotContain, "hello", "call", true),
            (StartsWith, "+1500", "+1", true),
            (DoesNotStartWith, "+49", "+1", true),
            (LessThan, "2", "10", true),
            (GreaterThan, "3", "2", true),
            (GreaterThan, "three", "2", false),
            (IsBeforeTime, "08:59", "09:00", true),
            (IsAfterTime, "17:30:00", "5:00 pm", true),
            (IsBeforeDate, "2026-01-01", "2026-12-24", true),
            (IsAfterDate, "2026-12-25", "2026-12-24", true),
        ] {
            assert_eq!(compare(kind, argument, value), expected, "{kind:?} {argument} {value}");
        }
    }
}
