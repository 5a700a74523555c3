//! From what a person types to a number.

use phonenumber::country::Id;

use super::{
    emergency::is_emergency,
    plan::{NORTH_AMERICA, Plan, main_country, trunk_prefix},
};
use crate::values::PhoneNumber;

/// More than any way to write 15 digits takes.
const MAX_TYPED: usize = 64;

/// Why something typed is no number that we may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotANumber {
    /// An emergency number, however it is spelled.
    Emergency,
    /// Fewer digits than a number can have.
    TooShort,
    /// Nothing that can be dialled.
    Impossible,
}

/// Reads a number in E.164, or as it is dialled in a country.
pub(super) fn read(typed: &str, home: &str, home_code: u16) -> Result<PhoneNumber, NotANumber> {
    let (international, digits) = clean(typed).ok_or(NotANumber::Impossible)?;
    let readings = match international {
        true => readings_of_international(&digits),
        false => readings_of_national(&digits, home, home_code),
    };
    let plans = || readings.iter().filter_map(|reading| Plan::of(reading));
    if is_emergency(&digits) || plans().any(|plan| reaches_emergency(&plan)) {
        return Err(NotANumber::Emergency);
    }
    // Beginning as numbers there do tells readings apart; having the right length is enough.
    let plan = plans().find(Plan::is_plausible).or_else(|| plans().find(Plan::is_possible));
    let short = digits.len() <= 6 || plans().any(|plan| plan.national.len() <= 6);
    let otherwise = if short { NotANumber::TooShort } else { NotANumber::Impossible };
    let plan = plan.ok_or(otherwise)?;
    format!("+{}{}", plan.code, plan.national).parse().map_err(|_| NotANumber::Impossible)
}

/// Whether a number reaches an emergency service: its national part is an emergency number, or
/// begins with North America's, which no area code does.
pub(super) fn reaches_emergency(plan: &Plan<'_>) -> bool {
    is_emergency(plan.national) || (plan.code == NORTH_AMERICA && plan.national.starts_with("911"))
}

/// The digits, and whether a plus sign is before them; `None` when there is anything else but what
/// people and their programs put between digits.
fn clean(typed: &str) -> Option<(bool, String)> {
    let mut international = false;
    let mut digits = String::new();
    if typed.chars().count() > MAX_TYPED {
        return None;
    }
    for c in typed.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' | '\u{ff0b}' if digits.is_empty() && !international => international = true,
            '-' | '.' | '(' | ')' | '/' => {}
            // Hyphens, dashes, minus; zero-width characters and marks of direction, as pasted.
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' | '\u{feff}' => {}
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    (!digits.is_empty()).then_some((international, digits))
}

/// As typed, and without the digits that some put in brackets: `+44 (0)20 …`.
fn readings_of_international(digits: &str) -> Vec<String> {
    let mut readings = vec![digits.to_owned()];
    if let Some(Plan { code, national }) = Plan::of(digits)
        && let Some(prefix) = main_country(code).and_then(trunk_prefix)
        && let Some(rest) = national.strip_prefix(prefix)
    {
        readings.push(format!("{code}{rest}"));
    }
    readings
}

/// As the crate reads it, who knows prefixes to other countries and carriers; without the prefix
/// that the country dials before national numbers; and as typed.
fn readings_of_national(digits: &str, home: &str, home_code: u16) -> Vec<String> {
    let mut readings = Vec::new();
    if let Ok(read) = phonenumber::parse(home.parse::<Id>().ok(), digits) {
        readings.push(format!("{}{}", read.code().value(), read.national()));
    }
    if let Some(rest) = trunk_prefix(home).and_then(|prefix| digits.strip_prefix(prefix)) {
        readings.push(format!("{home_code}{rest}"));
    }
    readings.push(format!("{home_code}{digits}"));
    readings
}
