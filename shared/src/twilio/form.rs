//! A webhook's parameters, decoded strictly.

use std::{collections::BTreeMap, str::FromStr};

use percent_encoding::percent_decode_str;

use crate::error::{Error, bad_request, forbidden};

/// A form whose names each occur once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

/// Decodes `application/x-www-form-urlencoded` into names and values, in order, repeats included.
///
/// # Errors
/// 400 when a name or a value is not UTF-8.
pub fn decode(text: &str) -> Result<Vec<(String, String)>, Error> {
    let decode = |part: &str| {
        percent_decode_str(&part.replace('+', " "))
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| bad_request("the form is not UTF-8"))
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Whether a text can be the name of a parameter: a letter, then letters, digits, `_` and `-`.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

impl Form {
    /// Makes a form of names and values. A webhook's parameters each occur once; a repeat is
    /// refused, because the signature does not tell `Digits=1&Digits=2` from other spellings of the
    /// same text.
    ///
    /// # Errors
    /// 403 when a name is repeated, 400 for a name that is not like Twilio's: the signature has no
    /// delimiter, so a value could be moved into the name before it.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut form = BTreeMap::new();
        for (name, value) in pairs {
            if !is_name(&name) {
                return Err(bad_request("a parameter's name is not one of Twilio's"));
            }
            if form.insert(name, value).is_some() {
                return Err(forbidden("a parameter is repeated"));
            }
        }
        Ok(Self(form))
    }

    /// The value of a parameter; `None` if it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// The parsed value of a parameter that must be there and not empty.
    ///
    /// # Errors
    /// 400 that names the parameter, never its value, when it is missing or does not parse.
    pub fn parse<T: FromStr>(&self, name: &'static str) -> Result<T, Error> {
        self.parse_optional(name)?
            .ok_or_else(|| bad_request(format!("parameter {name} is missing")))
    }

    /// The parsed value of a parameter that may be absent or empty, but must parse if it is there.
    ///
    /// # Errors
    /// 400 that names the parameter, never its value, when it does not parse.
    pub fn parse_optional<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Error> {
        self.get(name)
            .map(|value| {
                value.parse().map_err(|_| bad_request(format!("parameter {name} is not valid")))
            })
            .transpose()
    }

    /// The value of a parameter whose vocabulary Twilio may add to: any word is taken.
    ///
    /// # Errors
    /// 400 that names the parameter when it is missing or empty.
    pub fn word<'f, T: From<&'f str>>(&'f self, name: &'static str) -> Result<T, Error> {
        let word = self.get(name);
        word.map(T::from).ok_or_else(|| bad_request(format!("parameter {name} is missing")))
    }

    /// The value of a parameter that is a number and only describes the event: a value that is no
    /// number counts as absent, so that the event itself is never lost for it.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.parse().ok()
    }

    /// All parameters, as names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

/// A type that a webhook's form is parsed into.
pub trait FromForm: Sized {
    /// Reads the parameters that this type needs.
    ///
    /// # Errors
    /// 400 that names the parameter which is missing or does not parse.
    fn from_form(form: &Form) -> Result<Self, Error>;
}

/// For a webhook whose parameters are not needed.
impl FromForm for () {
    fn from_form(_: &Form) -> Result<Self, Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let pairs = decode("Body=It%27s+50%25&From=%2B15005550111&Empty=&Flag").unwrap();
        let form = Form::from_pairs(pairs).unwrap();
        assert_eq!(form.get("Body"), Some("It's 50%"));
        assert_eq!(form.get("From"), Some("+15005550111"));
        assert_eq!(form.get("Empty"), None);
        assert_eq!(form.get("Flag"), None);
    }

    #[test]
    fn bad_utf8_and_repeats_are_refused() {
        assert_eq!(decode("Body=%ff%fe").unwrap_err().problem().unwrap().status, 400);
        let repeated = decode("Digits=1&Digits=2").unwrap();
        assert_eq!(Form::from_pairs(repeated).unwrap_err().problem().unwrap().status, 403);
    }

    #[test]
    fn a_value_that_was_moved_into_a_name_is_refused() {
        // Each signs the same text as `From=+15005550111` and the like.
        for spliced in ["From%2B1500=5550111", "Digits1%2B=2", "/digits?step=1", "=x", "1=x"] {
            let form = Form::from_pairs(decode(spliced).unwrap());
            assert_eq!(form.unwrap_err().problem().unwrap().status, 400, "{spliced}");
        }
        for name in ["SipHeader_X-Id", "MediaUrl0", "ApiVersion", "contact"] {
            assert!(Form::from_pairs(vec![(name.to_owned(), "x".to_owned())]).is_ok(), "{name}");
        }
    }
}
