//! Secrets Manager: `GetSecretValue`.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>

use std::sync::PoisonError;

use serde_json::{Value, json};

use super::{ServiceError, Services, text, unknown};

pub(super) fn answer(
    services: &Services,
    action: &str,
    input: &Value,
) -> Result<Value, ServiceError> {
    if action != "GetSecretValue" {
        return Err(unknown(&format!("Secrets Manager {action}"), "GetSecretValue only"));
    }
    let id = text(input, "SecretId")?;
    if let Some(stage) = input.get("VersionStage").and_then(Value::as_str)
        && stage != "AWSCURRENT"
    {
        return Err(ServiceError::new(
            "ResourceNotFoundException",
            format!("the local stack has version AWSCURRENT only, not {stage}"),
        ));
    }
    let secret = services.secrets.iter().find(|secret| id == secret.name || id == secret.arn);
    let Some(secret) = secret else {
        return Err(ServiceError::new(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        ));
    };
    let values = services.secret_values.read().unwrap_or_else(PoisonError::into_inner);
    let Some(value) = values.get(&secret.logical_id) else {
        return Err(ServiceError::new(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        ));
    };
    Ok(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "SecretString": value,
        "VersionId": "00000000-0000-4000-8000-000000000000",
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": 0,
    }))
}
