//! A webhook's parameters, decoded strictly.

use std::{collections::BTreeMap, str::FromStr};

use percent_encoding::percent_decode_str;

use crate::error::{Error, bad_request, forbidden};

/// Parameters of which each name occurs once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

/// Decodes `application/x-www-form-urlencoded`, in order, repeats included.
///
/// Errors: 400 when a name or a value is not UTF-8.
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

impl Form {
    /// Every parameter that a voice webhook has is single-valued. A repeat is refused, because the
    /// signature does not tell `Digits=1&Digits=2` from other spellings of the same text.
    ///
    /// Errors: 403 when a name is repeated, 400 when one is empty.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut form = BTreeMap::new();
        for (name, value) in pairs {
            if name.is_empty() {
                return Err(bad_request("a parameter has no name"));
            }
            if form.insert(name, value).is_some() {
                return Err(forbidden("a parameter is repeated"));
            }
        }
        Ok(Self(form))
    }

    /// A value that is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A value that must be there and be of its kind.
    ///
    /// Errors: 400 that names the parameter, never its value.
    pub fn parse<T: FromStr>(&self, name: &'static str) -> Result<T, Error> {
        self.parse_optional(name)?
            .ok_or_else(|| bad_request(format!("parameter {name} is missing")))
    }

    /// A value that may be absent or empty, but if it is there must be of its kind.
    ///
    /// Errors: as [`Form::parse`].
    pub fn parse_optional<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Error> {
        self.get(name)
            .map(|value| {
                value.parse().map_err(|_| bad_request(format!("parameter {name} is not valid")))
            })
            .transpose()
    }

    /// A word of a vocabulary that Twilio may add to: any that is there is taken.
    ///
    /// # Errors
    /// 400 that names the parameter when it is missing or empty.
    pub fn word<'f, T: From<&'f str>>(&'f self, name: &'static str) -> Result<T, Error> {
        let word = self.get(name);
        word.map(T::from).ok_or_else(|| bad_request(format!("parameter {name} is missing")))
    }

    /// A number that tells more of what happened but decides nothing: what is no number is absent,
    /// so that the event itself is never lost for it.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.parse().ok()
    }

    /// All of it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

/// What a webhook's form is parsed into.
pub trait FromForm: Sized {
    /// Errors: 400 that names the parameter which is missing or not of its kind.
    fn from_form(form: &Form) -> Result<Self, Error>;
}

/// Of a webhook that needs to tell nothing.
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
}
