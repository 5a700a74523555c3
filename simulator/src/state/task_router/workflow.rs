//! A workflow: how tasks come into queues.
//!
//! <https://www.twilio.com/docs/taskrouter/workflow-configuration>

use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::expression::Expression;

/// A workflow of a workspace.
#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    pub(crate) assignment_url: Option<String>,
    pub(crate) fallback_url: Option<String>,
    /// How many seconds a worker has to react to a reservation.
    pub(crate) reservation_timeout: u32,
    /// As the app wrote it.
    pub(crate) text: String,
    pub(crate) configuration: Configuration,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
}

/// A workflow's configuration, read and checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration {
    pub(crate) filters: Vec<Filter>,
    /// Where tasks go that no filter takes.
    pub(crate) default: Option<Target>,
}

/// The tasks that go one way, and the steps of it.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) name: String,
    pub(crate) expression: Expression,
    pub(crate) targets: Vec<Target>,
}

/// A step on a task's way: a queue, and for how long.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    /// The queue's SID; without one the task stays where it is.
    pub(crate) queue: Option<String>,
    pub(crate) expression: Option<Expression>,
    pub(crate) priority: Option<u32>,
    /// Seconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) skip_if: Option<Expression>,
    /// References to attributes of workers, and whether the greatest comes first.
    pub(crate) order_by: Vec<(String, bool)>,
    /// `sid` or `friendly_name`, and the reference to its value.
    pub(crate) known_worker: Option<(&'static str, String)>,
}

impl Configuration {
    /// Reads a configuration.
    ///
    /// # Errors
    /// It is none; the message says why.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let whole: Value = serde_json::from_str(text)
            .map_err(|problem| format!("Configuration is not valid JSON: {problem}"))?;
        let routing = whole.get("task_routing").and_then(Value::as_object);
        let routing = routing.ok_or("Configuration has no task_routing")?;
        known(routing, &["filters", "default_filter"], "task_routing")?;
        let filters = match routing.get("filters") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(filters)) => {
                filters.iter().map(filter).collect::<Result<Vec<_>, _>>()?
            }
            Some(_) => return Err("task_routing.filters is not a list".to_owned()),
        };
        let default = match routing.get("default_filter") {
            None | Some(Value::Null) => None,
            Some(found) => Some(target(found, "default_filter")?),
        };
        if default.as_ref().is_some_and(|target| target.queue.is_none()) {
            return Err("default_filter has no queue".to_owned());
        }
        if filters.is_empty() && default.is_none() {
            return Err("task_routing has neither filters nor default_filter".to_owned());
        }
        Ok(Self { filters, default })
    }

    /// The SIDs of all queues that it names.
    pub(crate) fn queues(&self) -> impl Iterator<Item = &str> {
        let targets = self.filters.iter().flat_map(|filter| &filter.targets).chain(&self.default);
        targets.filter_map(|target| target.queue.as_deref())
    }
}

fn known(object: &Map<String, Value>, names: &[&str], place: &str) -> Result<(), String> {
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("{place} has a property {name:?}, which is not known")),
        None => Ok(()),
    }
}

fn filter(value: &Value) -> Result<Filter, String> {
    let object = value.as_object().ok_or("a filter is not an object")?;
    // `friendly_name` is what filters had before.
    known(object, &["filter_friendly_name", "friendly_name", "expression", "targets"], "a filter")?;
    let name = object.get("filter_friendly_name").or_else(|| object.get("friendly_name"));
    let name = name.and_then(Value::as_str).unwrap_or_default().to_owned();
    let expression = expression(object, "expression")?;
    let expression = expression.ok_or_else(|| format!("filter {name:?} has no expression"))?;
    let targets = object.get("targets").and_then(Value::as_array);
    let targets = targets.map(Vec::as_slice).unwrap_or_default();
    let targets: Vec<Target> =
        targets.iter().map(|it| target(it, "a target")).collect::<Result<_, _>>()?;
    match targets.first() {
        None => Err(format!("filter {name:?} has no targets")),
        Some(first) if first.queue.is_none() => {
            Err(format!("the first target of filter {name:?} has no queue"))
        }
        Some(_) => Ok(Filter { name, expression, targets }),
    }
}

