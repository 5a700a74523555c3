//! Reads the attributes of an element: whatever is unknown or has no meaning is
//! a warning, as in Twilio's debugger, and the default is used.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::document::{Action, Warning};
use super::xml::Element;
use crate::state::recording::RecordingCallback;
use crate::state::webhook::Method;

/// Twilio's code for everything that its schema does not allow.
pub(super) const SCHEMA: u32 = 12_200;

/// The attributes of one element, read one by one.
pub(super) struct Attributes<'a> {
    element: &'a str,
    values: &'a BTreeMap<String, String>,
    read: BTreeSet<&'static str>,
    warnings: &'a mut Vec<Warning>,
}

impl<'a> Attributes<'a> {
    pub(super) fn of(element: &'a Element, warnings: &'a mut Vec<Warning>) -> Self {
        Self {
            element: &element.name,
            values: &element.attributes,
            read: BTreeSet::new(),
            warnings,
        }
    }

    /// Warns of every attribute that was not asked for.
    pub(super) fn finish(self) {
        for name in self.values.keys() {
            if !self.read.contains(name.as_str()) {
                self.warnings.push(Warning {
                    code: SCHEMA,
                    message: format!(
                        "Attribute '{name}' is not allowed to appear in element '{}'",
                        self.element
                    ),
                });
            }
        }
    }

    /// Attributes that change nothing here: accepted without a word.
    pub(super) fn accept(&mut self, names: &[&'static str]) {
        self.read.extend(names);
    }

    /// Attributes that Twilio has and the simulator does not carry out.
    pub(super) fn unsupported(&mut self, names: &[&'static str]) {
        for name in names {
            if self.text(name).is_some_and(|value| value != "false") {
                let message = format!(
                    "{}@{name} is not supported by the simulator yet and is ignored",
                    self.element
                );
                self.warnings.push(Warning { code: SCHEMA, message });
            }
        }
    }

    pub(super) fn warn(&mut self, message: &str) {
        self.warnings.push(Warning { code: SCHEMA, message: message.to_owned() });
    }

    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.read.insert(name);
        self.values.get(name).cloned()
    }

    /// The value as `parse` understands it, else a warning and nothing.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.text(name)?;
        let parsed = parse(value.trim());
        if parsed.is_none() {
            let message = format!(
                "The value '{value}' of attribute '{name}' on element '{}' is not valid",
                self.element
            );
            self.warnings.push(Warning { code: SCHEMA, message });
        }
        parsed
    }

    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> bool {
        self.parsed(name, |value| match value {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
        .unwrap_or(default)
    }

    /// An attribute that is a whole number of seconds.
    pub(super) fn seconds(&mut self, name: &'static str, least: u64, default: u64) -> Duration {
        let seconds = self.parsed(name, |value| value.parse().ok().filter(|s| *s >= least));
        Duration::from_secs(seconds.unwrap_or(default))
    }

    pub(super) fn method(&mut self, name: &'static str) -> Method {
        self.parsed(name, Method::parse).unwrap_or_default()
    }

    pub(super) fn action(&mut self) -> Action {
        Action {
            url: self.text("action").filter(|url| !url.is_empty()),
            method: self.method("method"),
        }
    }

    /// Names of a list that is separated by spaces, as all lists in TwiML.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.parsed(name, |value| {
            value
                .split(|c: char| c.is_whitespace() || c == ',')
                .filter(|word| !word.is_empty())
                .map(parse)
                .collect()
        })
    }

    /// `trim`, with nothing to do: recordings hold what was spoken and no silence around it.
    pub(super) fn trim(&mut self) {
        self.parsed("trim", |value| matches!(value, "trim-silence" | "do-not-trim").then_some(()));
    }

    /// `recordingStatusCallback` and what belongs to it.
    pub(super) fn recording_callback(&mut self) -> Option<RecordingCallback> {
        let url = self.text("recordingStatusCallback");
        let method = self.method("recordingStatusCallbackMethod");
        let events = self.list("recordingStatusCallbackEvent", |name| {
            let known = matches!(name, "in-progress" | "completed" | "absent");
            known.then(|| name.to_owned())
        });
        Some(RecordingCallback {
            url: url.filter(|url| !url.is_empty())?,
            method,
            events: events.unwrap_or_else(|| vec!["completed".to_owned()]),
        })
    }
}
