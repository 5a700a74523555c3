//! The codes with which callers get into a conference.

use std::{collections::HashSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Error;

/// A code of 4 to 8 digits, with which a caller gets into a conference.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct AccessCode(String);

/// The error for a text that does not have the form of a code.
#[derive(Debug, Error)]
#[error("not a code of 4 to 8 digits")]
pub struct InvalidCode;

impl AccessCode {
    /// Draws a code of so many digits; each code is as likely as any other.
    pub fn draw(digits: u8) -> Result<Self, Error> {
        Ok(Self::numbered(draw_below(10u32.pow(digits.into()))?, digits))
    }

    /// Draws a code of so many digits that is not taken; each of the others is as likely. `None`
    /// when all are taken.
    pub(super) fn draw_beside(digits: u8, taken: &HashSet<&str>) -> Result<Option<Self>, Error> {
        let free: Vec<_> = (0..10u32.pow(digits.into()))
            .filter(|number| !taken.contains(Self::numbered(*number, digits).as_str()))
            .collect();
        if free.is_empty() {
            return Ok(None);
        }
        // Codes have at most 8 digits.
        let position = draw_below(free.len() as u32)?;
        Ok(Some(Self::numbered(free[position as usize], digits)))
    }

    fn numbered(number: u32, digits: u8) -> Self {
        Self(format!("{number:0width$}", width = digits.into()))
    }

    /// The digits of the code, with leading zeros.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many digits the code has, 4 to 8.
    pub fn digits(&self) -> u8 {
        // 4 to 8.
        self.0.len() as u8
    }
}

/// Draws a number from 0 to `limit` - 1 from the operating system's random generator.
fn draw_below(limit: u32) -> Result<u32, Error> {
    // What is over the last whole multiple would make small numbers likelier.
    let fair = u32::MAX - u32::MAX % limit;
    loop {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(|_| Error::internal("there is no randomness"))?;
        let drawn = u32::from_ne_bytes(bytes);
        if drawn < fair {
            return Ok(drawn % limit);
        }
    }
}

impl FromStr for AccessCode {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let valid = (4..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        valid.then(|| Self(text.to_owned())).ok_or(InvalidCode)
    }
}

impl TryFrom<String> for AccessCode {
    type Error = InvalidCode;

    fn try_from(text: String) -> Result<Self, InvalidCode> {
        text.parse()
    }
}

/// Hides the digits, because `Debug` output ends up in logs.
impl fmt::Debug for AccessCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&"*".repeat(self.0.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_drawn_from_all_there_are() {
        for digits in 4..=8 {
            let codes: Vec<_> = (0..200).map(|_| AccessCode::draw(digits).unwrap()).collect();
            assert!(codes.iter().all(|code| code.digits() == digits));
            let (first, last) = ("3", "7");
            assert!(codes.iter().any(|code| code.as_str() < first), "none is small");
            assert!(codes.iter().any(|code| code.as_str() > last), "none is large");
            let different: HashSet<_> = codes.iter().map(AccessCode::as_str).collect();
            assert!(different.len() > 150);
        }
    }

    #[test]
    fn the_last_free_code_is_found() {
        let all: Vec<_> = (0..10_000).map(|number| format!("{number:04}")).collect();
        let mut taken: HashSet<_> = all.iter().map(String::as_str).collect();
        assert!(AccessCode::draw_beside(4, &taken).unwrap().is_none());
        taken.remove("0042");
        assert_eq!(AccessCode::draw_beside(4, &taken).unwrap().unwrap().as_str(), "0042");
    }

    #[test]
    fn only_digits_are_a_code_and_no_log_shows_them() {
        for bad in ["", "123", "123456789", "12a4", "12*4", " 1234", "１２３４"] {
            assert!(bad.parse::<AccessCode>().is_err(), "{bad}");
        }
        assert_eq!(format!("{:?}", "0042".parse::<AccessCode>().unwrap()), "****");
    }
}
