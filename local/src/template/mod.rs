//! Reads `template.yaml`, the one list of functions, routes, environment, event sources, tables,
//! buckets, queues and secrets, which SAM deploys and this crate runs.
//!
//! What has no meaning on a laptop is listed by name and ignored: see `NO_LOCAL_MEANING` in
//! `identity.rs` and the calls of `no_local_meaning`. Everything else that the reader does not know
//! (a resource type, a property, an intrinsic function, an event type) is an error that names it,
//! because a thing that is skipped here and not in AWS makes the local stack misleading.

mod account;
mod authorization;
mod conditions;
mod evaluate;
mod fields;
mod filter;
mod function;
mod identity;
mod model;
mod parameters;
mod policy;
mod queue;
mod resources;
mod role;
mod schedule;
mod stream;
mod user_pool;
mod yaml;

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::Value;

pub use account::{ACCOUNT_ID, REGION, STACK_NAME, USER_POOL_ID};
pub use authorization::{Authorization, Authorizers, JwtAuthorizer};
pub use filter::Filter;
pub use model::{AnyMethod, Bucket, Function, HttpApi, Route, Secret, Table, Template};
pub use parameters::Given;
pub use policy::Statement;
pub use queue::{Queue, QueueSource, Redrive};
pub use role::Role;
pub use schedule::Schedule;
pub use stream::{StartingPosition, StreamSource};
pub use user_pool::{Client, UserPool};

use evaluate::{Place, Scope};
use fields::Fields;
use identity::Identity;
use resources::Declaration;

impl Template {
    /// Reads and evaluates the template in a file.
    ///
    /// # Errors
    /// The file cannot be read, or [`Template::parse`] fails.
    pub fn read(path: &Path, given: &Given<'_>) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the template {} cannot be read", path.display()))?;
        Self::parse(&text, given).with_context(|| path.display().to_string())
    }

    /// Evaluates a template.
    ///
    /// # Errors
    /// Anything in the template that is wrong or that the local stack does not know.
    pub fn parse(text: &str, given: &Given<'_>) -> Result<Self> {
        let mut sections = Fields::new("the template", yaml::parse(text)?)?;
        sections.no_local_meaning(&["AWSTemplateFormatVersion", "Description", "Metadata"]);
        match sections.string("Transform")?.as_deref() {
            Some("AWS::Serverless-2016-10-31") | None => {}
            Some(other) => bail!("Transform {other} is not known to the local stack"),
        }
        let parameters =
            parameters::values(sections.take("Parameters").unwrap_or_default(), given)?;
        let conditions = match sections.take("Conditions").unwrap_or_default() {
            Value::Object(conditions) => conditions,
            Value::Null => serde_json::Map::new(),
            other => bail!("Conditions: expected a map, found {other}"),
        };
        let globals = match sections.fields("Globals")? {
            Some(mut globals) => {
                let function = globals.take("Function");
                globals.finish()?;
                function
            }
            None => None,
        };
        let resources = sections.required("Resources")?;
        let outputs = sections.take("Outputs");
        sections.finish()?;

        let mut scope = Scope { parameters, conditions, resources: BTreeMap::new() };
        for name in scope.conditions.keys() {
            scope.condition(name)?;
        }
        let declared = declarations(&mut scope, resources, given.aws_url)?;
        let mut template = Self::default();
        let mut user_pool = UserPool::default();
        for (logical_id, declaration) in declared {
            resources::interpret(
                &mut template,
                &mut user_pool,
                &scope,
                &logical_id,
                declaration,
                globals.as_ref(),
            )?;
        }
        template.user_pool = user_pool.checked()?;
        template.authorize_routes()?;
        template.check_references()?;
        template.assume_roles()?;
        if let Some(outputs) = outputs {
            let mut outputs = Fields::new("Outputs", outputs)?;
            for name in outputs.names() {
                let mut output = outputs.fields(&name)?.unwrap_or_default();
                let condition = output.string("Condition")?;
                if condition.is_none_or(|condition| scope.condition(&condition).unwrap_or(true)) {
                    let place = Place { path: format!("Outputs.{name}"), function: None };
                    scope.evaluate(&output.take("Value").unwrap_or_default(), &place)?;
                }
            }
        }
        template.names = scope
            .resources
            .into_iter()
            .map(|(logical_id, identity)| (logical_id, identity.name))
            .collect();
        Ok(template)
    }
}

/// The resources whose condition holds, as their type and properties, with their identities put
/// into the scope.
fn declarations(
    scope: &mut Scope,
    resources: Value,
    aws_url: &str,
) -> Result<Vec<(String, Declaration)>> {
    let mut resources = Fields::new("Resources", resources)?;
    let mut declared = Vec::new();
    for logical_id in resources.names() {
        let mut resource = resources.fields(&logical_id)?.unwrap_or_default();
        let kind = resource.required_string("Type")?;
        let condition = resource.string("Condition")?;
        let properties =
            resource.take("Properties").unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        resource.no_local_meaning(&[
            "DeletionPolicy",
            "DependsOn",
            "Metadata",
            "UpdateReplacePolicy",
        ]);
        resource.finish()?;
        let name_property = identity::name_property(&kind, &logical_id)?;
        if let Some(condition) = condition
            && !scope.condition(&condition)?
        {
            continue;
        }
        let chosen = match name_property.and_then(|property| properties.get(property)) {
            Some(expression) => {
                let place =
                    Place { path: format!("Resources.{logical_id}: its name"), function: None };
                // Names are evaluated before any resource is in the scope: a name cannot depend
                // on another resource here.
                let names_only = Scope {
                    parameters: scope.parameters.clone(),
                    conditions: scope.conditions.clone(),
                    resources: BTreeMap::new(),
                };
                names_only.evaluate(expression, &place)?
            }
            None => None,
        };
        let name = match chosen {
            Some(Value::String(name)) => name,
            Some(other) => bail!("Resources.{logical_id}: {other} is not a name"),
            None => identity::default_name(&logical_id),
        };
        let identity = Identity::new(&kind, name, aws_url);
        scope.resources.insert(logical_id.clone(), identity);
        declared.push((logical_id, Declaration { kind, properties }));
    }
    Ok(declared)
}
