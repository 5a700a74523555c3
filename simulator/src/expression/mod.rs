//! TaskRouter's expressions: conditions on the attributes of workers and tasks.
//!
//! <https://www.twilio.com/docs/taskrouter/expression-syntax>

mod parser;
mod tokens;

use std::cmp::Ordering;

use serde_json::Value;

/// A condition that can be evaluated, and how it was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expression {
    pub(crate) text: String,
    condition: Condition,
}

/// A condition: comparisons, and what joins them.
#[derive(Clone, Debug, PartialEq)]
enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Operand, Operator, Operand),
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Constant(Value),
    List(Vec<Operand>),
    /// A key of a document: `skills`, `object.attr`, `object.array[2]`.
    Reference(Vec<Part>),
}

/// A step into a document.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Key(String),
    Index(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    Has,
    In,
    NotIn,
}

/// What the keys of an expression are resolved against.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Documents<'a> {
    /// The document that keys without a prefix belong to, if there is one.
    pub(crate) own: Option<&'a Value>,
    pub(crate) task: Option<&'a Value>,
    pub(crate) worker: Option<&'a Value>,
    /// How many there are: `workers.available`.
    pub(crate) workers: Option<&'a Value>,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// It is none; the message says where.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let condition = parser::parse(text)?;
        Ok(Self { text: text.to_owned(), condition })
    }

    pub(crate) fn holds(&self, documents: Documents<'_>) -> bool {
        self.condition.holds(documents)
    }
}

/// The value that a reference such as `task.agent` names; nothing for what is no reference.
pub(crate) fn resolve(reference: &str, documents: Documents<'_>) -> Option<Value> {
    match parser::reference(reference)? {
        Operand::Reference(path) => Some(find(&path, documents)),
        Operand::Constant(_) | Operand::List(_) => None,
    }
}

impl Condition {
    fn holds(&self, documents: Documents<'_>) -> bool {
        match self {
            Self::And(left, right) => left.holds(documents) && right.holds(documents),
            Self::Or(left, right) => left.holds(documents) || right.holds(documents),
            Self::Not(inner) => !inner.holds(documents),
            Self::Compare(left, operator, right) => {
                compare(&left.value(documents), *operator, &right.value(documents))
            }
        }
    }
}

impl Operand {
    fn value(&self, documents: Documents<'_>) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::List(items) => {
                Value::Array(items.iter().map(|item| item.value(documents)).collect())
            }
            Self::Reference(path) => find(path, documents),
        }
    }
}

/// "If the document does not contain the requested key, it resolves to NULL."
fn find(path: &[Part], documents: Documents<'_>) -> Value {
    let within = |document: &Value, path: &[Part]| {
        let step = |value: Option<Value>, part: &Part| match (value?, part) {
            (Value::Object(mut object), Part::Key(key)) => object.remove(key),
            (Value::Array(items), Part::Index(index)) => items.into_iter().nth(*index),
            _ => None,
        };
        path.iter().fold(Some(document.clone()), step)
    };
    let own = documents.own.and_then(|document| within(document, path));
    let prefixed = || match path {
        [Part::Key(prefix), rest @ ..] if !rest.is_empty() => {
            let document = match prefix.as_str() {
                "task" => documents.task,
                "worker" => documents.worker,
                "workers" => documents.workers,
                _ => None,
            };
            document.and_then(|document| within(document, rest))
        }
        _ => None,
    };
    own.or_else(prefixed).unwrap_or(Value::Null)
}

/// "Using scalar operators on Arrays results in `false`. Using array operators on two scalar values
/// also returns `false`."
fn compare(left: &Value, operator: Operator, right: &Value) -> bool {
    let composite = |value: &Value| matches!(value, Value::Array(_) | Value::Object(_));
    let member = |items: &Value, item: &Value| match items {
        Value::Array(items) if !composite(item) => Some(items.iter().any(|it| equal(it, item))),
        _ => None,
    };
    match operator {
        Operator::Has => member(left, right) == Some(true),
        Operator::In => member(right, left) == Some(true),
        Operator::NotIn => member(right, left) == Some(false),
        _ if composite(left) || composite(right) => false,
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        Operator::Contains => match (left, right) {
            (Value::String(left), Value::String(right)) => left.contains(right.as_str()),
            _ => false,
        },
        Operator::Less => order(left, right).is_some_and(Ordering::is_lt),
        Operator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Operator::Greater => order(left, right).is_some_and(Ordering::is_gt),
        Operator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

/// The order of two values of one type; nothing for others, which "should be avoided".
pub(crate) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(text: &str) -> bool {
        let own = json!({
            "type": "sales", "level": 5, "vip": true, "name": "O'Neil \"X\"",
            "skills": ["support", "sales", 3], "object": {"array": ["a", "b"], "attr": "bar"},
        });
        let (task, worker) = (json!({"agent": "ann"}), json!({"id": "ann", "languages": ["en"]}));
        let documents = Documents {
            own: Some(&own),
            task: Some(&task),
            worker: Some(&worker),
            ..Documents::default()
        };
        Expression::parse(text)
            .unwrap_or_else(|problem| panic!("{text}: {problem}"))
            .holds(documents)
    }

    #[test]
    fn conditions_hold_as_twilios_page_says() {
        for text in [
            "1==1",
            "1 == 1.0",
            "0 != 1",
            "type = 'sales'",
            "type==\"sales\" AND level >= 5",
            "type == 'support' OR vip == true",
            "NOT type == 'support'",
            "NOT (type == 'support' && vip == true)",
            "type == 'x' || (level > 4 AND level < 5.1 AND level <= 5)",
            "skills HAS 'support'",
            "skills HAS 3",
            "type IN ['sales', \"lead\"]",
            "type NOT IN ['support']",
            "name CONTAINS \"Neil\"",
            "object.attr == 'bar' AND object.array[1] == 'b'",
            "missing == null",
            "type != null",
            "task.agent == worker.id AND worker.languages HAS 'en'",
            "level != '5'",
            "'a' < 'b'",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "1 == 2",
            "level == '5'",
            "level HAS 5",
            "skills == 'support'",
            "skills != 'support'",
            "type IN 'sales'",
            "type NOT IN missing",
            "missing > 1",
            "type == 'sales' AND vip == false",
            "skills HAS 'Support'",
        ] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused_with_a_reason() {
        for text in [
            "skill-level > 3",
            "type ==",
            "type",
            "(1==1",
            "1==1)",
            "type == 'open",
            "type is 'x'",
            "1==1 1==1",
            "IN ['x']",
            "x IN ['a',",
            "",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
