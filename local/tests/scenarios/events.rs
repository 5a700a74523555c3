//! Each function answers its event of `events/`, as `sam local invoke` hands it over.

use serde_json::{Value, json};

use crate::system::System;

/// The answer to a function's event, after the events of a call's way before it.
async fn answer(name: &str) -> Value {
    // The events are verified over the domain name that they carry. No simulator is asked.
    let twilio = ("TwilioApiUrl", "http://host.docker.internal:3001");
    let system = System::with(&[("PublicUrl", ""), twilio]).await;
    let mut last = Value::Null;
    for function in ["ivr-entry", "ivr-digits", "ivr-step", name] {
        let path = format!("{}/../events/{function}.json", env!("CARGO_MANIFEST_DIR"));
        let event = std::fs::read(path).unwrap();
        let answer = system.stack.invoke(function, &event).await.unwrap();
        last = serde_json::from_slice(&answer).unwrap();
        if function == name {
            break;
        }
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn ivr_entry() {
    let answer = answer("ivr-entry").await;
    assert_eq!(answer["statusCode"], 200);
    assert_eq!(answer["headers"]["content-type"], "text/xml; charset=utf-8");
    assert!(answer["body"].as_str().unwrap().contains("<Gather"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ivr_digits() {
    assert!(answer("ivr-digits").await["body"].as_str().unwrap().contains("<Dial"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ivr_step() {
    assert!(answer("ivr-step").await["body"].as_str().unwrap().contains("<Record"));
}

#[tokio::test(flavor = "multi_thread")]
async fn call_accept() {
    let answer = answer("call-accept").await;
    assert!(answer["body"].as_str().unwrap().contains("Press any key to accept"));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_callback() {
    assert_eq!(answer("status-callback").await["statusCode"], 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn recording_callback() {
    assert_eq!(answer("recording-callback").await["statusCode"], 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn recording_copy_reports_a_recording_that_it_cannot_fetch() {
    let failed = json!([{"itemIdentifier": "00000000-0000-4000-8000-000000000002"}]);
    assert_eq!(answer("recording-copy").await["batchItemFailures"], failed);
}

/// The answer to an event for a function of the API or of the clock, on a stack with a simulator.
async fn api_answer(name: &str) -> Value {
    let system = System::start().await;
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let answer = system.stack.invoke(name, &std::fs::read(path).unwrap()).await.unwrap();
    serde_json::from_slice(&answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_of_texts_and_of_calls_from_the_console() {
    assert_eq!(answer("sms-inbound").await["statusCode"], 200);
    assert_eq!(answer("sms-status").await["statusCode"], 204);
    let bridge = answer("call-bridge").await;
    assert!(bridge["body"].as_str().unwrap().contains("Press any key"), "{bridge}");
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_of_the_contact_centre() {
    let waits = answer("queue-wait").await;
    assert!(waits["body"].as_str().unwrap().contains("press star"), "{waits}");
    let back = answer("return-call").await;
    assert!(back["body"].as_str().unwrap().contains("wants to be called back"), "{back}");
    let assignment = answer("task-assignment").await;
    assert_eq!(assignment["headers"]["content-type"], "application/json");
    assert!(assignment["body"].as_str().unwrap().contains(r#""instruction":"dequeue""#));
    assert_eq!(answer("task-events").await["statusCode"], 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_of_conferences() {
    let join = answer("conference-join").await;
    assert!(join["body"].as_str().unwrap().contains("not valid"), "{join}");
    let warning = answer("conference-announcement").await;
    assert!(warning["body"].as_str().unwrap().contains("30 seconds"), "{warning}");
    assert_eq!(answer("conference-status").await["statusCode"], 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_of_the_api() {
    for (name, status) in [
        ("sms-send", 201),
        // The agent has no phone yet, and there is no such contact, recording or agent.
        ("call-start", 409),
        ("timeline", 404),
        ("recording-link", 404),
        ("agents", 404),
        ("conference-create", 201),
        ("conference-read", 200),
        ("conference-end", 404),
        ("conference-invite", 404),
        ("conference-moderate", 404),
        ("call-history", 200),
        ("contacts", 200),
        ("phone-numbers", 200),
        ("settings", 200),
        ("openapi", 200),
        ("console", 200),
        ("live", 200),
        ("queues", 200),
        ("overview", 200),
    ] {
        let answer = api_answer(name).await;
        assert_eq!(answer["statusCode"], status, "{name}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_stream_and_clock() {
    for function in ["deliver", "erase", "conference-timer", "conference-expire", "changes"] {
        assert_eq!(api_answer(function).await["batchItemFailures"], json!([]));
    }
    assert_eq!(api_answer("reconcile").await, Value::Null);
}
