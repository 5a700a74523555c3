//! Filters of an event source: which records are worth an invocation.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// One pattern. A record passes if every field that the pattern names has one of its values.
#[derive(Debug, Clone)]
pub struct Filter(Pattern);

#[derive(Debug, Clone)]
enum Pattern {
    Fields(BTreeMap<String, Pattern>),
    OneOf(Vec<Test>),
}

#[derive(Debug, Clone)]
enum Test {
    Equals(Value),
    AnythingBut(Vec<Value>),
    Prefix(String),
    Exists(bool),
}

impl Filter {
    /// Reads a pattern, a JSON document.
    ///
    /// # Errors
    /// It is no pattern, or has an operator that the local stack does not know.
    pub fn parse(text: &str) -> Result<Self> {
        let pattern =
            serde_json::from_str(text).with_context(|| format!("{text} is not a pattern"))?;
        match pattern {
            Value::Object(_) => Ok(Self(Pattern::read("the pattern", pattern)?)),
            _ => bail!("{text} is not a pattern: it has no fields"),
        }
    }

    /// Whether a record passes.
    pub fn passes(&self, record: &Value) -> bool {
        self.0.matches(Some(record))
    }
}

impl Pattern {
    fn read(field: &str, pattern: Value) -> Result<Self> {
        match pattern {
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, pattern)| {
                    if name.starts_with('$') {
                        bail!("{field}: operator {name} is not known to the local stack");
                    }
                    let pattern = Self::read(&name, pattern)?;
                    Ok((name, pattern))
                });
                Ok(Self::Fields(fields.collect::<Result<_>>()?))
            }
            Value::Array(tests) if !tests.is_empty() => {
                let tests = tests.into_iter().map(|test| Test::read(field, test));
                Ok(Self::OneOf(tests.collect::<Result<_>>()?))
            }
            other => bail!("{field}: {other} is neither a list of values nor fields"),
        }
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            // One element of a list is enough.
            (_, Some(Value::Array(items))) if !items.is_empty() => {
                items.iter().any(|item| self.matches(Some(item)))
            }
            (Self::Fields(fields), value) => fields.iter().all(|(name, pattern)| {
                pattern.matches(value.and_then(|value| value.as_object()?.get(name)))
            }),
            (Self::OneOf(tests), value) => tests.iter().any(|test| test.holds(value)),
        }
    }
}

impl Test {
    fn read(field: &str, test: Value) -> Result<Self> {
        let operator = match test {
            Value::Object(operator) if operator.len() == 1 => operator,
            Value::Object(_) | Value::Array(_) => bail!("{field}: {test} is not one operator"),
            scalar => return Ok(Self::Equals(scalar)),
        };
        let Some((operator, operand)) = operator.into_iter().next() else {
            bail!("{field}: there is no operator");
        };
        match (operator.as_str(), operand) {
            ("prefix", Value::String(prefix)) => Ok(Self::Prefix(prefix)),
            ("exists", Value::Bool(exists)) => Ok(Self::Exists(exists)),
            ("anything-but", Value::Array(values)) if values.iter().all(is_scalar) => {
                Ok(Self::AnythingBut(values))
            }
            ("anything-but", value) if is_scalar(&value) => Ok(Self::AnythingBut(vec![value])),
            (operator, operand) => {
                bail!("{field}: operator {operator} of {operand} is not known to the local stack")
            }
        }
    }

