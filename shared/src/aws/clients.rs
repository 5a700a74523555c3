//! AWS clients, configured from what Lambda puts into the environment.
//!
//! `aws-config` is not used: its chain of credential sources (STS, SSO, IMDS, profiles) never
//! applies inside Lambda, and costs binary size and start-up time in every function.

use std::{sync::LazyLock, time::Duration};

use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedHttpClient, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};

use crate::process::env;

/// How long a connection to a service may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident, $endpoint:literal, $seconds:literal) => {
        $(#[$doc])*
        pub fn $name() -> $sdk::Client {
            let mut config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .http_client(http_client())
                .region(region())
                .credentials_provider(credentials())
                .retry_config(RetryConfig::standard().with_max_attempts(4))
                .timeout_config(timeouts($seconds));
            if let Some(url) = env::optional($endpoint) {
                config = config.endpoint_url(url);
            }
            $sdk::Client::from_conf(config.build())
        }
    };
}

client!(
    /// A client of DynamoDB. It gives an attempt up after two seconds and makes it again, so that a
    /// webhook is still answered within the fifteen seconds that Twilio waits.
    dynamodb,
    aws_sdk_dynamodb,
    "AWS_ENDPOINT_URL_DYNAMODB",
    2
);
client!(
    /// A client of S3. An attempt may take 60 seconds: time to upload a part of a recording.
    s3,
    aws_sdk_s3,
    "AWS_ENDPOINT_URL_S3",
    60
);
client!(
    /// A client of Secrets Manager. It gives an attempt up after two seconds.
    secrets_manager,
    aws_sdk_secretsmanager,
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    2
);
client!(
    /// A client of SQS. It gives an attempt up after two seconds.
    sqs,
    aws_sdk_sqs,
    "AWS_ENDPOINT_URL_SQS",
    2
);

/// The AWS region that the function runs in, from variable `AWS_REGION`.
pub fn region() -> Region {
    Region::new(env::optional("AWS_REGION").unwrap_or_else(|| "us-east-1".into()))
}

/// The credentials of the function's role, which Lambda sets for the life of the process.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
pub fn credentials() -> Credentials {
    Credentials::new(
        env::optional("AWS_ACCESS_KEY_ID").unwrap_or_default(),
        env::optional("AWS_SECRET_ACCESS_KEY").unwrap_or_default(),
        env::optional("AWS_SESSION_TOKEN"),
        None,
        "lambda",
    )
}

/// The HTTP client of all AWS clients of this process. With one for each of them, as is the SDK's
/// default, a function would read the machine's certificates twice for every service at its start.
pub fn http_client() -> SharedHttpClient {
    static CONNECTOR: LazyLock<SharedHttpConnector> = LazyLock::new(|| {
        let mut connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        let connect = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
        connector.set_connector_settings(Some(connect));
        SharedHttpConnector::new(connector.build())
    });
    // Made now, at the process's start: there the processor is at its fastest, and nobody waits.
    let connector = CONNECTOR.clone();
    http_client_fn(move |_, _| connector.clone())
}

/// Timeouts that give up an attempt after so many seconds. (That of a connection belongs to
/// [`http_client`].)
pub fn timeouts(attempt_seconds: u64) -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(attempt_seconds)).build()
}
