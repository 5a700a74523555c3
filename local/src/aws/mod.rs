//! The AWS services without an embeddable crate: SQS, Secrets Manager and Cognito's user pool API,
//! on one port.
//!
//! Only the calls that the functions make are answered; any other is an error that names it.

mod cognito;
pub(crate) mod queue;
pub(crate) mod queues;
mod secrets;
mod sqs;

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::put,
};
use serde_json::{Value, json};
use simulator::{connections::Listener, door::Door};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{
    faults::{FaultDice, Faults},
    iam::{self, Access, Denied, ONE_KEY, signature::Received},
    issuer::{Issuer, directory::UserDirectory},
    logs::Logs,
    template::Secret,
};
use queue::Queue;

/// The values of the secrets that have one, by logical id.
pub(crate) type SecretValues = Arc<RwLock<BTreeMap<String, String>>>;

/// The services and their state.
pub(crate) struct Services {
    /// Queues by name.
    pub(crate) queues: BTreeMap<String, Arc<Queue>>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) secret_values: SecretValues,
    /// The user pool, if the template has one.
    pub(crate) directory: Option<Arc<UserDirectory>>,
    pub(crate) issuer: Option<Arc<Issuer>>,
    pub(crate) access: Arc<Access>,
    pub(crate) logs: Arc<Logs>,
}

/// An answer of an AWS service other than success.
#[derive(Debug)]
struct ServiceError {
    /// The error's name, as SDKs know it.
    code: &'static str,
    message: String,
}

impl ServiceError {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn denied(code: &'static str) -> impl FnOnce(Denied) -> Self {
        move |denied| Self::new(code, denied.to_string())
    }
}

/// Serves SQS and Secrets Manager until the task is dropped.
pub(crate) async fn serve(
    listener: TcpListener,
    services: Services,
    door: Door,
    faults: FaultDice,
) {
    let dice = faults.clone();
    let listener = Listener::new(listener, move |_| dice.stale());
    let router = Router::new()
        .route("/local/faults", put(set_faults).with_state(faults))
        .fallback(handle)
        // A batch of ten messages of 1 MiB is the largest request.
        .layer(DefaultBodyLimit::max(16 * 1024 * 1024))
        .with_state(Arc::new(services));
    if let Err(error) = axum::serve(listener, door.before(router)).await {
        tracing::error!(%error, "SQS and Secrets Manager ended");
    }
}

/// Sets the faults of all services.
async fn set_faults(State(dice): State<FaultDice>, Json(faults): Json<Faults>) -> Response {
    match dice.set(faults) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(name) => (StatusCode::BAD_REQUEST, format!("{name} is no probability")).into_response(),
    }
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html>
async fn handle(
    State(services): State<Arc<Services>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let result = dispatch(&services, &headers, &body).await;
    let (status, value) = match result {
        Ok(value) => (StatusCode::OK, value),
        Err(error) => {
            let line = format!("{}: {}", error.code, error.message);
            services.logs.line("aws", &line);
            let body = json!({"__type": error.code, "message": error.message});
            let status = if error.code == sqs::DENIED {
                StatusCode::FORBIDDEN
            } else {
                StatusCode::BAD_REQUEST
            };
            (status, body)
        }
    };
    let content_type = headers.get(CONTENT_TYPE).cloned();
    let content_type =
        content_type.unwrap_or(HeaderValue::from_static("application/x-amz-json-1.0"));
    let id = Uuid::new_v4().to_string();
    let request_id = HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("local"));
    let mut response = (status, value.to_string()).into_response();
    if let Some(code) = value.get("__type").and_then(Value::as_str).and_then(query_code) {
        response.headers_mut().insert("x-amzn-query-error", code);
    }
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert("x-amzn-requestid", request_id);
    response
}

async fn dispatch(
    services: &Services,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Value, ServiceError> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Some(target) = target else {
        return Err(ServiceError::new("MissingAction", "there is no X-Amz-Target header"));
    };
    let Some(sender) = iam::access_key(iam::authorization(headers), "") else {
        return Err(ServiceError::new("MissingAuthenticationToken", "the request is not signed"));
    };
    let request = Received {
        method: "POST",
        target: "/",
        headers: headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect(),
        body,
    };
    if !services.access.admits(sender, &request) {
        return Err(ServiceError::new("UnrecognizedClientException", ONE_KEY));
    }
    let input: Value = serde_json::from_slice(body)
        .map_err(|error| ServiceError::new("SerializationException", error.to_string()))?;
    let needs = |need| services.access.check(sender, || vec![need]);
    let denied = ServiceError::denied("AccessDeniedException");
    match target.split_once('.') {
        Some(("AmazonSQS", action)) => {
            needs(iam::services::sqs(action, &input)).map_err(ServiceError::denied(sqs::DENIED))?;
            sqs::answer(services, action, &input, sender).await
        }
        Some(("secretsmanager", action)) => {
            let need = iam::services::secrets_manager(action, &input, &services.secrets);
            needs(need).map_err(denied)?;
            secrets::answer(services, action, &input)
        }
        Some(("AWSCognitoIdentityProviderService", action)) => {
            needs(iam::services::cognito(action, &input)).map_err(denied)?;
            cognito::answer(services, action, &input)
        }
        _ => Err(unknown(target, "SQS, Secrets Manager and Cognito only")),
    }
}

/// SDKs know SQS's errors by the codes of its older protocol, which come in a header.
///
/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait>
fn query_code(code: &str) -> Option<HeaderValue> {
    if code == sqs::DENIED {
        return Some(HeaderValue::from_static("AccessDenied;Sender"));
    }
    let name = match code.strip_prefix("com.amazonaws.sqs#")? {
        "QueueDoesNotExist" => "NonExistentQueue",
        name => name,
    };
    HeaderValue::try_from(format!("AWS.SimpleQueueService.{name};Sender")).ok()
}

fn unknown(action: &str, known: &str) -> ServiceError {
    let message = format!("the local stack has no {action}: {known}");
    ServiceError::new("UnknownOperationException", message)
}

/// A required text of a request.
fn text<'a>(input: &'a Value, name: &str) -> Result<&'a str, ServiceError> {
    input.get(name).and_then(Value::as_str).ok_or_else(|| {
        ServiceError::new(
            "MissingParameter",
            format!("The request must contain the parameter {name}."),
        )
    })
}
