//! Function processes: reuse, freezing, and every way for them to end.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use local::ProcessState;
use serde_json::Value;

use crate::test_function::{FUNCTION, http, logged, start};

async fn get(stack: &local::Stack, path: &str) -> (u16, Value) {
    let response = http().get(format!("{}{path}", stack.api_url())).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

async fn pid(stack: &local::Stack) -> u64 {
    let (status, answer) = get(stack, "/pid").await;
    assert_eq!(status, 200, "{answer}\n{}", stack.logs());
    answer["pid"].as_u64().unwrap()
}

/// The kernel's letter for what a process does: `T` is stopped.
fn kernel_state(pid: u64) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(") ").next()?.chars().next()
}

/// A path in the temporary folder; what is there is removed with the value.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("switchboard-{}", uuid::Uuid::new_v4())))
    }

    fn create(&self) {
        std::fs::write(&self.0, "").unwrap();
    }

    fn size(&self) -> u64 {
        std::fs::metadata(&self.0).unwrap().len()
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "never: {what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_serves_one_caller_after_another() {
    let stack = start(FUNCTION).await;
    assert!(stack.processes().is_empty(), "processes are started when needed");
    let first = pid(&stack).await;
    for _ in 0..20 {
        assert_eq!(pid(&stack).await, first);
    }
    assert_eq!(stack.processes().len(), 1);
    stack.stop().await;
    eventually("the process ends with the stack", || kernel_state(first).is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_at_the_same_time_get_a_process_each() {
    let (stack, signal) = (start(FUNCTION).await, TemporaryFile::new());
    let wait = format!("/wait?{}", signal.0.display());
    let waits = futures::future::join_all((0..4).map(|_| get(&stack, &wait)));
    let (answers, ()) = tokio::join!(waits, async {
        eventually("there are four", || stack.processes().len() == 4).await;
        signal.create();
    });
    let mut pids: Vec<_> =
        answers.iter().map(|(_, answer)| answer["pid"].as_u64().unwrap()).collect();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 4);
    assert!(pids.contains(&pid(&stack).await));
    assert_eq!(stack.processes().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_after_the_answer() {
    let (stack, file) = (start(FUNCTION).await, TemporaryFile::new());
    let (_, answer) = get(&stack, &format!("/grow?{}", file.0.display())).await;
    assert_eq!(stack.processes()[0].state, ProcessState::Frozen);
    let pid = answer["pid"].as_u64().unwrap();
    eventually("the kernel has stopped it", || kernel_state(pid) == Some('T')).await;
    let before = file.size();
    // Long enough to write a few hundred bytes, were it running.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(file.size(), before);
    // It goes on with the next invocation.
    let signal = TemporaryFile::new();
    let wait = format!("/wait?{}", signal.0.display());
    let (_, ()) = tokio::join!(get(&stack, &wait), async {
        eventually("it writes again", || file.size() > before).await;
        signal.create();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_during_an_invocation_fails_it_and_is_replaced() {
    let stack = start(FUNCTION).await;
    let first = pid(&stack).await;
    let (status, answer) = get(&stack, "/exit").await;
    assert_eq!((status, answer["message"].as_str()), (500, Some("Internal Server Error")));
    assert_ne!(pid(&stack).await, first);
    assert!(stack.logs().contains("Runtime exited with error: exit status: 3"), "{}", stack.logs());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_while_frozen_is_replaced_unnoticed() {
    let stack = start(FUNCTION).await;
    let first = pid(&stack).await;
    let killed = std::process::Command::new("kill").args(["-KILL", &first.to_string()]).status();
    assert!(killed.unwrap().success());
    assert_ne!(pid(&stack).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_takes_too_long_is_killed() {
    let template = FUNCTION.replace("Timeout: 20", "Timeout: 1");
    let stack = start(&template).await;
    let first = pid(&stack).await;
    let (status, answer) = get(&stack, "/sleep?60000").await;
    assert_eq!((status, answer["message"].as_str()), (500, Some("Internal Server Error")));
    assert!(stack.logs().contains("Task timed out after 1.00 seconds"), "{}", stack.logs());
    assert_ne!(pid(&stack).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_and_answers_that_are_too_large_are_500() {
    let stack = start(FUNCTION).await;
    assert_eq!(get(&stack, "/error").await.0, 500);
    assert!(stack.logs().contains("it went wrong"), "{}", stack.logs());
    assert_eq!(get(&stack, "/large").await.0, 500);
    assert!(stack.logs().contains("Function.ResponseSizeTooLarge"), "{}", stack.logs());
    assert_eq!(get(&stack, "/pid").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_does_not_start_is_500() {
    let template = FUNCTION
        .replace("Timeout: 20", "Timeout: 20, Environment: {Variables: {FAIL_TO_START: \"1\"}}");
    let stack = start(&template).await;
    assert_eq!(get(&stack, "/pid").await.0, 500);
    logged(&stack, "refusing to start").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_callers_than_the_function_may_have_processes_are_refused() {
    let template = FUNCTION.replace("Timeout: 20", "Timeout: 20, ReservedConcurrentExecutions: 1");
    let stack = start(&template).await;
    let signal = TemporaryFile::new();
    let wait = format!("/wait?{}", signal.0.display());
    let (first, second) = tokio::join!(get(&stack, &wait), async {
        eventually("the first is being served", || !stack.processes().is_empty()).await;
        let second = get(&stack, "/pid").await;
        signal.create();
        second
    });
    assert_eq!(first.0, 200);
    assert_eq!((second.0, second.1["message"].as_str()), (503, Some("Service Unavailable")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_is_lambdas_and_the_templates_and_nothing_else() {
    let template =
        FUNCTION.replace("Timeout: 20", "Timeout: 20, Environment: {Variables: {GREETING: hello}}");
    let stack = start(&template).await;
    let (_, environment) = get(&stack, "/environment").await;
    let names: Vec<_> = environment.as_object().unwrap().keys().map(String::as_str).collect();
    insta::assert_snapshot!(names.join("\n"), @r#"
    AWS_ACCESS_KEY_ID
    AWS_DEFAULT_REGION
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE
    AWS_LAMBDA_FUNCTION_NAME
    AWS_LAMBDA_FUNCTION_VERSION
    AWS_LAMBDA_INITIALIZATION_TYPE
    AWS_LAMBDA_LOG_GROUP_NAME
    AWS_LAMBDA_LOG_STREAM_NAME
    AWS_LAMBDA_RUNTIME_API
    AWS_REGION
    AWS_SECRET_ACCESS_KEY
    GREETING
    LAMBDA_TASK_ROOT
    LANG
    PATH
    TZ
    _HANDLER
    _X_AMZN_TRACE_ID
    "#);
    assert_eq!(environment["AWS_ACCESS_KEY_ID"], "test-function");
    assert_eq!(environment["AWS_LAMBDA_FUNCTION_NAME"], "switchboard-test-function");
    assert_eq!(environment["GREETING"], "hello");
}
