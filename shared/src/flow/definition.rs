//! Reads and checks flow definitions.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::{condition::Condition, template::Templates, widget::Widget};

/// Why a flow definition is refused.
#[derive(Debug, Error)]
pub enum FlowError {
    /// The JSON is not that of a flow definition.
    #[error("not a flow definition: {0}")]
    Json(#[from] serde_json::Error),
    /// A widget has a type that this engine does not execute.
    #[error("widget {name}: type {kind} is not supported")]
    UnsupportedWidget {
        /// The name of the widget.
        name: String,
        /// The type of the widget.
        kind: String,
    },
    /// A widget's property is missing or cannot be used.
    #[error("widget {name}: {reason}")]
    Property {
        /// The name of the widget.
        name: String,
        /// What is wrong with the property.
        reason: String,
    },
    /// Two widgets have the same name.
    #[error("widget {0} occurs twice")]
    Duplicate(String),
    /// A transition or the start leads to a widget that does not exist.
    #[error("{from}: there is no widget {to}")]
    UnknownWidget {
        /// The widget that the transition leads from, or `initial_state`.
        from: String,
        /// The widget that it should lead to.
        to: String,
    },
    /// A text in a widget is not a template that Liquid understands.
    #[error("widget {name}: {reason}")]
    Template {
        /// The name of the widget.
        name: String,
        /// What Liquid says about the template.
        reason: String,
    },
    /// The flow goes from widget to widget and never waits for the caller.
    #[error("widget {0}: the flow runs in a circle")]
    Circle(String),
}

/// A flow whose every widget can be executed.
#[derive(Debug)]
pub struct Flow {
    pub(super) states: BTreeMap<String, State>,
    pub(super) templates: Templates,
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
    /// The name of the widget that comes next; `None` ends the flow.
    pub next: Option<String>,
    /// For event `match` of a split: the conditions, which must all hold.
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
    /// # Errors
    /// The first widget or text that cannot be executed.
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

        let (mut states, mut parsed) = (BTreeMap::new(), Templates::default());
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
                parsed.parse(text).map_err(|error| FlowError::Template {
                    name: state.name.clone(),
                    reason: error.to_string(),
                })?;
            }
            let widget = Widget::parse(&state.name, &state.kind, &state.properties)?;
            let transitions = state.transitions;
            if states.insert(state.name.clone(), State { widget, transitions }).is_some() {
                return Err(FlowError::Duplicate(state.name));
            }
        }
        Ok(Self { states, templates: parsed, initial_state: raw.initial_state })
    }

    /// The event with which a widget ended, as its transitions name it, told from the parameters
    /// that Twilio sent. `None` when there is no such widget, or it does not wait for Twilio.
    pub fn event(&self, widget: &str, params: &BTreeMap<String, String>) -> Option<&'static str> {
        self.states.get(widget)?.widget.event(params)
    }

    /// The widget in which calls begin.
    pub fn initial_state(&self) -> &str {
        &self.initial_state
    }
}

/// All texts in a JSON value, however deep.
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
