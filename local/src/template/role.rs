//! `AWS::IAM::Role`: the role of a function that shall not have the wide ones that SAM makes for
//! readers of queues and streams.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>

use anyhow::{Context, Result, bail};

use super::{
    fields::Fields,
    model::{Function, Template},
    policy::{self, Statement},
};
use crate::iam::pattern::matches;

/// Managed policies that let a function write its log and its traces, which all may here.
const NO_LOCAL_MEANING: [&str; 2] =
    ["service-role/AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"];

/// A role of the template.
#[derive(Debug)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// What it allows.
    pub statements: Vec<Statement>,
}

/// Reads the properties of an `AWS::IAM::Role`.
///
/// # Errors
/// A property is wrong, or a managed policy is not known to the local stack.
pub(super) fn read(arn: String, fields: &mut Fields) -> Result<Role> {
    fields.no_local_meaning(&["AssumeRolePolicyDocument", "Description", "Tags"]);
    for managed in fields.strings("ManagedPolicyArns")?.unwrap_or_default() {
        if !NO_LOCAL_MEANING.iter().any(|name| managed.ends_with(&format!(":policy/{name}"))) {
            bail!(
                "{}: the managed policy {managed} is not known to the local stack",
                fields.place()
            );
        }
    }
    let mut statements = Vec::new();
    for mut policy in fields.list("Policies")? {
        policy.no_local_meaning(&["PolicyName"]);
        let document = policy.required("PolicyDocument")?;
        let place = format!("{}.PolicyDocument", policy.place());
        statements.extend(policy::document(place, document)?);
        policy.finish()?;
    }
    Ok(Role { arn, statements })
}

impl Template {
    /// Gives every function that names a role what that role allows.
    ///
    /// # Errors
    /// The role is not in the template, or lacks what Lambda reads the function's queues and
    /// streams with: Lambda refuses such an event source.
    pub(super) fn assume_roles(&mut self) -> Result<()> {
        for function in &mut self.functions {
            let Some(arn) = &function.role else { continue };
            let place = format!("Resources.{}.Role", function.logical_id);
            let role = self.roles.iter().find(|role| role.arn == *arn);
            let role = role.with_context(|| format!("{place}: {arn} is not in the template"))?;
            for (action, resource) in needs_of_sources(function) {
                let allows = role.statements.iter().any(|statement| {
                    statement.actions.iter().any(|pattern| matches(pattern, action))
                        && statement.resources.iter().any(|pattern| matches(pattern, resource))
                });
                if !allows {
                    bail!("{place}: Lambda needs {action} on {resource} to read it");
                }
            }
            function.policies.clone_from(&role.statements);
        }
        Ok(())
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html> and
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-create-table-execution-role.html>
fn needs_of_sources(function: &Function) -> impl Iterator<Item = (&'static str, &str)> {
    let queues = function.queues.iter().flat_map(|source| {
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
            .map(|action| (action, source.queue.as_str()))
    });
    let streams = function.streams.iter().flat_map(|source| {
        ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"]
            .map(|action| (action, source.stream.as_str()))
    });
    queues.chain(streams)
}
