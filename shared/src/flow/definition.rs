//! Reads and checks flow definitions.

use std::collections::{BTreeMap, BTreeSet};

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
    transitions: Vec<Value>,
    #[serde(default)]
    properties: Value,
}

impl RawState {
    /// Reads the widget and parses its texts.
    fn read(self, parsed: &mut Templates) -> Result<State, FlowError> {
        let transitions = self.transitions.into_iter().map(serde_json::from_value);
        let transitions: Vec<Transition> =
            transitions.collect::<Result<_, _>>().map_err(|error| FlowError::Property {
                name: self.name.clone(),
                reason: format!("a transition cannot be read: {error}"),
            })?;
        let conditions = transitions.iter().flat_map(|transition| &transition.conditions);
        let conditions = conditions.flat_map(Condition::templates);
        for text in conditions.chain(texts(&self.properties)) {
            parsed.parse(text).map_err(|error| FlowError::Template {
                name: self.name.clone(),
                reason: error.to_string(),
            })?;
        }
        let hears = transitions.iter().any(|it| it.event == "speech" && it.next.is_some());
        let widget = Widget::parse(&self.name, &self.kind, &self.properties, hears)?;
        Ok(State { widget, transitions })
    }
}

impl Flow {
    /// Reads a flow definition as Studio exports it. Widgets that no call can reach, because only
    /// texts lead to them or nothing does, are left out, whatever they are.
    ///
    /// # Errors
    /// The first widget or text that cannot be executed.
    pub fn load(json: &str) -> Result<Self, FlowError> {
        let raw: RawFlow = serde_json::from_str(json)?;
        let mut unread = BTreeMap::new();
        for state in raw.states {
            if let Some(double) = unread.insert(state.name.clone(), state) {
                return Err(FlowError::Duplicate(double.name));
            }
        }
        let (mut states, mut templates) = (BTreeMap::new(), Templates::default());
        let mut to_read = vec![("initial_state".to_owned(), raw.initial_state.clone())];
        while let Some((from, name)) = to_read.pop() {
            if states.contains_key(&name) {
                continue;
            }
            let Some(state) = unread.remove(&name) else {
                return Err(FlowError::UnknownWidget { from, to: name });
            };
            let state = state.read(&mut templates)?;
            let ways = state.transitions.iter().filter(|transition| {
                !matches!(state.widget, Widget::Trigger) || transition.event == "incomingCall"
            });
            let ways = ways.filter_map(|transition| transition.next.clone());
            to_read.extend(ways.map(|next| (name.clone(), next)));
            states.insert(name, state);
        }
        Ok(Self { states, templates, initial_state: raw.initial_state })
    }

    /// Whether calls may send texts on their way.
    pub fn texts(&self) -> bool {
        self.states.values().any(|state| matches!(state.widget, Widget::SendMessage(_)))
    }

    /// Whether a text may be sent between the end of a widget and the next wait for the caller.
    pub fn texts_after(&self, widget: &str, event: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut ahead: Vec<_> = match self.states.get(widget) {
            Some(state) => state.transitions.iter().filter(|it| it.event == event).collect(),
            None => return false,
        };
        while let Some(transition) = ahead.pop() {
            let Some(next) = transition.next.as_deref().filter(|next| seen.insert(*next)) else {
                continue;
            };
            let state = &self.states[next];
            match state.widget {
                Widget::SendMessage(_) => return true,
                // They wait, unless there is nobody to connect with.
                Widget::Gather(_) | Widget::Record(_) | Widget::TwimlRedirect { .. } => {}
                _ => ahead.extend(&state.transitions),
            }
        }
        false
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

    const TRIGGER: &str = r#"{"name":"Trigger","type":"trigger","transitions":[{"event":"incomingCall","next":"next"}]}"#;

    #[test]
    fn what_cannot_be_executed_is_refused_by_name() {
        let error = |states: &str| flow(states).unwrap_err().to_string();
        insta::assert_snapshot!(
            error(&format!(r#"{TRIGGER},{{"name":"next","type":"send-to-autopilot"}}"#)),
            @"widget next: type send-to-autopilot is not supported"
        );
        insta::assert_snapshot!(
            error(r#"{"name":"Trigger","type":"trigger","transitions":[{"event":"incomingCall","next":"gone"}]}"#),
            @"Trigger: there is no widget gone"
        );
        insta::assert_snapshot!(error(&format!("{TRIGGER},{TRIGGER}")), @"widget Trigger occurs twice");
        insta::assert_snapshot!(error(r#"{"name":"Other","type":"trigger"}"#), @"initial_state: there is no widget Trigger");
        insta::assert_snapshot!(
            error(&format!(r#"{TRIGGER},{{"name":"next","type":"connect-call-to","properties":{{"noun":"fax","to":"x"}}}}"#)),
            @"widget next: noun fax is not supported"
        );
        insta::assert_snapshot!(
            error(&format!(r#"{TRIGGER},{{"name":"next","type":"say-play","properties":{{"loop":1}}}}"#)),
            @"widget next: neither say, play nor digits is given"
        );
        let unfinished = format!(
            r#"{TRIGGER},{{"name":"next","type":"say-play","properties":{{"say":"{{{{ a"}}}}"#
        );
        assert!(error(&unfinished).starts_with("widget next: "));
    }
    #[test]
    fn what_no_call_can_reach_is_no_reason_to_refuse_a_flow() {
        let flow = flow(
            r#"{"name":"Trigger","type":"trigger","transitions":[
                {"event":"incomingMessage","next":"bot"},
                {"event":"incomingCall","next":"hello"}]},
            {"name":"hello","type":"say-play","properties":{"say":"Hello"},
             "transitions":[{"event":"audioComplete"}]},
            {"name":"bot","type":"send-to-autopilot",
             "transitions":[{"event":"x","next":"gone","conditions":[{"type":"new"}]}]},
            {"name":"orphan","type":"send-rcs","properties":{"body":"{{ unfinished"}}"#,
        )
        .unwrap();
        assert_eq!(flow.states.keys().collect::<Vec<_>>(), ["Trigger", "hello"]);
    }

    #[test]
    fn speech_is_heard_where_it_leads_on() {
        let gather = |next: &str| {
            let flow = flow(&format!(
                r#"{TRIGGER},{{"name":"next","type":"gather-input-on-call",
                "properties":{{"say":"Yes?","gather_language":"en-GB"}},
                "transitions":[{{"event":"speech"{next}}}]}}"#
            ))
            .unwrap();
            let Widget::Gather(gather) = &flow.states["next"].widget else { panic!() };
            gather.speech.clone()
        };
        let language = vec![("language", "en-GB".to_owned())];
        assert_eq!(gather(r#","next":"next""#), Some(language));
        assert_eq!(gather(""), None);
    }
}
