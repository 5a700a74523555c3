//! What `Ref` and `Fn::GetAtt` of a resource give, known from its name before it exists.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::account::{ACCOUNT_ID, PARTITION, REGION, STACK_NAME, URL_SUFFIX, USER_POOL_ID};

/// Resource types that change nothing on a laptop.
pub(super) const NO_LOCAL_MEANING: &[&str] = &[
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::LogDeliveryConfiguration",
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolRiskConfigurationAttachment",
    "AWS::Cognito::UserPoolUICustomizationAttachment",
    "AWS::Cognito::UserPoolUser",
    "AWS::Cognito::UserPoolUserToGroupAttachment",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
];

/// A resource as others refer to it.
pub(super) struct Identity {
    /// The resource's type.
    pub(super) kind: String,
    /// Its physical name.
    pub(super) name: String,
    /// What `Ref` gives.
    pub(super) reference: String,
    /// What `Fn::GetAtt` gives.
    pub(super) attributes: BTreeMap<&'static str, String>,
}

/// The property that sets the physical name of a resource, for types that have a name.
///
/// # Errors
/// The type is not known to the local stack.
pub(super) fn name_property(kind: &str, logical_id: &str) -> Result<Option<&'static str>> {
    Ok(match kind {
        "AWS::Serverless::Function" => Some("FunctionName"),
        "AWS::DynamoDB::Table" => Some("TableName"),
        "AWS::S3::Bucket" => Some("BucketName"),
        "AWS::SQS::Queue" => Some("QueueName"),
        "AWS::SecretsManager::Secret" => Some("Name"),
        "AWS::IAM::Role" => Some("RoleName"),
        "AWS::Serverless::HttpApi" | "AWS::Cognito::UserPool" => None,
        "AWS::Cognito::UserPoolClient" => Some("ClientName"),
        "AWS::Cognito::UserPoolDomain" => Some("Domain"),
        "AWS::Cognito::UserPoolGroup" => Some("GroupName"),
        "AWS::Cognito::UserPoolResourceServer" => Some("Identifier"),
        kind if NO_LOCAL_MEANING.contains(&kind) => None,
        kind => bail!(
            "Resources.{logical_id}: resource type {kind} is not known to the local stack \
             (local/src/template)"
        ),
    })
}

impl Identity {
    /// The identity of a resource of this type and physical name.
    ///
    /// `aws_url` is where the local SQS answers: a queue's URL is its identity.
    pub(super) fn new(kind: &str, name: String, aws_url: &str) -> Self {
        let arn = |service: &str, resource: &str| {
            format!("arn:{PARTITION}:{service}:{REGION}:{ACCOUNT_ID}:{resource}")
        };
        let (reference, attributes) = match kind {
            "AWS::Serverless::HttpApi" => (
                name.clone(),
                vec![("ApiEndpoint", format!("https://{name}.execute-api.{REGION}.{URL_SUFFIX}"))],
            ),
            "AWS::Serverless::Function" => {
                (name.clone(), vec![("Arn", arn("lambda", &format!("function:{name}")))])
            }
            "AWS::IAM::Role" => (
                name.clone(),
                vec![("Arn", format!("arn:{PARTITION}:iam::{ACCOUNT_ID}:role/{name}"))],
            ),
            "AWS::DynamoDB::Table" => (
                name.clone(),
                vec![
                    ("Arn", arn("dynamodb", &format!("table/{name}"))),
                    ("StreamArn", arn("dynamodb", &format!("table/{name}/stream/local"))),
                ],
            ),
            "AWS::S3::Bucket" => {
                (name.clone(), vec![("Arn", format!("arn:{PARTITION}:s3:::{name}"))])
            }
            "AWS::SQS::Queue" => {
                let url = format!("{aws_url}/{ACCOUNT_ID}/{name}");
                (
                    url.clone(),
                    vec![
                        ("Arn", arn("sqs", &name)),
                        ("QueueName", name.clone()),
                        ("QueueUrl", url),
                    ],
                )
            }
            "AWS::SecretsManager::Secret" => {
                // AWS appends six random characters to the name in the ARN.
                let arn = arn("secretsmanager", &format!("secret:{name}-AbCdEf"));
                (arn.clone(), vec![("Id", arn)])
            }
            "AWS::Cognito::UserPool" => {
                let provider = format!("cognito-idp.{REGION}.{URL_SUFFIX}/{USER_POOL_ID}");
                (
                    USER_POOL_ID.to_owned(),
                    vec![
                        ("Arn", arn("cognito-idp", &format!("userpool/{USER_POOL_ID}"))),
                        ("ProviderName", provider.clone()),
                        ("ProviderURL", format!("https://{provider}")),
                        ("UserPoolId", USER_POOL_ID.to_owned()),
                    ],
                )
            }
            // A client's id and secret are its name here, so that both can be known beforehand.
            "AWS::Cognito::UserPoolClient" => (
                name.clone(),
                vec![
                    ("ClientId", name.clone()),
                    ("ClientSecret", name.clone()),
                    ("Name", name.clone()),
                ],
            ),
            _ => (name.clone(), vec![("Arn", arn("local", &name))]),
        };
        Self {
            kind: kind.to_owned(),
            name,
            reference,
            attributes: attributes.into_iter().collect(),
        }
    }
}

/// The physical name of a resource that does not choose one: `switchboard-recording-queue`.
pub(super) fn default_name(logical_id: &str) -> String {
    format!("{STACK_NAME}-{}", kebab(logical_id))
}

/// `IvrEntry` as `ivr-entry`, the name of the function's folder, package and binary.
pub(super) fn kebab(logical_id: &str) -> String {
    let mut name = String::new();
    for character in logical_id.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_of_the_logical_id() {
        assert_eq!(kebab("IvrEntry"), "ivr-entry");
        assert_eq!(default_name("RecordingDeadLetters"), "switchboard-recording-dead-letters");
    }
}
