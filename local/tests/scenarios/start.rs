//! Starting: what stands in the way is said with what to do about it; and ending.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::AttributeValue;
use local::{Options, Stack};

use crate::test_function::{self, FUNCTION, TemplateFile, function_dir, http, options};

async fn refused(options: Options) -> String {
    match Stack::start(options).await {
        Ok(_) => panic!("it starts"),
        Err(error) => format!("{error:#}"),
    }
}

/// A folder that is removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("switchboard-test-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[tokio::test]
async fn a_busy_port_is_named_with_the_option_that_changes_it() {
    let template = TemplateFile::new(FUNCTION);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = refused(Options { s3_port: port, ..options(&template) }).await;
    assert_eq!(
        error,
        format!(
            "port {port} for S3 is in use by another program: stop that program, or choose another \
             port with --s3-port (0 is any free one)"
        )
    );
}

#[tokio::test]
async fn a_function_that_is_not_built_is_named() {
    let template = TemplateFile::new(&FUNCTION.replace("TestFunction", "IvrEntry"));
    let error = refused(options(&template)).await;
    assert!(error.contains("function IvrEntry is not built"), "{error}");
    assert!(error.contains("cargo build --workspace"), "{error}");
}

#[tokio::test]
async fn a_parameter_that_the_template_does_not_have_is_named() {
    let template = TemplateFile::new(FUNCTION);
    let mut options = options(&template);
    options.parameters.insert("Colour".to_owned(), "red".to_owned());
    let error = refused(options).await;
    assert!(error.contains("the template has no parameter Colour"), "{error}");
}

const TABLE: &str = r#"
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn data_survives_a_restart_and_belongs_to_one_stack() {
    let text = format!("{}{TABLE}", FUNCTION.trim_end());
    let (template, folder) = (TemplateFile::new(&text), Folder::new());
    let kept = |template: &TemplateFile| Options {
        ephemeral: false,
        data_dir: folder.0.clone(),
        ..options(template)
    };
    let table = "switchboard-table";
    let stack = Stack::start(kept(&template)).await.unwrap();
    let client = aws_sdk_dynamodb::Client::from_conf(test_function::dynamodb(&stack));
    let put = client.put_item().table_name(table).item("pk", AttributeValue::S("a".to_owned()));
    put.send().await.unwrap();
    let error = refused(kept(&template)).await;
    assert!(error.contains("another local stack uses the folder"), "{error}");
    stack.stop().await;

    let stack = Stack::start(kept(&template)).await.unwrap();
    let client = aws_sdk_dynamodb::Client::from_conf(test_function::dynamodb(&stack));
    assert_eq!(client.scan().table_name(table).send().await.unwrap().count(), 1);
    stack.stop().await;

    let other = TemplateFile::new(&text.replace("AttributeName: pk", "AttributeName: id"));
    let error = refused(kept(&other)).await;
    assert!(error.contains("Resources.Table: the stored table switchboard-table"), "{error}");
    assert!(error.contains("delete the folder"), "{error}");
}

/// The program, running, with its temporary files in a folder of its own.
struct Program {
    child: Child,
    api: String,
}

impl Program {
    fn start(template: &TemplateFile, temporary: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_local"))
            .args("--ephemeral --port 0 --simulator-port 0 --dynamodb-port 0".split(' '))
            .args("--s3-port 0 --aws-port 0 --no-seed".split(' '))
            .arg("--template")
            .arg(&template.0)
            .arg("--function-dir")
            .arg(function_dir())
            .env("TMPDIR", temporary)
            .env_remove("PUBLIC_URL")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.find(|line| line.trim_start().starts_with("API")).unwrap();
        let api = line.split_whitespace().last().unwrap().to_owned();
        // The program is not to stand still at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, api }
    }

    async fn function_pid(&self) -> u64 {
        let response = http().get(format!("{}/pid", self.api)).send().await.unwrap();
        let answer: serde_json::Value = response.json().await.unwrap();
        answer["pid"].as_u64().unwrap()
    }

    fn signal(&self, signal: &str) {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }
}

fn wait_until_gone(pid: u64, temporary: &Path) {
    let begun = Instant::now();
    let is_left = || {
        Path::new(&format!("/proc/{pid}")).exists()
            || std::fs::read_dir(temporary).unwrap().next().is_some()
    };
    while is_left() {
        assert!(begun.elapsed() < Duration::from_secs(10), "process {pid} or its files are left");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_when_the_stack_is_stopped_or_killed() {
    let template = TemplateFile::new(FUNCTION);
    for signal in ["-TERM", "-INT", "-KILL"] {
        let temporary = Folder::new();
        let mut program = Program::start(&template, &temporary.0);
        let pid = program.function_pid().await;
        program.signal(signal);
        let status = program.child.wait().unwrap();
        assert_eq!(status.success(), signal != "-KILL", "{signal}: {status}");
        wait_until_gone(pid, &temporary.0);
    }
}
