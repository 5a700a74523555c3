//! A flow definition, read and checked.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::{condition::Condition, template, widget::Widget};

/// Why a flow definition is refused.
#[derive(Debug, Error)]
pub enum FlowError {
    /// It is not a flow definition at all.
    #[error("not a flow definition: {0}")]
    Json(#[from] serde_json::Error),
    /// A widget of a type that this engine does not execute.
    #[error("widget {name}: type {kind} is not supported")]
    UnsupportedWidget {
        /// The widget.
        name: String,
        /// Its type.
        kind: String,
    },
    /// A property that is missing or cannot be used.
    #[error("widget {name}: {reason}")]
    Property {
        /// The widget.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two widgets have one name.
    #[error("widget {0} occurs twice")]
    Duplicate(String),
    /// A transition or the start leads to a widget that does not exist.
    #[error("{from}: there is no widget {to}")]
    UnknownWidget {
        /// Where the transition starts.
        from: String,
        /// Where it should lead.
        to: String,
    },
    /// A template that is not Liquid.
    #[error("widget {name}: {reason}")]
    Template {
        /// The widget.
        name: String,
        /// What Liquid says.
        reason: String,
    },
    /// It goes from widget to widget and never waits for the caller.
    #[error("widget {0}: the flow runs in a circle")]
    Circle(String),
}

/// A flow whose every widget can be executed.
#[derive(Debug)]
pub struct Flow {
    pub(super) states: BTreeMap<String, State>,
    pub(super) initial_state: String,
}

/// A widget and where it leads.
#[derive(Debug)]
pub(super) struct State {
    pub widget: Widget,
    pub transitions: Vec<Transition>,
}

/// One way out of a widget.
#[derive(Debug, Deserialize)]
pub(super) struct Transition {
    pub event: String,
    /// `None` ends the flow.
    pub next: Option<String>,
    /// For `match` of a split: all must hold.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

#[derive(Deserialize)]
struct RawFlow {
    states: Vec<RawState>,
    initial_state: String,
}

#[derive(Deserialize)]
struct RawState {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    transitions: Vec<Transition>,
    #[serde(default)]
    properties: Value,
}

impl Flow {
    /// Reads a flow definition as Studio exports it.
    ///
    /// Errors: what cannot be executed, by the widget's name.
    pub fn load(json: &str) -> Result<Self, FlowError> {
        let raw: RawFlow = serde_json::from_str(json)?;
        let names: HashSet<_> = raw.states.iter().map(|state| state.name.clone()).collect();
        let exists = |from: &str, to: &str| {
            names.contains(to).then_some(()).ok_or_else(|| FlowError::UnknownWidget {
                from: from.to_owned(),
                to: to.to_owned(),
            })
        };
        exists("initial_state", &raw.initial_state)?;

        let mut states = BTreeMap::new();
        for state in raw.states {
            for transition in &state.transitions {
                if let Some(next) = &transition.next {
                    exists(&state.name, next)?;
                }
            }
            let templates = state.transitions.iter().flat_map(|transition| &transition.conditions);
            let templates =
                templates.flat_map(Condition::templates).chain(texts(&state.properties));
            for text in templates {
                template::check(text).map_err(|error| FlowError::Template {
                    name: state.name.clone(),
                    reason: error.to_string(),
                })?;
            }
            let widget = Widget::parse(&state.name, &state.kind, &state.properties)?;
            let parsed = State { widget, transitions: state.transitions };
            if states.insert(state.name.clone(), parsed).is_some() {
                return Err(FlowError::Duplicate(state.name));
            }
        }
        Ok(Self { states, initial_state: raw.initial_state })
    }

    /// What happened at a widget, in the words of its transitions, told from the parameters that
    /// Twilio sent when it ended. `None` when there is no such widget, or none that waits.
    pub fn event(&self, widget: &str, params: &BTreeMap<String, String>) -> Option<&'static str> {
        self.states.get(widget)?.widget.event(params)
    }

    /// The widget in which calls begin.
    pub fn initial_state(&self) -> &str {
        &self.initial_state
    }
}

/// All texts in a value, however deep.
fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(text.as_str())),
        Value::Array(values) => Box::new(values.iter().flat_map(texts)),
        Value::Object(values) => Box::new(values.values().flat_map(texts)),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(states: &str) -> Result<Flow, FlowError> {
        Flow::load(&format!(r#"{{"states":[{states}],"initial_state":"Trigger"}}"#))
    }

    const TRIGGER: &str = r#"{"name":"Trigger","type":"trigger","transitions":[]}"#;

    #[test]
    fn what_cannot_be_executed_is_refused_by_name() {
        let error = |states: &str| flow(states).unwrap_err().to_string();
        insta::assert_snapshot!(
            error(&format!(r#"{TRIGGER},{{"name":"ask_bot","type":"send-to-autopilot"}}"#)),
            @"widget ask_bot: type send-to-autopilot is not supported"
        );
        insta::assert_snapshot!(
            error(r#"{"name":"Trigger","type":"trigger","transitions":[{"event":"incomingCall","next":"gone"}]}"#),
            @"Trigger: there is no widget gone"
        );
        insta::assert_snapshot!(error(&format!("{TRIGGER},{TRIGGER}")), @"widget Trigger occurs twice");
        insta::assert_snapshot!(error(r#"{"name":"Other","type":"trigger"}"#), @"initial_state: there is no widget Trigger");
        insta::assert_snapshot!(
            error(&format!(r#"{TRIGGER},{{"name":"call","type":"connect-call-to","properties":{{"noun":"sim","to":"x"}}}}"#)),
            @"widget call: noun sim is not supported"
        );
        insta::assert_snapshot!(
            error(&format!(r#"{TRIGGER},{{"name":"say","type":"say-play","properties":{{"loop":1}}}}"#)),
            @"widget say: neither say, play nor digits is given"
        );
        let unfinished = format!(
            r#"{TRIGGER},{{"name":"say","type":"say-play","properties":{{"say":"{{{{ a"}}}}"#
        );
        assert!(error(&unfinished).starts_with("widget say: "));
    }
}
