//! A function's `Policies`: what it may do in AWS.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html#sam-function-policies>

use anyhow::{Result, bail};
use serde_json::Value;

use super::fields::Fields;

/// A statement of an inline policy: these actions on these resources are allowed.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `dynamodb:GetItem`, with `*` and `?` for more than one.
    pub actions: Vec<String>,
    /// ARNs, with `*` and `?` for more than one.
    pub resources: Vec<String>,
}

/// The statements of a function's inline policies.
///
/// # Errors
/// A managed policy, a policy template, a `Deny` or a condition: nothing here decides by them.
pub(super) fn statements(function: &mut Fields) -> Result<Vec<Statement>> {
    let place = format!("{}.Policies", function.place());
    let policies = one_or_more(function.take("Policies").unwrap_or_default());
    let mut statements = Vec::new();
    for policy in policies {
        if let Value::String(name) = policy {
            bail!(
                "{place}: the managed policy {name} is not known to the local stack, only \
                 statements"
            );
        }
        statements.extend(document(place.clone(), policy)?);
    }
    Ok(statements)
}

/// The statements of one policy.
///
/// # Errors
/// A `Deny` or a condition: nothing here decides by them.
pub(super) fn document(place: String, policy: Value) -> Result<Vec<Statement>> {
    let mut policy = Fields::new(place, policy)?;
    policy.no_local_meaning(&["Version"]);
    let place = format!("{}.Statement", policy.place());
    let statements = one_or_more(policy.required("Statement")?)
        .into_iter()
        .map(|statement| read(Fields::new(place.clone(), statement)?))
        .collect::<Result<_>>()?;
    policy.finish()?;
    Ok(statements)
}

fn read(mut statement: Fields) -> Result<Statement> {
    statement.no_local_meaning(&["Sid"]);
    let effect = statement.required_string("Effect")?;
    if effect != "Allow" {
        bail!("{}: Effect {effect} is not known to the local stack, only Allow", statement.place());
    }
    let actions = texts(&mut statement, "Action")?;
    let resources = texts(&mut statement, "Resource")?;
    statement.finish()?;
    Ok(Statement { actions, resources })
}

fn texts(statement: &mut Fields, name: &str) -> Result<Vec<String>> {
    let values = one_or_more(statement.required(name)?);
    let text = |value| match value {
        Value::String(text) => Ok(text),
        other => bail!("{}.{name}: expected text, found {other}", statement.place()),
    };
    values.into_iter().map(text).collect()
}

/// IAM's lists may be their one item instead.
fn one_or_more(value: Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items,
        one => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(policies: Value) -> Result<Vec<Statement>> {
        statements(&mut Fields::new("Resources.X", json!({ "Policies": policies })).unwrap())
    }

    #[test]
    fn statements_are_read_in_all_their_forms() {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let statement =
            |actions, resources| Statement { actions: owned(actions), resources: owned(resources) };
        let policies = json!([
            {"Version": "2012-10-17", "Statement": [
                {"Sid": "A", "Effect": "Allow", "Action": "s3:GetObject", "Resource": ["a", "b"]},
            ]},
            {"Statement": {"Effect": "Allow", "Action": ["sqs:*"], "Resource": "*"}},
        ]);
        let expected =
            vec![statement(&["s3:GetObject"], &["a", "b"]), statement(&["sqs:*"], &["*"])];
        assert_eq!(read(policies).unwrap(), expected);
        assert_eq!(read(Value::Null).unwrap(), []);
    }

    #[test]
    fn what_decides_otherwise_is_an_error_that_names_it() {
        let fails = |policies| read(policies).unwrap_err().to_string();
        let with = |name: &str, value: Value| {
            let mut statement = json!({"Effect": "Allow", "Action": "a:b", "Resource": "*"});
            statement[name] = value;
            json!({ "Statement": [statement] })
        };
        insta::assert_snapshot!(fails(json!("AmazonS3FullAccess")), @"Resources.X.Policies: the managed policy AmazonS3FullAccess is not known to the local stack, only statements");
        insta::assert_snapshot!(fails(json!({"DynamoDBReadPolicy": {"TableName": "x"}})), @"Resources.X.Policies: Statement is missing");
        insta::assert_snapshot!(fails(with("Effect", json!("Deny"))), @"Resources.X.Policies.Statement: Effect Deny is not known to the local stack, only Allow");
        insta::assert_snapshot!(fails(with("Condition", json!({}))), @"Resources.X.Policies.Statement: Condition is not known to the local stack (local/src/template)");
        insta::assert_snapshot!(fails(with("NotAction", json!("x"))), @"Resources.X.Policies.Statement: NotAction is not known to the local stack (local/src/template)");
    }
}
