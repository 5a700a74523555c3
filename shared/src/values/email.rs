//! E-mail addresses that people sign in with.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// The longest username that Cognito takes, in characters.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html>
const MAX_LENGTH: usize = 128;

/// An e-mail address, in lower case, as Cognito compares them. Only its form is checked; whether
/// somebody reads mail there, only a mail tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// The error for a text that does not have the form of an e-mail address.
#[derive(Debug, Error)]
#[error("not an e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// The address as text, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let (user, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let valid = text.len() <= MAX_LENGTH
            && !user.is_empty()
            && user.bytes().all(|b| b.is_ascii_graphic() && !b"@,;:<>()[]\\\"".contains(&b))
            && domain.split('.').count() > 1
            && domain.split('.').all(|label| {
                !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            });
        valid.then(|| Self(text.to_ascii_lowercase())).ok_or(InvalidEmail)
    }
}

/// Hides the address, because `Debug` output ends up in logs.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an e-mail address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_receive_mail_is_an_address() {
        for good in ["ada@example.com", "a.b+c@mail.example.co.uk", "o'brien@x-y.org"] {
            assert_eq!(good.parse::<Email>().unwrap().as_str(), good);
        }
        assert_eq!("Ada@Example.COM".parse::<Email>().unwrap().as_str(), "ada@example.com");
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "ada@.com",
            "a da@example.com",
            "a@b@example.com",
            "<ada@example.com>",
            "ada@example.com\n",
            "ädä@example.com",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
        assert!(format!("{}@example.com", "a".repeat(120)).parse::<Email>().is_err());
    }
}
