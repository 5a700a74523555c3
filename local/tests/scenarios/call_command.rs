//! `local call`: what a user types, and what it prints.

use std::process::Output;

use tokio::process::Command;

use crate::system::{CALLER, MAIN, System};

async fn call(system: &System, to: &str, words: &[&str]) -> (bool, String) {
    let simulator = system.stack.simulator_url().unwrap();
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_local"))
        .args(["call", "--from", CALLER, "--to", to, "--simulator", &simulator])
        .args(["--dynamodb", &system.stack.dynamodb_url()])
        .args(words)
        .output()
        .await
        .unwrap();
    let text = [stdout, stderr].concat();
    (status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_conversation_is_printed_and_then_the_entry_with_its_voicemail() {
    let system = System::start().await;
    let words = ["wait:leave a message", "press:2", "wait:beep", "speak:5", "hang-up"];
    let (succeeded, printed) = call(&system, MAIN, &words).await;
    assert!(succeeded, "{printed}");
    let mut rest = printed.as_str();
    for expected in [
        "Press 1 to talk",
        "pressed: 2",
        "heard:   beep",
        "said:    [speech 5.0 s]",
        "\"outcome\": \"voicemail\"",
        "\"event\": \"hangup\"",
        "\"s3_key\": \"recordings/RE",
    ] {
        let position = rest.find(expected);
        rest = &rest[position.unwrap_or_else(|| panic!("no {expected} in {printed}"))..];
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_nobody_has_is_a_failure() {
    let system = System::start().await;
    let (succeeded, printed) = call(&system, MAIN, &["wait:leave a message", "hang-up"]).await;
    assert!(succeeded, "{printed}");
    let (succeeded, printed) = call(&system, "+15005550142", &["hang-up"]).await;
    assert!(!succeeded && !printed.contains("\"call_sid\""), "{printed}");
}
