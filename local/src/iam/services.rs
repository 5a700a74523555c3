//! What a request to SQS, Secrets Manager or Cognito needs.

use serde_json::Value;

use super::{Need, arn};
use crate::template::{Secret, USER_POOL_ID};

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>
pub(crate) fn sqs(action: &str, input: &Value) -> Need {
    // A batch needs what its entries need.
    let action = action.strip_suffix("Batch").unwrap_or(action);
    let queue = match (&input["QueueUrl"], &input["QueueName"]) {
        (Value::String(url), _) => url.rsplit('/').next().map(|name| arn("sqs", name)),
        (_, Value::String(name)) => Some(arn("sqs", name)),
        _ => None,
    };
    // SQS alone names actions without capitals when it refuses one.
    let action = action.to_ascii_lowercase();
    Need::new(format!("sqs:{action}"), queue.unwrap_or_else(|| "*".to_owned()))
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html>
pub(crate) fn secrets_manager(action: &str, input: &Value, secrets: &[Secret]) -> Need {
    let id = input["SecretId"].as_str().unwrap_or_default();
    let known = secrets.iter().find(|secret| id == secret.name || id == secret.arn);
    let resource = match known {
        Some(secret) => secret.arn.clone(),
        None if id.is_empty() => "*".to_owned(),
        None if id.starts_with("arn:") => id.to_owned(),
        None => arn("secretsmanager", &format!("secret:{id}")),
    };
    Need::new(format!("secretsmanager:{action}"), resource)
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html>
pub(crate) fn cognito(action: &str, input: &Value) -> Need {
    let pool = input["UserPoolId"].as_str().unwrap_or(USER_POOL_ID);
    Need::new(format!("cognito-idp:{action}"), arn("cognito-idp", &format!("userpool/{pool}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_service_names_its_own_resources() {
        let secrets = [Secret {
            logical_id: "Twilio".to_owned(),
            name: "twilio".to_owned(),
            arn: arn("secretsmanager", "secret:twilio-AbCdEf"),
            value: None,
        }];
        let secret =
            |id: &str| secrets_manager("GetSecretValue", &json!({"SecretId": id}), &secrets);
        let url = json!({"QueueUrl": "http://127.0.0.1:3004/000000000000/jobs"});
        let cases = [
            (sqs("SendMessage", &url), "sqs:sendmessage", arn("sqs", "jobs")),
            (sqs("SendMessageBatch", &url), "sqs:sendmessage", arn("sqs", "jobs")),
            (sqs("ListQueues", &json!({})), "sqs:listqueues", "*".to_owned()),
            (secret("twilio"), "secretsmanager:GetSecretValue", secrets[0].arn.clone()),
            (secret(&secrets[0].arn), "secretsmanager:GetSecretValue", secrets[0].arn.clone()),
            (
                secret("other"),
                "secretsmanager:GetSecretValue",
                arn("secretsmanager", "secret:other"),
            ),
            (
                cognito("AdminGetUser", &json!({"UserPoolId": "us-east-1_x"})),
                "cognito-idp:AdminGetUser",
                arn("cognito-idp", "userpool/us-east-1_x"),
            ),
        ];
        for (need, action, resource) in cases {
            assert_eq!(need, Need::new(action, resource));
        }
    }
}
