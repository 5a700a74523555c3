//! CloudFormation's intrinsic functions and pseudo parameters.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value};

use super::{
    account::{ACCOUNT_ID, PARTITION, REGION, STACK_ID, STACK_NAME, URL_SUFFIX},
    identity::Identity,
};

/// Everything that an expression can refer to.
pub(super) struct Scope {
    pub(super) parameters: BTreeMap<String, Value>,
    /// The `Conditions` section, not evaluated.
    pub(super) conditions: Map<String, Value>,
    /// Every resource whose condition holds, by logical id.
    pub(super) resources: BTreeMap<String, Identity>,
}

/// Where an expression stands, for errors and for what it must not refer to.
pub(super) struct Place<'a> {
    pub(super) path: String,
    /// The function that the expression configures, if it does.
    ///
    /// API Gateway's routes refer to the function, so a function that refers to the HTTP API is a
    /// circular dependency, which `sam validate` does not find.
    pub(super) function: Option<&'a str>,
}

impl Place<'_> {
    fn inner(&self, key: &str) -> Self {
        Self { path: format!("{}.{key}", self.path), function: self.function }
    }
}

impl Scope {
    /// The value of an expression; `None` is `AWS::NoValue`, whose key or item disappears.
    ///
    /// # Errors
    /// An unknown function, a reference to nothing, or a circular dependency; all with the place.
    pub(super) fn evaluate(&self, value: &Value, place: &Place<'_>) -> Result<Option<Value>> {
        match value {
            Value::Object(map) => match intrinsic(map) {
                Some((name, argument)) => self.call(name, argument, place),
                None => {
                    let mut evaluated = Map::new();
                    for (key, value) in map {
                        if let Some(value) = self.evaluate(value, &place.inner(key))? {
                            evaluated.insert(key.clone(), value);
                        }
                    }
                    Ok(Some(Value::Object(evaluated)))
                }
            },
            Value::Array(items) => {
                let mut evaluated = Vec::new();
                for item in items {
                    evaluated.extend(self.evaluate(item, place)?);
                }
                Ok(Some(Value::Array(evaluated)))
            }
            scalar => Ok(Some(scalar.clone())),
        }
    }

    fn call(&self, name: &str, argument: &Value, place: &Place<'_>) -> Result<Option<Value>> {
        match (name, argument) {
            ("Ref", Value::String(target)) => self.reference(target, place),
            ("Fn::GetAtt", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(resource), Value::String(attribute)] => {
                    self.attribute(resource, attribute, place).map(Some)
                }
                _ => bail!("{}: Fn::GetAtt takes a resource and an attribute", place.path),
            },
            ("Fn::Sub", Value::String(text)) => self.substitute(text, &Map::new(), place).map(Some),
            ("Fn::Sub", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(text), Value::Object(names)] => {
                    self.substitute(text, names, place).map(Some)
                }
                _ => bail!("{}: Fn::Sub takes a text, or a text and a map", place.path),
            },
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(condition), then, otherwise] => {
                    let chosen = if self.condition(condition)? { then } else { otherwise };
                    self.evaluate(chosen, place)
                }
                _ => bail!("{}: Fn::If takes a condition and two values", place.path),
            },
            ("Fn::Join", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(separator), items] => {
                    let items = match self.evaluate(items, place)? {
                        Some(Value::Array(items)) => items,
                        _ => bail!("{}: Fn::Join takes a list", place.path),
                    };
                    let texts: Vec<_> =
                        items.iter().map(|item| scalar_text(item, place)).collect::<Result<_>>()?;
                    Ok(Some(Value::String(texts.join(separator))))
                }
                _ => bail!("{}: Fn::Join takes a separator and a list", place.path),
            },
            ("Fn::Split", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(separator), text] => match self.evaluate(text, place)? {
                    Some(Value::String(text)) => {
                        let parts = text.split(separator.as_str()).map(Value::from);
                        Ok(Some(Value::Array(parts.collect())))
                    }
                    _ => bail!("{}: Fn::Split takes a text", place.path),
                },
                _ => bail!("{}: Fn::Split takes a separator and a text", place.path),
            },
            ("Fn::Select", Value::Array(parts)) => match parts.as_slice() {
                [index, items] => {
                    let index = scalar_text(index, place)?.parse::<usize>();
                    match (index, self.evaluate(items, place)?) {
                        (Ok(index), Some(Value::Array(items))) if index < items.len() => {
                            Ok(Some(items[index].clone()))
                        }
                        _ => bail!("{}: Fn::Select has no such item", place.path),
                    }
                }
                _ => bail!("{}: Fn::Select takes a number and a list", place.path),
            },
            (name, _) => bail!(
                "{}: {name} is not known to the local stack, or not with this argument",
                place.path
            ),
        }
    }

    fn reference(&self, target: &str, place: &Place<'_>) -> Result<Option<Value>> {
        let pseudo = match target {
            "AWS::NoValue" => return Ok(None),
            "AWS::Region" => REGION,
            "AWS::AccountId" => ACCOUNT_ID,
            "AWS::StackName" => STACK_NAME,
            "AWS::StackId" => STACK_ID,
            "AWS::URLSuffix" => URL_SUFFIX,
            "AWS::Partition" => PARTITION,
            _ => {
                if let Some(value) = self.parameters.get(target) {
                    return Ok(Some(value.clone()));
                }
                let identity = self.resource(target, place)?;
                return Ok(Some(Value::String(identity.reference.clone())));
            }
        };
        Ok(Some(Value::from(pseudo)))
    }

    fn attribute(&self, resource: &str, attribute: &str, place: &Place<'_>) -> Result<Value> {
        let identity = self.resource(resource, place)?;
        identity.attributes.get(attribute).map(|value| Value::String(value.clone())).ok_or_else(
            || {
                anyhow!(
                    "{}: attribute {attribute} of {resource} ({}) is not known to the local stack",
                    place.path,
                    identity.kind
                )
            },
        )
    }

    fn resource(&self, logical_id: &str, place: &Place<'_>) -> Result<&Identity> {
        let Some(identity) = self.resources.get(logical_id) else {
            bail!("{}: there is no parameter or resource {logical_id}", place.path);
        };
        if let Some(function) = place.function
            && identity.kind == "AWS::Serverless::HttpApi"
        {
            bail!(
                "{}: function {function} refers to the HTTP API {logical_id}, whose routes refer to \
                 the function: AWS refuses this circular dependency",
                place.path
            );
        }
        Ok(identity)
    }

    /// `${Name}` and `${Resource.Attribute}`; `${!Name}` stays as `${Name}`.
    fn substitute(
        &self,
        text: &str,
        names: &Map<String, Value>,
        place: &Place<'_>,
    ) -> Result<Value> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                bail!("{}: Fn::Sub has a ${{ without }}", place.path);
            };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let value = match (names.get(name), name.split_once('.')) {
                (Some(value), _) => self.evaluate(value, place)?,
                (None, Some((resource, attribute))) => {
                    Some(self.attribute(resource, attribute, place)?)
                }
                (None, None) => self.reference(name, place)?,
            };
            let Some(value) = value else {
                bail!("{}: Fn::Sub cannot contain AWS::NoValue", place.path);
            };
            result.push_str(&scalar_text(&value, place)?);
        }
        result.push_str(rest);
        Ok(Value::String(result))
    }
}

