//! Text that people type: names, subjects, notes.

use std::fmt;

use serde::Serialize;

use crate::{Error, error::invalid};

/// A line of text that a person typed, of 1 to `MAX` characters: without space around it, and
/// without characters that are no text or turn the direction of what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(String);

/// Text of several lines that a person typed; otherwise as [`Line`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Lines<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    /// Reads the value of `field`.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn parse(field: &str, typed: &str) -> Result<Self, Error> {
        checked(field, typed, MAX, |_| false).map(Self)
    }

    /// The text as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Lines<MAX> {
    /// Reads the value of `field`.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn parse(field: &str, typed: &str) -> Result<Self, Error> {
        checked(field, typed, MAX, |c| matches!(c, '\n' | '\r' | '\t')).map(Self)
    }

    /// The text as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> From<Line<MAX>> for String {
    fn from(line: Line<MAX>) -> Self {
        line.0
    }
}

impl<const MAX: usize> From<Lines<MAX>> for String {
    fn from(lines: Lines<MAX>) -> Self {
        lines.0
    }
}

fn checked(
    field: &str,
    typed: &str,
    most: usize,
    is_layout: impl Fn(char) -> bool,
) -> Result<String, Error> {
    let text = typed.trim();
    if !(1..=most).contains(&text.chars().count()) {
        return Err(invalid(
            field,
            format!("{field} must have 1 to {most} characters that are not all spaces"),
        ));
    }
    if text.chars().any(|c| (c.is_control() && !is_layout(c)) || turns_direction(c)) {
        return Err(invalid(field, format!("{field} must not hold control characters")));
    }
    Ok(text.to_owned())
}

/// Whether a character overrides the direction in which what follows is shown, which can make a
/// text look like another. <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_says_something() {
        let line = |typed: &str| Line::<10>::parse("name", typed).map(String::from).ok();
        assert_eq!(line(" Ada \u{a0}"), Some("Ada".into()));
        assert_eq!(line("Ünïcödé 👍"), Some("Ünïcödé 👍".into()));
        for refused in ["", "  ", "\u{3000}\t\n", "a\nb", "a\0", "\u{202e}evil", "12345678901"] {
            assert_eq!(line(refused), None, "{refused:?}");
        }
        assert_eq!(line("  1234567890  "), Some("1234567890".into()));
    }

    #[test]
    fn lines_may_be_several() {
        let lines = |typed: &str| Lines::<20>::parse("body", typed).map(String::from).ok();
        assert_eq!(lines("one\n\ttwo\r\n"), Some("one\n\ttwo".into()));
        assert_eq!(lines(" \n "), None);
        assert_eq!(lines("a\u{7}"), None);
        assert_eq!(lines("\u{2066}x"), None);
    }

    #[test]
    fn a_refusal_names_the_field() {
        let error = Line::<10>::parse("subject", " ").unwrap_err();
        let problem = error.problem().unwrap();
        assert_eq!((problem.status, problem.field.as_deref()), (422, Some("subject")));
    }
}