    fn holds(&self, value: Option<&Value>) -> bool {
        let leaf = value.filter(|value| is_scalar(value));
        match self {
            Self::Equals(expected) => leaf.is_some_and(|leaf| equal(leaf, expected)),
            Self::AnythingBut(others) => {
                leaf.is_some_and(|leaf| !others.iter().any(|other| equal(leaf, other)))
            }
            Self::Prefix(prefix) => {
                leaf.and_then(Value::as_str).is_some_and(|text| text.starts_with(prefix))
            }
            Self::Exists(exists) => leaf.is_some() == *exists,
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

/// Numbers are equal however they are written.
fn equal(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const REMOVED_BY_TTL: &str = r#"{
        "eventName": ["REMOVE"],
        "userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]},
        "dynamodb": {"Keys": {"sk": {"S": ["LIVE"]}}}
    }"#;

    #[test]
    fn a_record_passes_if_every_field_has_one_of_its_values() {
        let record = json!({
            "eventName": "REMOVE",
            "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
            "count": 3,
            "dynamodb": {
                "Keys": {"pk": {"S": "room#1"}, "sk": {"S": "LIVE"}},
                "OldImage": {"gone": {"NULL": true}, "tags": {"SS": ["a", "b"]}, "none": null},
            },
        });
        let table = [
            (REMOVED_BY_TTL, true),
            ("{}", true),
            (r#"{"eventName": ["INSERT", "REMOVE"]}"#, true),
            (r#"{"eventName": ["INSERT", "MODIFY"]}"#, false),
            (r#"{"eventName": ["remove"]}"#, false),
            (r#"{"eventName": ["REMOVE"], "count": [4]}"#, false),
            (r#"{"count": [3.0]}"#, true),
            (r#"{"count": ["3"]}"#, false),
            (r#"{"dynamodb": ["REMOVE"]}"#, false),
            (r#"{"eventName": {"S": ["REMOVE"]}}"#, false),
            (r#"{"dynamodb": {"NewImage": {"pk": {"S": ["room#1"]}}}}"#, false),
            (r#"{"dynamodb": {"OldImage": {"gone": {"NULL": [true]}}}}"#, true),
            (r#"{"dynamodb": {"OldImage": {"none": [null]}}}"#, true),
            (r#"{"dynamodb": {"OldImage": {"some": [null]}}}"#, false),
            (r#"{"dynamodb": {"OldImage": {"tags": {"SS": ["b"]}}}}"#, true),
            (r#"{"dynamodb": {"OldImage": {"tags": {"SS": ["c"]}}}}"#, false),
            (r#"{"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "room#"}]}}}}"#, true),
            (r#"{"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "call#"}]}}}}"#, false),
            (r#"{"count": [{"prefix": "3"}]}"#, false),
            (r#"{"userIdentity": {"type": [{"exists": true}]}}"#, true),
            (r#"{"userIdentity": {"type": [{"exists": false}]}}"#, false),
            (r#"{"dynamodb": {"NewImage": {"pk": {"S": [{"exists": false}]}}}}"#, true),
            (r#"{"eventName": [{"anything-but": "INSERT"}]}"#, true),
            (r#"{"eventName": [{"anything-but": ["INSERT", "REMOVE"]}]}"#, false),
            (r#"{"eventSource": [{"anything-but": "aws:sqs"}]}"#, false),
        ];
        for (pattern, expected) in table {
            assert_eq!(Filter::parse(pattern).unwrap().passes(&record), expected, "{pattern}");
        }
    }

    #[test]
    fn a_removal_that_somebody_asked_for_is_not_one_by_ttl() {
        let record = json!({"eventName": "REMOVE", "dynamodb": {"Keys": {"sk": {"S": "LIVE"}}}});
        assert!(!Filter::parse(REMOVED_BY_TTL).unwrap().passes(&record));
    }

    #[test]
    fn an_operator_that_is_not_known_is_named() {
        let table = [
            "REMOVE",
            r#"["REMOVE"]"#,
            r#"{"eventName": "REMOVE"}"#,
            r#"{"eventName": []}"#,
            r#"{"eventName": [["REMOVE"]]}"#,
            r#"{"eventName": [{"prefix": "R", "suffix": "E"}]}"#,
            r#"{"dynamodb": {"SizeBytes": [{"numeric": [">", 3]}]}}"#,
            r#"{"eventName": [{"anything-but": {"prefix": "R"}}]}"#,
            r#"{"$or": [{"eventName": ["REMOVE"]}]}"#,
        ];
        let errors = table.map(|pattern| Filter::parse(pattern).unwrap_err().to_string());
        insta::assert_snapshot!(errors.join("\n"), @r#"
        REMOVE is not a pattern
        ["REMOVE"] is not a pattern: it has no fields
        eventName: "REMOVE" is neither a list of values nor fields
        eventName: [] is neither a list of values nor fields
        eventName: ["REMOVE"] is not one operator
        eventName: {"prefix":"R","suffix":"E"} is not one operator
        SizeBytes: operator numeric of [">",3] is not known to the local stack
        eventName: operator anything-but of {"prefix":"R"} is not known to the local stack
        the pattern: operator $or is not known to the local stack
        "#);
    }
}
