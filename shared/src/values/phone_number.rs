//! Phone numbers and the other parties that a call can come from.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::address::{Address, is_short_code};

/// A phone number in E.164, e.g. `+15005550100`. Only its grammar is checked.
/// <https://www.twilio.com/docs/glossary/what-e164>
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct PhoneNumber(String);

/// The error for a text that is not an E.164 number.
#[derive(Debug, Error)]
#[error("not a phone number in E.164")]
pub struct InvalidPhoneNumber;

impl PhoneNumber {
    /// The number with its plus sign.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PhoneNumber {
    type Err = InvalidPhoneNumber;

    fn from_str(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let digits = text.strip_prefix('+').ok_or(InvalidPhoneNumber)?;
        let valid = (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        valid.then(|| Self(text.to_owned())).ok_or(InvalidPhoneNumber)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidPhoneNumber;

    fn try_from(text: String) -> Result<Self, InvalidPhoneNumber> {
        text.parse()
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Masked, because `Debug` ends up in logs: only the last two digits are shown.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+***{}", &self.0[self.0.len() - 2..])
    }
}

/// The party at one end of a call or a text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Party {
    /// An ordinary phone, by its number in E.164.
    Number(PhoneNumber),
    /// A caller who withheld their number. Two anonymous calls are never taken to be from one
    /// caller.
    Anonymous,
    /// A short code of 3 to 6 digits.
    ShortCode(String),
    /// A SIP address, a Twilio client, or whatever else Twilio names.
    Other(String),
}

/// What Twilio sends in place of a number that the caller withheld.
/// <https://help.twilio.com/articles/223179988>
const WITHHELD: [&str; 11] = [
    "anonymous",
    "restricted",
    "unavailable",
    "unknown",
    "blocked",
    "private",
    "266696687",   // ANONYMOUS on a keypad
    "7378742833",  // RESTRICTED
    "8656696",     // UNKNOWN
    "86282452253", // UNAVAILABLE
    "2562533",     // BLOCKED
];

impl Party {
    /// The party's phone number; `None` unless the party is a [`Party::Number`].
    pub fn number(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The address that a contact of this party is found by; `None` for a caller who withheld their
    /// number.
    pub fn address(&self) -> Option<Address> {
        match self {
            Self::Anonymous => None,
            party => party.to_string().parse().ok(),
        }
    }
}

/// The error for a text that names no party of a call or a text.
#[derive(Debug, Error)]
#[error("not a party of a call or a text")]
pub struct InvalidParty;

impl From<&str> for Party {
    fn from(text: &str) -> Self {
        let text = text.trim();
        let bare = text.trim_start_matches('+').to_ascii_lowercase();
        if bare.is_empty() || WITHHELD.contains(&bare.as_str()) {
            return Self::Anonymous;
        }
        if let Ok(number) = text.parse() {
            return Self::Number(number);
        }
        if is_short_code(text) {
            return Self::ShortCode(text.to_owned());
        }
        Self::Other(text.to_owned())
    }
}

impl FromStr for Party {
    type Err = InvalidParty;

    fn from_str(text: &str) -> Result<Self, InvalidParty> {
        match Self::from(text) {
            Self::Anonymous => Ok(Self::Anonymous),
            party => party.address().map(|_| party.clone()).ok_or(InvalidParty),
        }
    }
}

impl From<String> for Party {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Party> for String {
    fn from(party: Party) -> Self {
        party.to_string()
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Anonymous => f.write_str("anonymous"),
            Self::ShortCode(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

/// Masked like [`PhoneNumber`], because `Debug` ends up in logs.
impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Anonymous => f.write_str("anonymous"),
            Self::ShortCode(_) => f.write_str("short code"),
            Self::Other(_) => f.write_str("other"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_a_plus_and_up_to_15_digits() {
        for good in ["+15005550100", "+4930123456", "+15556667777"] {
            assert_eq!(good.parse::<PhoneNumber>().unwrap().as_str(), good);
        }
        for bad in ["", "+", "15005550100", "+0123", "+1234567890123456", "+1 500", "+१२३"] {
            assert!(bad.parse::<PhoneNumber>().is_err(), "{bad}");
        }
    }

    #[test]
    fn withheld_numbers_are_anonymous_not_numbers() {
        for text in ["anonymous", "+266696687", "restricted", "", "Anonymous", "+7378742833"] {
            assert_eq!(Party::from(text), Party::Anonymous, "{text}");
        }
        assert_eq!(Party::from("72345"), Party::ShortCode("72345".into()));
        assert_eq!(
            Party::from("sip:alice@example.com"),
            Party::Other("sip:alice@example.com".into())
        );
    }

    #[test]
    fn debug_shows_two_digits() {
        let party = Party::from("+15005550111");
        assert_eq!(format!("{party:?}"), "+***11");
    }
}
