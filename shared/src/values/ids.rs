//! Twilio's identifiers: two letters that tell the kind and 32 hexadecimal digits.
//! <https://www.twilio.com/docs/glossary/what-is-a-sid>

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// The error for a text that is not a SID of the expected kind.
#[derive(Debug, Error)]
#[error("not a {0} SID")]
pub struct InvalidSid(&'static str);

/// Checks that a text is one of `prefixes` (`SM|MM` allows both) and 32 digits.
fn check(text: &str, prefixes: &'static str) -> Result<String, InvalidSid> {
    let digits = prefixes.split('|').find_map(|prefix| text.strip_prefix(prefix));
    let digits = digits.ok_or(InvalidSid(prefixes))?;
    let valid = digits.len() == 32
        && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    valid.then(|| text.to_owned()).ok_or(InvalidSid(prefixes))
}

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The SID as Twilio writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidSid;

            fn from_str(text: &str) -> Result<Self, InvalidSid> {
                check(text, $prefix).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidSid;

            fn try_from(text: String) -> Result<Self, InvalidSid> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

sid!(
    /// The SID of a Twilio account.
    AccountSid,
    "AC"
);
sid!(
    /// The SID of a call, or of one leg of a forwarded call.
    CallSid,
    "CA"
);
sid!(
    /// The SID of a recording of a call.
    RecordingSid,
    "RE"
);

sid!(
    /// The SID of a text: `SM…` without media, `MM…` with media.
    MessageSid,
    "SM|MM"
);

sid!(
    /// The SID of a file that came with a text.
    MediaSid,
    "ME"
);

sid!(
    /// The SID of a conference at Twilio. One of our conferences may have several there, one after
    /// the other.
    ConferenceSid,
    "CF"
);

/// Our id of a conference: 32 hexadecimal digits. Twilio's conference gets it as its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ConferenceId(String);

/// The error for a text that is not the id of a conference.
#[derive(Debug, Error)]
#[error("not the id of a conference")]
pub struct InvalidConferenceId;

impl ConferenceId {
    /// The 32 hexadecimal digits of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for ConferenceId {
    fn from(id: Uuid) -> Self {
        Self(id.simple().to_string())
    }
}

impl FromStr for ConferenceId {
    type Err = InvalidConferenceId;

    fn from_str(text: &str) -> Result<Self, InvalidConferenceId> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let valid = text.len() == 32 && text.bytes().all(hex);
        valid.then(|| Self(text.to_owned())).ok_or(InvalidConferenceId)
    }
}

impl TryFrom<String> for ConferenceId {
    type Error = InvalidConferenceId;

    fn try_from(text: String) -> Result<Self, InvalidConferenceId> {
        text.parse()
    }
}

impl fmt::Display for ConferenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_grammar_is_a_sid() {
        assert!("CA00000000000000000000000000000abc".parse::<CallSid>().is_ok());
        for bad in [
            "",
            "CA",
            "AC00000000000000000000000000000abc",
            "CA00000000000000000000000000000ABC",
            "CA00000000000000000000000000000abcd",
            "CA0000000000000000000000000000/../",
        ] {
            assert!(bad.parse::<CallSid>().is_err(), "{bad}");
        }
    }
}
