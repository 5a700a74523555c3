//! What the definition of a Studio flow must be, as Studio checks it when a flow is saved.
//!
//! <https://www.twilio.com/docs/studio/rest-api/v2/flow>, and the schema that definitions name:
//! `https://schemas.twilio.com/studio/draft/2019-09/flow-definition`.

mod widgets;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::widgets::{Widget, widget};

/// How many states a flow may have.
///
/// <https://www.twilio.com/docs/studio/user-guide/limits>
const MOST_STATES: usize = 1_000;

/// Something that is wrong with a definition, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) message: String,
    /// Such as `#/states/0/transitions/1`.
    pub(crate) property_path: String,
}

/// The types of the conditions that transitions have.
const CONDITIONS: [&str; 17] = [
    "equal_to",
    "not_equal_to",
    "matches_any_of",
    "does_not_match_any_of",
    "is_blank",
    "is_not_blank",
    "regex",
    "contains",
    "does_not_contain",
    "starts_with",
    "does_not_start_with",
    "less_than",
    "greater_than",
    "is_before_time",
    "is_after_time",
    "is_before_date",
    "is_after_date",
];

/// All that is wrong with a definition; nothing if it is valid.
pub(crate) fn check(definition: &Value) -> Vec<Mistake> {
    let mut check = Check { mistakes: Vec::new() };
    match definition.as_object() {
        Some(flow) => check.flow(flow),
        None => check.add("#", "should be object"),
    }
    check.mistakes
}

struct Check {
    mistakes: Vec<Mistake>,
}

impl Check {
    fn add(&mut self, property_path: &str, message: impl Into<String>) {
        let property_path = property_path.to_owned();
        self.mistakes.push(Mistake { message: message.into(), property_path });
    }

    fn flow(&mut self, flow: &Map<String, Value>) {
        const KNOWN: [&str; 6] =
            ["$schema", "description", "states", "initial_state", "flags", "id"];
        for name in flow.keys().filter(|name| !KNOWN.contains(&name.as_str())) {
            self.add("#", format!("should NOT have additional properties: '{name}'"));
        }
        for name in ["description", "states", "initial_state", "flags"] {
            if !flow.contains_key(name) {
                self.add("#", format!("should have required property '{name}'"));
            }
        }
        if flow.get("description").is_some_and(|it| !it.is_string()) {
            self.add("#/description", "should be string");
        }
        if let Some(flags) = flow.get("flags") {
            let concurrent = flags.get("allow_concurrent_calls");
            if !flags.is_object() {
                self.add("#/flags", "should be object");
            } else if !concurrent.is_some_and(|it| it.is_boolean() || it.is_string()) {
                let message = "should have required property 'allow_concurrent_calls'";
                self.add("#/flags", message);
            }
        }
        let Some(states) = flow.get("states") else { return };
        let Some(states) = states.as_array() else {
            return self.add("#/states", "should be array");
        };
        if states.is_empty() || states.len() > MOST_STATES {
            self.add("#/states", format!("should have 1 to {MOST_STATES} items"));
        }
        let names = self.names(states);
        for (at, state) in states.iter().enumerate() {
            self.state(&format!("#/states/{at}"), state, &names);
        }
        match flow.get("initial_state") {
            None => {}
            Some(Value::String(name)) if names.contains(name.as_str()) => {}
            Some(Value::String(name)) => {
                self.add("#/initial_state", format!("there is no state '{name}'"));
            }
            Some(_) => self.add("#/initial_state", "should be string"),
        }
        let is_trigger = |state: &&Value| state.get("type") == Some(&Value::from("trigger"));
        if states.iter().filter(is_trigger).count() != 1 {
            self.add("#/states", "a flow has exactly one trigger");
        }
    }

