//! The addresses that contacts are found by.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::PhoneNumber;

/// The longest address, in bytes: as much as a SIP address may be expected to have.
const MAX_ADDRESS: usize = 255;

/// What a contact calls or texts from: a phone number, a short code, the name that a company sends
/// its texts under, or a SIP address. Any text of one line is taken, because every caller and
/// sender has to be found again.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(String);

/// The error for a text that is no address.
#[derive(Debug, Error)]
#[error("not an address")]
pub struct InvalidAddress;

impl Address {
    /// The address as Twilio writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the address is a phone number or a short code, such as a person types.
    pub fn is_number(&self) -> bool {
        self.0.parse::<PhoneNumber>().is_ok() || is_short_code(&self.0)
    }
}

/// Whether a text is a short code: 3 to 6 digits.
pub(super) fn is_short_code(text: &str) -> bool {
    (3..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let text = text.trim();
        let is_clean = !text.chars().any(char::is_control);
        // Another value may have been moved to the end of a number.
        let is_whole = !text.starts_with('+') || text.parse::<PhoneNumber>().is_ok();
        let valid = (1..=MAX_ADDRESS).contains(&text.len()) && is_clean && is_whole;
        valid.then(|| Self(text.to_owned())).ok_or(InvalidAddress)
    }
}

impl TryFrom<String> for Address {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        text.parse()
    }
}

impl From<&PhoneNumber> for Address {
    fn from(number: &PhoneNumber) -> Self {
        Self(number.as_str().to_owned())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Masked, because `Debug` ends up in logs: only the last two characters are shown.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.0.char_indices().rev().nth(1).map_or(0, |(start, _)| start);
        write!(f, "***{}", &self.0[start..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_can_call_or_text_has_an_address() {
        for good in ["+15005550111", "72345", "SUPPORT", "Unknown", "sip:ada@example.com", "Ü"] {
            assert_eq!(good.parse::<Address>().unwrap().as_str(), good);
        }
        for bad in ["", " ", "a\nb", &"5".repeat(256), "+15005550111FromCityOslo", "+1", "+"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
        assert!("+15005550111".parse::<Address>().unwrap().is_number());
        assert!(!"5005550111".parse::<Address>().unwrap().is_number());
        assert_eq!(format!("{:?}", "+15005550111".parse::<Address>().unwrap()), "***11");
    }
}