fn target(value: &Value, place: &str) -> Result<Target, String> {
    const KNOWN: [&str; 8] = [
        "queue",
        "expression",
        "priority",
        "timeout",
        "skip_if",
        "order_by",
        "known_worker_sid",
        "known_worker_friendly_name",
    ];
    let object = value.as_object().ok_or_else(|| format!("{place} is not an object"))?;
    known(object, &KNOWN, place)?;
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let timeout = number(object, "timeout")?;
    if timeout == Some(0) {
        return Err("timeout must be a positive integer".to_owned());
    }
    let priority = number(object, "priority")?;
    let priority = priority.map(u32::try_from).transpose();
    let known_worker = text("known_worker_sid").map(|reference| ("sid", reference));
    let known_worker = known_worker.or_else(|| {
        text("known_worker_friendly_name").map(|reference| ("friendly_name", reference))
    });
    Ok(Target {
        queue: text("queue"),
        expression: expression(object, "expression")?,
        priority: priority.map_err(|_| "priority is too large".to_owned())?,
        timeout,
        skip_if: expression(object, "skip_if")?,
        order_by: text("order_by").map(|text| order_by(&text)).transpose()?.unwrap_or_default(),
        known_worker,
    })
}

/// A whole number, which configurations often have as a string.
fn number(object: &Map<String, Value>, name: &str) -> Result<Option<u64>, String> {
    let invalid = || format!("{name} is not a whole number");
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| invalid()),
        Some(value) => value.as_u64().map(Some).ok_or_else(invalid),
    }
}

fn expression(object: &Map<String, Value>, name: &str) -> Result<Option<Expression>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => checked(text).map(Some),
        Some(_) => Err(format!("{name} is not a string")),
    }
}

/// An expression that the simulator can evaluate.
///
/// # Errors
/// It is none, or asks for a worker's channels, which are not simulated.
pub(crate) fn checked(text: &str) -> Result<Expression, String> {
    let expression =
        Expression::parse(text).map_err(|problem| format!("Expression {text:?}: {problem}"))?;
    if text.contains("worker.channel.") {
        return Err(format!(
            "Expression {text:?}: worker.channel is not supported by the simulator"
        ));
    }
    Ok(expression)
}

fn order_by(text: &str) -> Result<Vec<(String, bool)>, String> {
    let part = |part: &str| {
        let mut words = part.split_whitespace();
        let reference = words.next().unwrap_or_default().to_owned();
        match words.next() {
            Some("ASC") | None => Ok((reference, false)),
            Some("DESC") => Ok((reference, true)),
            Some(other) => Err(format!("order_by: {other:?} is neither ASC nor DESC")),
        }
    };
    text.split(',').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_is_read_and_what_is_wrong_is_named() {
        let text = r#"{"task_routing": {"filters": [{"filter_friendly_name": "Gold", "expression":
            "type == 'gold'", "targets": [{"queue": "WQ1", "priority": "10", "timeout": 300},
            {"order_by": "worker.level DESC, worker.name"}]}], "default_filter": {"queue": "WQ2"}}}"#;
        let read = Configuration::parse(text).unwrap();
        let targets = &read.filters[0].targets;
        assert_eq!((targets[0].priority, targets[0].timeout), (Some(10), Some(300)));
        assert_eq!(targets[1].order_by[0], ("worker.level".to_owned(), true));
        assert_eq!(read.queues().collect::<Vec<_>>(), ["WQ1", "WQ2"]);
        for (text, problem) in [
            ("{", "not valid JSON"),
            ("{}", "no task_routing"),
            (r#"{"task_routing": {}}"#, "neither filters nor"),
            (r#"{"task_routing": {"default_filter": {}}}"#, "no queue"),
            (r#"{"task_routing": {"filters": [{"targets": []}]}}"#, "no expression"),
            (
                r#"{"task_routing": {"filters": [{"expression": "a-b > 3", "targets": []}]}}"#,
                "recognition error",
            ),
            (
                r#"{"task_routing": {"default_filter": {"queue": "WQ1", "timout": 3}}}"#,
                "\"timout\"",
            ),
        ] {
            let found = Configuration::parse(text).unwrap_err();
            assert!(found.contains(problem), "{text}: {found}");
        }
    }
}
