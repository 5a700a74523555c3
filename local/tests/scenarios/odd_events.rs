//! Events that `lambda_http`'s conversion panics on are refused or served, by a process that lives.

use serde_json::{Value, json};

use crate::system::System;

fn event(name: &str) -> Value {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

async fn answer(system: &System, function: &str, event: &Value) -> Value {
    let event = serde_json::to_vec(event).unwrap();
    let answer = system.stack.invoke(function, &event).await;
    let answer = answer.unwrap_or_else(|error| panic!("{error}\n{}", system.stack.logs()));
    serde_json::from_slice(&answer).unwrap()
}

/// The processes of a function. A release ends with its process when it panics, and a debug build
/// fails the invocation.
fn pids(system: &System, function: &str) -> Vec<i32> {
    let processes = system.stack.processes().into_iter();
    processes.filter(|process| process.function == function).map(|process| process.pid).collect()
}

async fn refuses_and_lives(function: &str, content_type: &str) {
    // The events are verified over the domain name that they carry. No simulator is asked.
    let twilio = ("TwilioApiUrl", "http://host.docker.internal:3001");
    let system = System::with(&[("PublicUrl", ""), twilio]).await;
    let sound = event(function);
    assert_eq!(answer(&system, function, &sound).await["statusCode"], 200);
    let first = pids(&system, function);

    for (fields, detail) in [
        (json!({"body": "%%%", "isBase64Encoded": true}), "the body is not base64"),
        (json!({"rawQueryString": "a=<b c>"}), "the path and the query are not a URI"),
        (json!({"rawPath": "@voice"}), "the path and the query are not a URI"),
    ] {
        let mut odd = sound.clone();
        odd.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let answer = answer(&system, function, &odd).await;
        assert_eq!(answer["statusCode"], 400, "{fields}: {answer}");
        assert_eq!(answer["headers"]["content-type"], content_type);
        assert!(answer["body"].as_str().unwrap().contains(detail), "{fields}: {answer}");
        assert!(system.stack.logs().contains(detail), "the refusal is logged");
    }
    for (header, value) in
        [("host", "no authority"), ("host", "host:port"), ("x-forwarded-proto", ":")]
    {
        let mut odd = sound.clone();
        odd["headers"][header] = value.into();
        let answer = answer(&system, function, &odd).await;
        assert_eq!(answer["statusCode"], 200, "{header}: {value}: {answer}");
    }

    assert_eq!(answer(&system, function, &sound).await["statusCode"], 200);
    assert_eq!(pids(&system, function), first, "one process has answered all");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_lives_through_events_that_are_no_request() {
    refuses_and_lives("ivr-entry", "text/plain; charset=utf-8").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_lives_through_events_that_are_no_request() {
    refuses_and_lives("call-history", "application/problem+json").await;
}
