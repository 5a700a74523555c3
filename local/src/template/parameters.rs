//! A template's parameters: defaults, given values, and the constraints a value has to satisfy.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::fields::Fields;

/// What a template does not say itself.
pub struct Given<'a> {
    /// Values of parameters, each of which the template has to declare.
    pub parameters: &'a BTreeMap<String, String>,
    /// Values that the stack knows, for those of them that the template declares.
    pub known: &'a BTreeMap<String, String>,
    /// Where the local SQS answers, without a slash at the end.
    pub aws_url: &'a str,
}

/// The value of every parameter that `section` declares.
///
/// # Errors
/// A value given for a parameter that does not exist, a parameter without value, or a value
/// outside the parameter's constraints. Values of `NoEcho` parameters are not repeated.
pub(super) fn values(section: Value, given: &Given<'_>) -> Result<BTreeMap<String, Value>> {
    let mut declarations = Fields::new("Parameters", section)?;
    if let Some(unknown) = given.parameters.keys().find(|name| !declarations.has(name)) {
        bail!("the template has no parameter {unknown}");
    }
    let mut values = BTreeMap::new();
    for name in declarations.names() {
        let declaration = declarations.fields(&name)?.unwrap_or_default();
        let text = given.parameters.get(&name).or_else(|| given.known.get(&name));
        let value = value(&name, declaration, text.map(String::as_str))?;
        values.insert(name, value);
    }
    Ok(values)
}

fn value(name: &str, mut declaration: Fields, given: Option<&str>) -> Result<Value> {
    let kind = declaration.required_string("Type")?;
    let default = declaration.string("Default")?;
    let allowed = declaration.strings("AllowedValues")?;
    let pattern = declaration.string("AllowedPattern")?;
    let (min, max) = (declaration.integer("MinLength")?, declaration.integer("MaxLength")?);
    let (least, most) = (declaration.integer("MinValue")?, declaration.integer("MaxValue")?);
    let secret = declaration.boolean("NoEcho")?.unwrap_or(false);
    let hint = declaration
        .string("ConstraintDescription")?
        .or(declaration.string("Description")?)
        .map(|hint| format!(" ({hint})"))
        .unwrap_or_default();
    declaration.no_local_meaning(&["Description"]);
    declaration.finish()?;

    let Some(text) = given.map(str::to_owned).or(default) else {
        bail!("parameter {name} has no value: give it with --parameter {name}=…{hint}");
    };
    let shown = if secret { "the given value" } else { text.as_str() };
    if let Some(allowed) = allowed
        && !allowed.contains(&text)
    {
        bail!("parameter {name}: `{shown}` is none of {}{hint}", allowed.join(", "));
    }
    if let Some(pattern) = pattern {
        // CloudFormation's pattern has to match the whole value.
        let regex = regex_lite::Regex::new(&format!("^(?:{pattern})$"))
            .with_context(|| format!("parameter {name}: AllowedPattern"))?;
        if !regex.is_match(&text) {
            bail!("parameter {name}: `{shown}` does not match {pattern}{hint}");
        }
    }
    let length = i64::try_from(text.chars().count())?;
    if min.is_some_and(|min| length < min) || max.is_some_and(|max| length > max) {
        bail!("parameter {name}: `{shown}` is too short or too long{hint}");
    }
    match kind.as_str() {
        "String" => Ok(Value::String(text)),
        "Number" => {
            let Ok(number) = text.parse::<f64>() else {
                bail!("parameter {name}: `{shown}` is not a number{hint}");
            };
            if least.is_some_and(|least| number < least as f64)
                || most.is_some_and(|most| number > most as f64)
            {
                bail!("parameter {name}: `{shown}` is too small or too large{hint}");
            }
            Ok(Value::String(text))
        }
        "CommaDelimitedList" => Ok(text.split(',').map(|item| Value::from(item.trim())).collect()),
        other => bail!("parameter {name}: type {other} is not known to the local stack"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(declaration: Value, given: &[(&str, &str)]) -> Result<Value, String> {
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let given = Given { parameters: &given, known: &BTreeMap::new(), aws_url: "" };
        values(json!({ "Number": declaration }), &given)
            .map(|values| values["Number"].clone())
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_default_is_used_and_a_given_value_wins() {
        let declaration = json!({"Type": "String", "Default": "a"});
        assert_eq!(check(declaration.clone(), &[]), Ok(json!("a")));
        assert_eq!(check(declaration, &[("Number", "b")]), Ok(json!("b")));
    }

    #[test]
    fn errors_name_the_parameter_and_the_constraint() {
        let declaration = json!({"Type": "String", "AllowedPattern": "\\+[1-9][0-9]{1,14}", "Description": "E.164"});
        insta::assert_snapshot!(check(declaration.clone(), &[]).unwrap_err(), @"parameter Number has no value: give it with --parameter Number=… (E.164)");
        insta::assert_snapshot!(check(declaration.clone(), &[("Number", "1+15005550100")]).unwrap_err(), @r"parameter Number: `1+15005550100` does not match \+[1-9][0-9]{1,14} (E.164)");
        insta::assert_snapshot!(check(declaration, &[("Numbr", "+1")]).unwrap_err(), @"the template has no parameter Numbr");
        let declaration = json!({"Type": "String", "AllowedValues": ["true", "false"]});
        insta::assert_snapshot!(check(declaration, &[("Number", "yes")]).unwrap_err(), @"parameter Number: `yes` is none of true, false");
    }

    #[test]
    fn a_secret_value_is_not_repeated() {
        let declaration = json!({"Type": "String", "NoEcho": true, "AllowedPattern": "[0-9]+"});
        let error = check(declaration, &[("Number", "hunter2")]).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
