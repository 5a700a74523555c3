//! `AWS::Serverless::Function`: its properties, its events, and the globals it inherits.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, anyhow, bail};
use axum::http::Method;
use serde_json::{Map, Value};

use super::{
    authorization::route_auth,
    evaluate::{Place, Scope, intrinsic},
    fields::Fields,
    identity::kebab,
    model::{AnyMethod, Function, Route},
    policy,
    queue::queue_source,
    schedule::schedule,
    stream::stream_source,
};

/// A function's properties over the `Globals` section, as SAM merges them: maps are merged, lists
/// are appended to the global list, everything else is replaced.
///
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>
pub(super) fn with_globals(globals: Option<&Value>, properties: Value) -> Value {
    match globals {
        Some(globals) => merge(globals, properties),
        None => properties,
    }
}

fn merge(global: &Value, local: Value) -> Value {
    match (global, local) {
        (Value::Object(global), Value::Object(local))
            if intrinsic(global).is_none() && intrinsic(&local).is_none() =>
        {
            let mut merged: Map<String, Value> = global.clone();
            for (key, value) in local {
                let value = match global.get(&key) {
                    Some(global) => merge(global, value),
                    None => value,
                };
                merged.insert(key, value);
            }
            Value::Object(merged)
        }
        (Value::Array(global), Value::Array(local)) => {
            Value::Array(global.iter().cloned().chain(local).collect())
        }
        (_, local) => local,
    }
}

/// Reads a function, globals already merged in.
///
/// # Errors
/// A property or event that is wrong or not known to the local stack.
pub(super) fn read(
    scope: &Scope,
    logical_id: &str,
    name: &str,
    properties: Value,
    place: &Place<'_>,
) -> Result<Function> {
    let (mut properties, events) = match properties {
        Value::Object(mut map) => {
            let events = map.remove("Events").unwrap_or_default();
            (Value::Object(map), events)
        }
        other => bail!("{}: {other} is not a map", place.path),
    };
    properties = scope.evaluate(&properties, place)?.unwrap_or_default();
    // An event is the API's reference to the function, so it may name the API.
    let event_place = Place { path: format!("{}.Events", place.path), function: None };
    let events = scope.evaluate(&events, &event_place)?.unwrap_or_default();

    let mut fields =
        Fields::new(format!("{} (AWS::Serverless::Function)", place.path), properties)?;
    for (property, only) in [("Handler", "bootstrap"), ("Runtime", "provided.al2023")] {
        let value = fields.required_string(property)?;
        if value != only {
            bail!(
                "{}.{property}: {value} is not known to the local stack, only {only}",
                fields.place()
            );
        }
    }
    let mut environment = BTreeMap::new();
    if let Some(mut section) = fields.fields("Environment")? {
        if let Some(mut variables) = section.fields("Variables")? {
            for name in variables.names() {
                let value = variables.required_string(&name)?;
                environment.insert(name, value);
            }
        }
        section.finish()?;
    }
    if let Some(mut logging) = fields.fields("LoggingConfig")? {
        for (property, variable) in [
            ("LogFormat", "AWS_LAMBDA_LOG_FORMAT"),
            ("ApplicationLogLevel", "AWS_LAMBDA_LOG_LEVEL"),
        ] {
            environment.extend(logging.string(property)?.map(|value| (variable.to_owned(), value)));
        }
        logging.no_local_meaning(&["LogGroup", "SystemLogLevel"]);
        logging.finish()?;
    }
    let memory_mb = fields.positive("MemorySize", 128)?;
    let timeout = fields.seconds("Timeout", 3)?;
    let concurrency =
        fields.integer("ReservedConcurrentExecutions")?.map(usize::try_from).transpose()?;
    let role = fields.string("Role")?;
    if role.is_some() && fields.has("Policies") {
        bail!("{}: SAM gives Policies to the role that it makes, not to Role", fields.place());
    }
    let policies = policy::statements(&mut fields)?;
    fields.no_local_meaning(&[
        "Architectures",
        "CodeUri",
        "Description",
        "FunctionName",
        "RecursiveLoop",
        "Tags",
        "Tracing",
    ]);
    fields.finish()?;

    let mut function = Function {
        logical_id: logical_id.to_owned(),
        binary: kebab(logical_id),
        name: name.to_owned(),
        memory_mb,
        timeout,
        concurrency,
        environment,
        role,
        policies,
        routes: Vec::new(),
        queues: Vec::new(),
        streams: Vec::new(),
        schedules: Vec::new(),
    };
    let mut events = Fields::new(format!("{}.Events", place.path), events)?;
    for name in events.names() {
        if let Some(mut event) = events.fields(&name)? {
            let kind = event.required_string("Type")?;
            let mut properties = event.fields("Properties")?.unwrap_or_default();
            event.finish()?;
            match kind.as_str() {
                "HttpApi" => function.routes.push(route(&mut properties)?),
                "SQS" => function.queues.push(queue_source(&mut properties)?),
                "DynamoDB" => function.streams.extend(stream_source(&mut properties)?),
                "Schedule" | "ScheduleV2" => {
                    function.schedules.extend(schedule(&mut properties, &kind, logical_id, &name)?)
                }
                other => bail!(
                    "{}.Events.{name}: event type {other} is not known to the local stack, only \
                     HttpApi, SQS, DynamoDB, Schedule and ScheduleV2",
                    place.path
                ),
            }
            properties.finish()?;
        }
    }
    Ok(function)
}

fn route(event: &mut Fields) -> Result<Route> {
    event.no_local_meaning(&["ApiId"]);
    let path = event.string("Path")?.unwrap_or_else(|| "$default".to_owned());
    if path != "$default" && !path.starts_with('/') {
        bail!("{}.Path: {path} does not begin with /", event.place());
    }
    let method = match event.string("Method")?.as_deref() {
        None => AnyMethod::Any,
        Some(any) if any.eq_ignore_ascii_case("any") => AnyMethod::Any,
        Some(method) => AnyMethod::One(
            Method::from_bytes(method.to_ascii_uppercase().as_bytes())
                .map_err(|_| anyhow!("{}.Method: {method} is not a method", event.place()))?,
        ),
    };
    if let Some(version) = event.string("PayloadFormatVersion")?
        && version != "2.0"
    {
        bail!(
            "{}: payload format {version} is not known to the local stack, only 2.0",
            event.place()
        );
    }
    let milliseconds: u64 = event.positive("TimeoutInMillis", 30_000)?;
    let auth = route_auth(event)?;
    let timeout = Duration::from_millis(milliseconds.min(30_000));
    Ok(Route { method, path, timeout, authorization: None, auth })
}
