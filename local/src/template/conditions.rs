//! A template's conditions.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html>

use anyhow::{Result, bail};
use serde_json::Value;

use super::evaluate::{Place, Scope, intrinsic};

impl Scope {
    /// Whether the condition of this name holds.
    ///
    /// # Errors
    /// There is none, it refers to itself, or it uses a function that conditions do not have.
    pub(super) fn condition(&self, name: &str) -> Result<bool> {
        self.named_condition(name, &mut Vec::new())
    }

    fn named_condition(&self, name: &str, outer: &mut Vec<String>) -> Result<bool> {
        let Some(expression) = self.conditions.get(name) else {
            bail!("there is no condition {name}");
        };
        if outer.iter().any(|outer| outer == name) {
            bail!("condition {name} refers to itself");
        }
        outer.push(name.to_owned());
        let holds = self.boolean(expression, name, outer)?;
        outer.pop();
        Ok(holds)
    }

    fn boolean(&self, expression: &Value, name: &str, outer: &mut Vec<String>) -> Result<bool> {
        let call = expression.as_object().and_then(intrinsic);
        match call {
            Some(("Condition", Value::String(other))) => self.named_condition(other, outer),
            Some(("Fn::Equals", Value::Array(sides))) if sides.len() == 2 => {
                let place = Place { path: format!("Conditions.{name}"), function: None };
                Ok(self.evaluate(&sides[0], &place)? == self.evaluate(&sides[1], &place)?)
            }
            Some(("Fn::Not", Value::Array(terms))) if terms.len() == 1 => {
                Ok(!self.boolean(&terms[0], name, outer)?)
            }
            Some(("Fn::And", Value::Array(terms))) => {
                for term in terms {
                    if !self.boolean(term, name, outer)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Some(("Fn::Or", Value::Array(terms))) => {
                for term in terms {
                    if self.boolean(term, name, outer)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => bail!("condition {name}: {expression} is not known to the local stack"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn scope() -> Scope {
        let conditions = json!({
            "Yes": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
            "No": {"Fn::Not": [{"Condition": "Yes"}]},
            "Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
            "One": {"Fn::Or": [{"Condition": "No"}, {"Condition": "Yes"}]},
            "Loop": {"Fn::Not": [{"Condition": "Loop"}]},
            "Odd": {"Fn::Contains": [["a"], "a"]},
        });
        Scope {
            parameters: BTreeMap::from([("Stage".to_owned(), json!("live"))]),
            conditions: conditions.as_object().cloned().unwrap(),
            resources: BTreeMap::new(),
        }
    }

    #[test]
    fn conditions_are_evaluated() {
        let scope = scope();
        let holds = |name| scope.condition(name).map_err(|error| error.to_string());
        assert_eq!(holds("Yes"), Ok(true));
        assert_eq!(holds("No"), Ok(false));
        assert_eq!(holds("Both"), Ok(false));
        assert_eq!(holds("One"), Ok(true));
        assert_eq!(holds("Loop"), Err("condition Loop refers to itself".to_owned()));
        assert!(holds("Odd").is_err_and(|error| error.contains("Fn::Contains")));
    }
}
