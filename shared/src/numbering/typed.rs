//! Reads a phone number as a person types it.

use rlibphonenumber::Region;

use super::{
    emergency::is_emergency,
    plan::{NORTH_AMERICA, Plan},
};
use crate::values::PhoneNumber;

/// The longest input that is read, in characters: more than any way to write 15 digits takes.
const MAX_TYPED: usize = 64;

/// Why what a person typed is no number that we may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotANumber {
    /// An emergency number, however it is spelled.
    Emergency,
    /// Fewer digits than a number can have.
    TooShort,
    /// A text that is not a number of any country.
    Impossible,
}

/// Reads a number in E.164, or as it is dialled in a country.
pub(super) fn read(typed: &str, home: Region) -> Result<PhoneNumber, NotANumber> {
    let (international, digits) = clean(typed).ok_or(NotANumber::Impossible)?;
    let typed = if international { format!("+{digits}") } else { digits.clone() };
    let plan = Plan::read(&typed, home);
    if is_emergency(&digits) || plan.as_ref().is_some_and(reaches_emergency) {
        return Err(NotANumber::Emergency);
    }
    let national = plan.as_ref().map_or_else(|| digits.clone(), Plan::national);
    let otherwise = match digits.len().min(national.len()) {
        ..=6 => NotANumber::TooShort,
        _ => NotANumber::Impossible,
    };
    let plan = plan.filter(Plan::is_possible).ok_or(otherwise)?;
    format!("+{}{national}", plan.code()).parse().map_err(|_| NotANumber::Impossible)
}

/// Whether a number reaches an emergency service: its national part is an emergency number, or
/// begins with North America's, with or without the digit that is dialled before, which no area
/// code does.
pub(super) fn reaches_emergency(plan: &Plan) -> bool {
    let national = plan.national();
    is_emergency(&national)
        || (plan.code() == NORTH_AMERICA && national.trim_start_matches('1').starts_with("911"))
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
