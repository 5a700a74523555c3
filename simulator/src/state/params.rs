//! The parameters of a webhook, whatever it is about.

use std::collections::BTreeMap;

use crate::number;

/// The parameters of a webhook: each name once, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(pub(crate) BTreeMap<String, String>);

impl Params {
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets where a number is, as `FromCity` and so on.
    pub(crate) fn set_place(&mut self, prefix: &str, number: &str) {
        let place = number::place(number);
        for (name, value) in [
            ("City", place.city),
            ("State", place.state),
            ("Zip", place.zip),
            ("Country", place.country),
        ] {
            self.set(format!("{prefix}{name}"), value);
        }
    }

    pub(crate) fn extend(&mut self, other: Params) {
        self.0.extend(other.0);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