/// The function and its argument, if a map is a call of an intrinsic function.
pub(super) fn intrinsic(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = map.iter().next()?;
    let called =
        name == "Ref" || name == "Condition" && argument.is_string() || name.starts_with("Fn::");
    (map.len() == 1 && called).then_some((name.as_str(), argument))
}

fn scalar_text(value: &Value, place: &Place<'_>) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        other => bail!("{}: {other} is not a text", place.path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn scope() -> Scope {
        let conditions = json!({"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}});
        Scope {
            parameters: BTreeMap::from([("Stage".to_owned(), json!("live"))]),
            conditions: conditions.as_object().cloned().unwrap(),
            resources: BTreeMap::from([(
                "Queue".to_owned(),
                Identity {
                    kind: "AWS::SQS::Queue".to_owned(),
                    name: "switchboard-queue".to_owned(),
                    reference: "http://127.0.0.1:3004/000000000000/switchboard-queue".to_owned(),
                    attributes: BTreeMap::from([("QueueName", "switchboard-queue".to_owned())]),
                },
            )]),
        }
    }

    fn evaluate(value: Value) -> Result<Option<Value>, String> {
        let place = Place { path: "Resources.X".to_owned(), function: None };
        scope().evaluate(&value, &place).map_err(|error| error.to_string())
    }

    #[test]
    fn functions_are_evaluated() {
        let value = json!({
            "ref": {"Ref": "Stage"},
            "region": {"Ref": "AWS::Region"},
            "gone": {"Ref": "AWS::NoValue"},
            "list": [{"Fn::If": ["Live", {"Ref": "AWS::NoValue"}, 1]}, 2],
            "sub": {"Fn::Sub": "a-${Stage}-${Queue.QueueName}-${!Kept}"},
            "sub map": {"Fn::Sub": ["${X}!", {"X": {"Ref": "Stage"}}]},
            "part": {"Fn::Select": [1, {"Fn::Split": ["-", {"Fn::Sub": "a-${Stage}-c"}]}]},
            "join": {"Fn::Join": ["/", ["a", {"Ref": "Stage"}]]},
        });
        assert_eq!(
            evaluate(value).unwrap().unwrap(),
            json!({
                "ref": "live",
                "region": "us-east-1",
                "list": [2],
                "sub": "a-live-switchboard-queue-${Kept}",
                "sub map": "live!",
                "join": "a/live",
            "part": "live",
            })
        );
    }

    #[test]
    fn what_is_not_known_is_an_error_that_names_it() {
        insta::assert_snapshot!(evaluate(json!({"A": {"Fn::Cidr": [0, ["a"]]}})).unwrap_err(), @"Resources.X.A: Fn::Cidr is not known to the local stack, or not with this argument");
        insta::assert_snapshot!(evaluate(json!({"Ref": "Nothing"})).unwrap_err(), @"Resources.X: there is no parameter or resource Nothing");
        insta::assert_snapshot!(evaluate(json!({"Fn::GetAtt": ["Queue", "Color"]})).unwrap_err(), @"Resources.X: attribute Color of Queue (AWS::SQS::Queue) is not known to the local stack");
    }
}
