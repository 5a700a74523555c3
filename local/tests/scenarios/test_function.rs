//! Starts stacks of small templates around the test function.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use local::{Options, Stack};

/// The beginning of every test's template: the test function with one route for everything.
pub const FUNCTION: &str = r#"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: ., Handler: bootstrap, Runtime: provided.al2023, Timeout: 20}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  TestFunction:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        All: {Type: HttpApi, Properties: {ApiId: !Ref Api}}
"#;

/// A template file that is removed with the value.
pub struct TemplateFile(pub PathBuf);

impl TemplateFile {
    pub fn new(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("switchboard-{}.yaml", uuid::Uuid::new_v4()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for TemplateFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

/// Where cargo puts the test function.
pub fn function_dir() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    assert!(
        folder.join("test-function").exists(),
        "the test function is not built: cargo build -p local --example test-function (a whole `cargo test` does it)"
    );
    folder
}

/// Options for a stack of a template, with no data kept and free ports.
pub fn options(template: &TemplateFile) -> Options {
    Options {
        template: template.0.clone(),
        function_dir: Some(function_dir()),
        ..Options::ephemeral_on_free_ports()
    }
}

/// A running stack of a template.
pub async fn start(template: &str) -> Stack {
    Stack::start(options(&TemplateFile::new(template))).await.unwrap()
}

/// Returns when the functions have printed `text`, which they must within twenty seconds.
pub async fn logged(stack: &Stack, text: &str) {
    let waited = tokio::time::timeout(Duration::from_secs(20), stack.wait_for_log(text)).await;
    assert!(waited.is_ok(), "{text:?} is not in\n{}", stack.logs());
}

/// A client for the HTTP API.
pub fn http() -> reqwest::Client {
    // Fails when another test of this process has installed it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Configurations of AWS's SDKs for a stack's endpoints.
macro_rules! configuration {
    ($sdk:ident, $url:expr, $key:expr, $secret:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new(local::template::REGION))
            .credentials_provider($sdk::config::Credentials::new($key, $secret, None, None, "test"))
            .endpoint_url($url)
    };
}

pub fn sqs(stack: &Stack) -> aws_sdk_sqs::Config {
    configuration!(aws_sdk_sqs, stack.aws_url(), "a-function", "secret").build()
}

pub fn secrets_manager(stack: &Stack) -> aws_sdk_secretsmanager::Config {
    configuration!(aws_sdk_secretsmanager, stack.aws_url(), "a-function", "secret").build()
}

pub fn dynamodb(stack: &Stack) -> aws_sdk_dynamodb::Config {
    configuration!(aws_sdk_dynamodb, stack.dynamodb_url(), "a-function", "secret").build()
}

pub fn s3(stack: &Stack, key: &str, secret: &str) -> aws_sdk_s3::Config {
    configuration!(aws_sdk_s3, stack.s3_url(), key, secret).build()
}
