//! Resource types, each read property by property.

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value, json};

use super::{
    authorization,
    evaluate::{Place, Scope},
    fields::Fields,
    function,
    identity::NO_LOCAL_MEANING,
    model::{Bucket, HttpApi, Secret, Table, Template},
    queue, role,
    user_pool::UserPool,
};

/// A resource as written: its type and its properties, not evaluated.
pub(super) struct Declaration {
    pub(super) kind: String,
    pub(super) properties: Value,
}

/// Adds one resource to the template.
///
/// # Errors
/// A property is wrong, or not known to the local stack.
pub(super) fn interpret(
    template: &mut Template,
    user_pool: &mut UserPool,
    scope: &Scope,
    logical_id: &str,
    declaration: Declaration,
    globals: Option<&Value>,
) -> Result<()> {
    let Declaration { kind, properties } = declaration;
    let identity =
        scope.resources.get(logical_id).ok_or_else(|| anyhow!("{logical_id} has no identity"))?;
    let is_function = kind == "AWS::Serverless::Function";
    let properties =
        if is_function { function::with_globals(globals, properties) } else { properties };
    let place = Place {
        path: format!("Resources.{logical_id}"),
        function: is_function.then_some(logical_id),
    };
    if is_function {
        template.functions.push(function::read(
            scope,
            logical_id,
            &identity.name,
            properties,
            &place,
        )?);
        return Ok(());
    }
    let properties = scope.evaluate(&properties, &place)?.unwrap_or_default();
    let mut fields = Fields::new(format!("Resources.{logical_id} ({kind})"), properties)?;
    let attribute = |name: &str| identity.attributes.get(name).cloned().unwrap_or_default();
    let logical_id = logical_id.to_owned();
    let name = identity.name.clone();
    match kind.as_str() {
        "AWS::Serverless::HttpApi" => {
            if let Some(stage) = fields.string("StageName")?
                && stage != "$default"
            {
                bail!(
                    "{}: stage {stage} is not known to the local stack, only $default",
                    fields.place()
                );
            }
            fields.no_local_meaning(&[
                "AccessLogSettings",
                "DefaultRouteSettings",
                "Description",
                "Name",
                "RouteSettings",
                "Tags",
            ]);
            if template.api.is_some() {
                bail!("{}: the local stack runs one HTTP API only", fields.place());
            }
            let authorizers = authorization::authorizers(&mut fields)?;
            template.api = Some(HttpApi { id: name, authorizers });
            fields.finish()
        }
        "AWS::DynamoDB::Table" => {
            template.tables.push(table(logical_id, name, attribute("StreamArn"), &mut fields)?);
            fields.finish()
        }
        "AWS::S3::Bucket" => {
            fields.no_local_meaning(&[
                "BucketEncryption",
                "BucketName",
                "LifecycleConfiguration",
                "OwnershipControls",
                "PublicAccessBlockConfiguration",
                "Tags",
                "VersioningConfiguration",
            ]);
            template.buckets.push(Bucket { logical_id, name });
            fields.finish()
        }
        "AWS::SQS::Queue" => {
            template.queues.push(queue::read(logical_id, identity, &mut fields)?);
            fields.finish()
        }
        "AWS::SecretsManager::Secret" => {
            let value = fields.string("SecretString")?;
            fields.no_local_meaning(&["Description", "KmsKeyId", "Name", "Tags"]);
            template.secrets.push(Secret {
                logical_id,
                name,
                arn: identity.reference.clone(),
                value,
            });
            fields.finish()
        }
        "AWS::IAM::Role" => {
            template.roles.push(role::read(attribute("Arn"), &mut fields)?);
            fields.finish()
        }
        kind if NO_LOCAL_MEANING.contains(&kind) => Ok(()),
        kind if user_pool.add(kind, &name, &mut fields)? => fields.finish(),
        kind => bail!("{}: {kind} is not interpreted", fields.place()),
    }
}

/// CloudFormation's properties of a table are the fields of DynamoDB's `CreateTable`, but for a
/// few that are requests of their own.
fn table(
    logical_id: String,
    name: String,
    stream_arn: String,
    fields: &mut Fields,
) -> Result<Table> {
    let mut create = Map::from_iter([("TableName".to_owned(), Value::from(name.clone()))]);
    for property in [
        "AttributeDefinitions",
        "KeySchema",
        "BillingMode",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "ProvisionedThroughput",
    ] {
        if let Some(value) = fields.take(property) {
            create.insert(property.to_owned(), value);
        }
    }
    let stream = match fields.fields("StreamSpecification")? {
        Some(mut specification) => {
            let view = specification.required_string("StreamViewType")?;
            specification.finish()?;
            create.insert(
                "StreamSpecification".to_owned(),
                json!({"StreamEnabled": true, "StreamViewType": view}),
            );
            Some(stream_arn)
        }
        None => None,
    };
    let time_to_live = match fields.fields("TimeToLiveSpecification")? {
        Some(mut specification) => {
            let attribute = specification.required_string("AttributeName")?;
            let enabled = specification.boolean("Enabled")?.unwrap_or(false);
            specification.finish()?;
            enabled.then_some(attribute)
        }
        None => None,
    };
    fields.no_local_meaning(&[
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TableName",
        "Tags",
    ]);
    Ok(Table { logical_id, name, create: Value::Object(create), stream, time_to_live })
}