    /// The names of all states, each of which must be another.
    fn names<'a>(&mut self, states: &'a [Value]) -> BTreeSet<&'a str> {
        let mut names = BTreeSet::new();
        for (at, state) in states.iter().enumerate() {
            let name = state.get("name").and_then(Value::as_str);
            if let Some(name) = name
                && !names.insert(name)
            {
                let path = format!("#/states/{at}/name");
                self.add(&path, format!("there is another state '{name}'"));
            }
        }
        names
    }

    fn state(&mut self, path: &str, state: &Value, names: &BTreeSet<&str>) {
        let Some(state) = state.as_object() else {
            return self.add(path, "should be object");
        };
        for name in ["name", "type", "transitions", "properties"] {
            if !state.contains_key(name) {
                self.add(path, format!("should have required property '{name}'"));
            }
        }
        match state.get("name") {
            Some(Value::String(name)) if name.is_empty() => {
                self.add(&format!("{path}/name"), "should NOT be shorter than 1 characters");
            }
            None | Some(Value::String(_)) => {}
            Some(_) => self.add(&format!("{path}/name"), "should be string"),
        }
        let kind = state.get("type").and_then(Value::as_str);
        let known = kind.and_then(widget);
        if let (Some(kind), None) = (kind, &known) {
            self.add(&format!("{path}/type"), format!("there is no widget '{kind}'"));
        }
        match state.get("transitions") {
            None => {}
            Some(Value::Array(transitions)) => {
                for (at, transition) in transitions.iter().enumerate() {
                    let path = format!("{path}/transitions/{at}");
                    self.transition(&path, transition, known.as_ref(), names);
                }
            }
            Some(_) => self.add(&format!("{path}/transitions"), "should be array"),
        }
        match (state.get("properties"), &known) {
            (None, _) => {}
            (Some(Value::Object(properties)), Some(widget)) => {
                self.properties(&format!("{path}/properties"), properties, widget);
            }
            (Some(Value::Object(_)), None) => {}
            (Some(_), _) => self.add(&format!("{path}/properties"), "should be object"),
        }
    }

    fn transition(
        &mut self,
        path: &str,
        transition: &Value,
        widget: Option<&Widget>,
        names: &BTreeSet<&str>,
    ) {
        let Some(transition) = transition.as_object() else {
            return self.add(path, "should be object");
        };
        let event = transition.get("event").and_then(Value::as_str);
        match event {
            None => self.add(path, "should have required property 'event'"),
            Some(event) => {
                let events = widget.map(|widget| widget.events).unwrap_or_default();
                if !events.is_empty() && !events.contains(&event) {
                    let message =
                        format!("the widget has no event '{event}': {}", events.join(", "));
                    self.add(&format!("{path}/event"), message);
                }
            }
        }
        // An empty one leads nowhere, as one that is left out.
        match transition.get("next") {
            None | Some(Value::Null) => {}
            Some(Value::String(next)) if next.is_empty() || names.contains(next.as_str()) => {}
            Some(Value::String(next)) => {
                self.add(&format!("{path}/next"), format!("there is no state '{next}'"));
            }
            Some(_) => self.add(&format!("{path}/next"), "should be string"),
        }
        match transition.get("conditions") {
            None | Some(Value::Null) => {
                if event == Some("match") {
                    self.add(path, "should have required property 'conditions'");
                }
            }
            Some(Value::Array(conditions)) => {
                for (at, condition) in conditions.iter().enumerate() {
                    self.condition(&format!("{path}/conditions/{at}"), condition);
                }
            }
            Some(_) => self.add(&format!("{path}/conditions"), "should be array"),
        }
    }

    fn condition(&mut self, path: &str, condition: &Value) {
        for name in ["friendly_name", "arguments", "type", "value"] {
            if condition.get(name).is_none() {
                self.add(path, format!("should have required property '{name}'"));
            }
        }
        let kind = condition.get("type").and_then(Value::as_str);
        if let Some(kind) = kind.filter(|kind| !CONDITIONS.contains(kind)) {
            self.add(&format!("{path}/type"), format!("there is no condition '{kind}'"));
        }
        if condition.get("arguments").is_some_and(|it| !it.is_array()) {
            self.add(&format!("{path}/arguments"), "should be array");
        }
    }

    fn properties(&mut self, path: &str, properties: &Map<String, Value>, widget: &Widget) {
        let is_there = |name: &str| {
            properties.get(name).is_some_and(|it| !it.is_null() && it.as_str() != Some(""))
        };
        for name in widget.required.iter().filter(|name| !is_there(name)) {
            self.add(path, format!("should have required property '{name}'"));
        }
        if !widget.one_of.is_empty() && !widget.one_of.iter().any(|name| is_there(name)) {
            let message = format!("should have one of {}", widget.one_of.join(", "));
            self.add(path, message);
        }
        for (name, values) in widget.choices {
            let value = properties.get(*name).and_then(Value::as_str);
            if value.is_some_and(|value| !values.contains(&value)) {
                let message =
                    format!("should be equal to one of the allowed values: {}", values.join(", "));
                self.add(&format!("{path}/{name}"), message);
            }
        }
        for name in ["variables", "parameters"] {
            if properties.get(name).is_some_and(|it| !it.is_array() && !it.is_null()) {
                self.add(&format!("{path}/{name}"), "should be array");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flow(states: Value) -> Value {
        json!({"description": "A flow", "states": states, "initial_state": "Trigger",
               "flags": {"allow_concurrent_calls": true}})
    }

    fn trigger(next: &str) -> Value {
        json!({"name": "Trigger", "type": "trigger", "properties": {"offset": {"x": 0, "y": 0}},
               "transitions": [{"event": "incomingCall", "next": next}, {"event": "incomingMessage"}]})
    }

    fn mistakes(definition: &Value) -> Vec<(String, String)> {
        let all = check(definition).into_iter();
        all.map(|it| (it.property_path, it.message)).collect()
    }

    #[test]
    fn whole_flow_is_valid() {
        let split = json!({"name": "open", "type": "split-based-on", "properties": {"input": "{{x}}"},
            "transitions": [{"event": "noMatch"}, {"event": "match", "next": "say", "conditions":
                [{"friendly_name": "x", "arguments": ["{{x}}"], "type": "equal_to", "value": "1"}]}]});
        let say = json!({"name": "say", "type": "say-play", "transitions": [{"event": "audioComplete"}],
            "properties": {"say": "Hello", "loop": "1", "newer": true}});
        assert_eq!(mistakes(&flow(json!([trigger("open"), split, say]))), []);
    }

    #[test]
    fn each_mistake_says_where_it_is() {
        for (states, path, words) in [
            (json!([trigger("nowhere")]), "#/states/0/transitions/0/next", "no state 'nowhere'"),
            (json!([trigger(""), trigger("")]), "#/states/1/name", "another state"),
            (json!([]), "#/states", "1 to 1000"),
            (
                json!([{"name": "Trigger", "type": "dance", "transitions": [], "properties": {}}]),
                "#/states/0/type",
                "no widget 'dance'",
            ),
            (
                json!([trigger(""), {"name": "s", "type": "say-play", "transitions": [{"event": "done"}], "properties": {"say": "x"}}]),
                "#/states/1/transitions/0/event",
                "no event 'done'",
            ),
            (
                json!([trigger(""), {"name": "s", "type": "say-play", "transitions": [], "properties": {}}]),
                "#/states/1/properties",
                "one of say, play, digits",
            ),
            (
                json!([trigger(""), {"name": "s", "type": "connect-call-to", "transitions": [], "properties": {"noun": "carrier-pigeon"}}]),
                "#/states/1/properties/noun",
                "allowed values",
            ),
            (
                json!([trigger(""), {"name": "s", "type": "split-based-on", "transitions": [{"event": "match"}], "properties": {"input": "x"}}]),
                "#/states/1/transitions/0",
                "'conditions'",
            ),
            (json!([trigger(""), {"type": "say-play"}]), "#/states/1", "'name'"),
        ] {
            let found = mistakes(&flow(states.clone()));
            let is = |(at, message): &(String, String)| at == path && message.contains(words);
            assert!(found.iter().any(is), "{states}: {found:?}");
        }
        let found = mistakes(&json!({"initial_state": "Trigger"}));
        assert!(
            found.contains(&("#".to_owned(), "should have required property 'states'".to_owned()))
        );
        assert_eq!(mistakes(&json!([]))[0].1, "should be object");
    }
}
