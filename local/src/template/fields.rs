//! One map of a template, whose reader has to account for every key: what it does not ask for is
//! an error, so that nothing of a template is ever skipped unnoticed.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};

/// The keys of a map that nobody has asked for yet.
#[derive(Default)]
pub(super) struct Fields {
    /// Where the map is, for errors: `Resources.IvrEntry (AWS::Serverless::Function)`.
    place: String,
    map: Map<String, Value>,
}

impl Fields {
    /// The keys of `value`; null is an empty map.
    ///
    /// # Errors
    /// Any other value.
    pub(super) fn new(place: impl Into<String>, value: Value) -> Result<Self> {
        let place = place.into();
        match value {
            Value::Object(map) => Ok(Self { place, map }),
            Value::Null => Ok(Self { place, map: Map::new() }),
            other => bail!("{place}: expected a map, found {other}"),
        }
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.map.keys().cloned().collect()
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn required(&mut self, name: &str) -> Result<Value> {
        self.take(name).ok_or_else(|| anyhow!("{}: {name} is missing", self.place))
    }

    pub(super) fn fields(&mut self, name: &str) -> Result<Option<Fields>> {
        let place = format!("{}.{name}", self.place);
        self.take(name).map(|value| Fields::new(place, value)).transpose()
    }

    pub(super) fn string(&mut self, name: &str) -> Result<Option<String>> {
        let place = format!("{}.{name}", self.place);
        self.take(name).map(|value| text(value).with_context(|| place)).transpose()
    }

    pub(super) fn required_string(&mut self, name: &str) -> Result<String> {
        let value = self.required(name)?;
        text(value).with_context(|| format!("{}.{name}", self.place))
    }

    pub(super) fn strings(&mut self, name: &str) -> Result<Option<Vec<String>>> {
        let place = format!("{}.{name}", self.place);
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| text(item).with_context(|| place.clone()))
                .collect::<Result<_>>()
                .map(Some),
            Some(other) => bail!("{place}: expected a list, found {other}"),
        }
    }

    /// A list of maps; none is an empty list.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<Fields>> {
        let place = format!("{}.{name}", self.place);
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| Fields::new(format!("{place}[{index}]"), item))
                .collect(),
            Some(other) => bail!("{place}: expected a list, found {other}"),
        }
    }

    /// An integer, which CloudFormation also accepts as text.
    pub(super) fn integer(&mut self, name: &str) -> Result<Option<i64>> {
        self.string(name)?
            .map(|text| {
                text.parse()
                    .map_err(|_| anyhow!("{}.{name}: `{text}` is not an integer", self.place))
            })
            .transpose()
    }

    /// An integer of at least one.
    ///
    /// # Errors
    /// The value is less, too large for its type, or no integer.
    pub(super) fn positive<T: TryFrom<i64>>(&mut self, name: &str, default: i64) -> Result<T> {
        let value = self.integer(name)?.unwrap_or(default);
        T::try_from(value)
            .ok()
            .filter(|_| value > 0)
            .ok_or_else(|| anyhow!("{}.{name}: {value} is out of range", self.place))
    }

    /// A duration in whole seconds.
    ///
    /// # Errors
    /// The value is negative or no integer.
    pub(super) fn seconds(&mut self, name: &str, default: u64) -> Result<Duration> {
        let seconds = match self.integer(name)? {
            Some(value) => u64::try_from(value)
                .map_err(|_| anyhow!("{}.{name}: {value} is negative", self.place))?,
            None => default,
        };
        Ok(Duration::from_secs(seconds))
    }

    /// A boolean, which CloudFormation also accepts as text.
    pub(super) fn boolean(&mut self, name: &str) -> Result<Option<bool>> {
        match self.string(name)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => bail!("{}.{name}: `{other}` is not a boolean", self.place),
        }
    }

    /// Accepts keys that change nothing on a laptop.
    pub(super) fn no_local_meaning(&mut self, names: &[&str]) {
        for name in names {
            self.map.remove(*name);
        }
    }

    /// Ends the reading of this map.
    ///
    /// # Errors
    /// A key is left that nobody has asked for: it is named.
    pub(super) fn finish(self) -> Result<()> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(name) => {
                bail!("{}: {name} is not known to the local stack (local/src/template)", self.place)
            }
        }
    }
}

/// A scalar as CloudFormation passes it on: everything is text.
fn text(value: Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        other => bail!("expected text, found {other}"),
    }
}
