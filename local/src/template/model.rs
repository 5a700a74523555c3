//! What a template declares, evaluated and in the local stack's own terms.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, bail};
use axum::http::Method;
use serde_json::Value;

use super::{
    authorization::{Authorization, Authorizers, RouteAuth},
    policy::Statement,
    queue::{Queue, QueueSource},
    role::Role,
    schedule::Schedule,
    stream::StreamSource,
    user_pool::UserPool,
};

/// Everything that `template.yaml` declares.
#[derive(Debug, Default)]
pub struct Template {
    /// The HTTP API, if there is one.
    pub api: Option<HttpApi>,
    /// The Lambda functions, by logical id.
    pub functions: Vec<Function>,
    /// The DynamoDB tables.
    pub tables: Vec<Table>,
    /// The S3 buckets.
    pub buckets: Vec<Bucket>,
    /// The SQS queues.
    pub queues: Vec<Queue>,
    /// The roles that functions name.
    pub roles: Vec<Role>,
    /// The secrets.
    pub secrets: Vec<Secret>,
    /// The user pool, if there is one.
    pub user_pool: Option<UserPool>,
    /// Physical names by logical id, of all resources.
    pub names: BTreeMap<String, String>,
}

/// `AWS::Serverless::HttpApi`.
#[derive(Debug)]
pub struct HttpApi {
    /// Its id in addresses and events.
    pub id: String,
    /// Who checks tokens.
    pub authorizers: Authorizers,
}

/// `AWS::Serverless::Function`.
#[derive(Debug, Clone)]
pub struct Function {
    /// `IvrEntry`.
    pub logical_id: String,
    /// The binary, which is also the folder and the package: `ivr-entry`.
    pub binary: String,
    /// The name in AWS: `switchboard-ivr-entry`.
    pub name: String,
    /// Memory in MB: told to the function, not enforced.
    pub memory_mb: u32,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Most processes at a time, if the template reserves a number.
    pub concurrency: Option<usize>,
    /// The declared environment.
    pub environment: BTreeMap<String, String>,
    /// The ARN of its role, if SAM is not to make one.
    pub role: Option<String>,
    /// What it may do in AWS.
    pub policies: Vec<Statement>,
    /// Its routes in the HTTP API.
    pub routes: Vec<Route>,
    /// The queues it reads.
    pub queues: Vec<QueueSource>,
    /// The streams it reads.
    pub streams: Vec<StreamSource>,
    /// Its schedules.
    pub schedules: Vec<Schedule>,
}

/// An `HttpApi` event: one route of a function.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method, or any.
    pub method: AnyMethod,
    /// The path, with `{name}` and `{name+}` for variables; `$default` for what no other route
    /// takes.
    pub path: String,
    /// How long API Gateway waits for the function, 30 seconds at most.
    pub timeout: Duration,
    /// What a request has to bring; nothing if the route is public.
    pub authorization: Option<Authorization>,
    /// What the event says of that.
    pub(super) auth: RouteAuth,
}

/// The method of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnyMethod {
    /// `ANY`.
    Any,
    /// This method only.
    One(Method),
}

/// `AWS::DynamoDB::Table`.
#[derive(Debug)]
pub struct Table {
    /// Its logical id.
    pub logical_id: String,
    /// The table's name.
    pub name: String,
    /// DynamoDB's `CreateTable` request for it.
    pub create: Value,
    /// The ARN of its stream, if it has one.
    pub stream: Option<String>,
    /// The attribute that holds an item's expiry, if TTL is on.
    pub time_to_live: Option<String>,
}

/// `AWS::S3::Bucket`.
#[derive(Debug)]
pub struct Bucket {
    /// Its logical id.
    pub logical_id: String,
    /// The bucket's name.
    pub name: String,
}

/// `AWS::SecretsManager::Secret`.
#[derive(Debug)]
pub struct Secret {
    /// Its logical id.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The secret text; `None` when the template gives none, and it is put later.
    pub value: Option<String>,
}

impl Template {
    /// Gives every route its authorizer, which may be declared after the function.
    pub(super) fn authorize_routes(&mut self) -> Result<()> {
        let Some(api) = &self.api else { return Ok(()) };
        for function in &mut self.functions {
            for route in &mut function.routes {
                route.authorization = api.authorizers.of(&route.auth).with_context(|| {
                    format!("Resources.{}: route {}", function.logical_id, route.path)
                })?;
            }
        }
        Ok(())
    }

    /// Checks that ARNs of queues and streams which the resources refer to are of this template.
    pub(super) fn check_references(&self) -> Result<()> {
        let exists = |arn: &str| self.queues.iter().any(|queue| queue.arn == arn);
        for queue in &self.queues {
            if let Some(redrive) = &queue.redrive
                && !exists(&redrive.dead_letters)
            {
                bail!(
                    "Resources.{}: its dead-letter queue {} is not in the template",
                    queue.logical_id,
                    redrive.dead_letters
                );
            }
        }
        for function in &self.functions {
            for source in &function.queues {
                if !exists(&source.queue) {
                    bail!(
                        "Resources.{}: the queue {} is not in the template",
                        function.logical_id,
                        source.queue
                    );
                }
            }
            for source in &function.streams {
                let is_ours = |table: &Table| table.stream.as_ref() == Some(&source.stream);
                if !self.tables.iter().any(is_ours) {
                    bail!(
                        "Resources.{}: no table of the template has the stream {}",
                        function.logical_id,
                        source.stream
                    );
                }
                if let Some(queue) = &source.on_failure
                    && !exists(queue)
                {
                    bail!(
                        "Resources.{}: its on-failure queue {queue} is not in the template",
                        function.logical_id
                    );
                }
            }
        }
        if self.api.is_none()
            && let Some(function) =
                self.functions.iter().find(|function| !function.routes.is_empty())
        {
            bail!(
                "Resources.{}: it has a route, and the template has no AWS::Serverless::HttpApi",
                function.logical_id
            );
        }
        Ok(())
    }
}
