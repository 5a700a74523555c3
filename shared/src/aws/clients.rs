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

/// How long to wait before the second attempt, at most; before each further one twice as long. The
/// SDK's own second is too long for a caller who waits, and a connection that died while Lambda had
/// frozen the process costs every function an attempt.
const INITIAL_BACKOFF: Duration = Duration::from_millis(30);

/// How long a connection to a service may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident, $endpoint:literal, $idle:expr $(, $at_an_endpoint:ident)?) => {
        $(#[$doc])*
        pub fn $name(attempt: Duration) -> $sdk::Client {
            let mut config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .http_client(http_client($idle))
                .region(region())
                .credentials_provider(credentials())
                .retry_config(
                    RetryConfig::standard()
                        .with_max_attempts(6)
                        .with_initial_backoff(INITIAL_BACKOFF),
                )
                .timeout_config(timeouts(attempt));
            if let Some(url) = env::optional($endpoint) {
                config = config.endpoint_url(url);
                $(config = config.$at_an_endpoint(true);)?
            }
            $sdk::Client::from_conf(config.build())
        }
    };
}

client!(
    /// A client of DynamoDB. It gives an attempt up after this time and makes it again.
    dynamodb,
    aws_sdk_dynamodb,
    "AWS_ENDPOINT_URL_DYNAMODB",
    Idle::Kept
);
client!(
    /// A client of S3. An upload takes so long that nobody should wait as long for a connection
    /// that died: none is used twice.
    s3,
    aws_sdk_s3,
    "AWS_ENDPOINT_URL_S3",
    Idle::Closed,
    // An endpoint of our own has no name for each bucket.
    force_path_style
);
client!(
    /// A client of Secrets Manager. It gives an attempt up after this time and makes it again.
    secrets_manager,
    aws_sdk_secretsmanager,
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    Idle::Kept
);
client!(
    /// A client of SQS. It gives an attempt up after this time and makes it again.
    sqs,
    aws_sdk_sqs,
    "AWS_ENDPOINT_URL_SQS",
    Idle::Kept
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

/// What becomes of a connection after an answer.
#[derive(Clone, Copy, Debug)]
pub enum Idle {
    /// It is kept for the next request.
    Kept,
    /// It is closed.
    Closed,
}

/// The HTTP client of all AWS clients of this process that treat idle connections alike. With one
/// for each of them, as is the SDK's default, a function would read the machine's certificates
/// twice for every service at its start.
pub fn http_client(idle: Idle) -> SharedHttpClient {
    static KEEPING: LazyLock<SharedHttpConnector> = LazyLock::new(|| connector(Idle::Kept));
    static CLOSING: LazyLock<SharedHttpConnector> = LazyLock::new(|| connector(Idle::Closed));
    // Made now, at the process's start: there the processor is at its fastest, and nobody waits.
    let connector = match idle {
        Idle::Kept => KEEPING.clone(),
        Idle::Closed => CLOSING.clone(),
    };
    http_client_fn(move |_, _| connector.clone())
}

fn connector(idle: Idle) -> SharedHttpConnector {
    let mut connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let connect = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    connector.set_connector_settings(Some(connect));
    if let Idle::Closed = idle {
        connector.set_pool_max_idle_per_host(Some(0));
    }
    SharedHttpConnector::new(connector.build())
}

/// Timeouts that give up an attempt after some time. (That of a connection belongs to
/// [`http_client`].)
pub fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(attempt).build()
}
