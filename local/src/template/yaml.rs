//! YAML with CloudFormation's short tags, read as the JSON that their long forms stand for.
//!
//! `!Ref Table` becomes `{"Ref": "Table"}` and `!GetAtt Queue.Arn` becomes
//! `{"Fn::GetAtt": ["Queue", "Arn"]}`, so that the rest of the reader knows one form only.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use anyhow::{Context, Result, bail};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Number, Value};

/// Reads a template's text.
///
/// # Errors
/// Text that is not YAML, a key that appears twice, or a YAML feature that templates do not have.
pub(super) fn parse(text: &str) -> Result<Value> {
    let documents = Yaml::load_from_str(text).context("the template is not valid YAML")?;
    match documents.as_slice() {
        [document] => convert(document, ""),
        _ => bail!("the template has {} YAML documents instead of one", documents.len()),
    }
}

fn convert(node: &Yaml<'_>, at: &str) -> Result<Value> {
    Ok(match node {
        Yaml::Value(scalar) => convert_scalar(scalar, at)?,
        Yaml::Sequence(items) => Value::Array(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| convert(item, &format!("{at}[{index}]")))
                .collect::<Result<_>>()?,
        ),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = match convert(key, at)? {
                    Value::String(key) => key,
                    Value::Number(key) => key.to_string(),
                    other => bail!("{at}: {other} cannot be a key"),
                };
                let at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                map.insert(key, convert(value, &at)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tag, node) => long_form(&tag.suffix, convert(node, at)?),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            bail!("{at}: this YAML is not understood")
        }
    })
}

fn convert_scalar(scalar: &Scalar<'_>, at: &str) -> Result<Value> {
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => Value::from(*value),
        Scalar::FloatingPoint(value) => {
            let Some(number) = Number::from_f64(value.into_inner()) else {
                bail!("{at}: {value} is not a number of JSON");
            };
            Value::Number(number)
        }
        Scalar::String(value) => Value::String(value.to_string()),
    })
}

/// `!Name value` as `{"Fn::Name": value}`; `Ref` and `Condition` have no prefix.
fn long_form(tag: &str, value: Value) -> Value {
    let (name, value) = match (tag, value) {
        ("Ref" | "Condition", value) => (tag.to_owned(), value),
        ("GetAtt", Value::String(path)) => {
            let parts = match path.split_once('.') {
                Some((resource, attribute)) => vec![resource.into(), attribute.into()],
                None => vec![Value::String(path)],
            };
            ("Fn::GetAtt".to_owned(), Value::Array(parts))
        }
        (_, value) => (format!("Fn::{tag}"), value),
    };
    Value::Object(Map::from_iter([(name, value)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_tags_are_read_as_long_forms() {
        let read = parse(
            "A: !Ref Table\nB: !GetAtt Queue.Arn\nC: !If [Local, !Ref X, !Ref \"AWS::NoValue\"]\n\
             D: !Sub >-\n  {\"a\": \"${B}\",\n  \"c\": 1}\nE: 300\nF: \"300\"\nG: [a, {b: true}]\n",
        )
        .unwrap();
        assert_eq!(
            read,
            json!({
                "A": {"Ref": "Table"},
                "B": {"Fn::GetAtt": ["Queue", "Arn"]},
                "C": {"Fn::If": ["Local", {"Ref": "X"}, {"Ref": "AWS::NoValue"}]},
                "D": {"Fn::Sub": "{\"a\": \"${B}\", \"c\": 1}"},
                "E": 300,
                "F": "300",
                "G": ["a", {"b": true}],
            })
        );
    }

    #[test]
    fn a_key_that_appears_twice_is_an_error() {
        assert!(parse("A: 1\nA: 2\n").is_err());
    }
}
