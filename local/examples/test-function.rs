//! A Lambda function for the tests of the local stack. It does what its event says: an HTTP
//! request by its path, a queue message by its body, a stream record by its key.

use std::{
    collections::BTreeSet,
    fs::File,
    io::Write,
    path::Path,
    process,
    sync::{LazyLock, Mutex},
    thread,
    time::Duration,
};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    if std::env::var("FAIL_TO_START").is_ok() {
        eprintln!("refusing to start");
        process::exit(1);
    }
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event = event.payload;
    match event.get("Records").and_then(Value::as_array) {
        Some(records) if records[0]["eventSource"] == "aws:dynamodb" => {
            records_of_a_stream(records)
        }
        Some(records) => Ok(records_of_a_queue(records)),
        None => request(event).await,
    }
}

async fn request(event: Value) -> Result<Value, Error> {
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let (path, query) = (text("rawPath"), text("rawQueryString"));
    Ok(match path.as_str() {
        "/event" => json!({"statusCode": 200, "body": event.to_string()}),
        "/pid" => json!({"pid": process::id()}),
        "/environment" => {
            let variables: serde_json::Map<_, _> =
                std::env::vars().map(|(name, value)| (name, Value::from(value))).collect();
            Value::Object(variables)
        }
        "/exit" => process::exit(3),
        "/sleep" => {
            tokio::time::sleep(Duration::from_millis(query.parse()?)).await;
            json!({})
        }
        // Answers when there is a file.
        "/wait" => {
            while !Path::new(&query).exists() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            json!({"pid": process::id()})
        }
        // Works on after its answer, as far as it is let: a file grows.
        "/grow" => {
            let mut file = File::create(&query)?;
            thread::spawn(move || {
                while file.write_all(b"x").is_ok() {
                    thread::sleep(Duration::from_micros(100));
                }
            });
            json!({"pid": process::id()})
        }
        "/error" => return Err("it went wrong".into()),
        "/large" => json!("x".repeat(7 * 1024 * 1024)),
        other => json!({"statusCode": 200, "body": format!("no test for {other}")}),
    })
}

/// A message's body says what becomes of it: `ok …`, `fail …` always, `once …` fails the first time.
fn records_of_a_queue(records: &[Value]) -> Value {
    let mut failures = Vec::new();
    for record in records {
        let body = record["body"].as_str().unwrap_or_default();
        let count = record["attributes"]["ApproximateReceiveCount"].as_str().unwrap_or_default();
        println!("received {body} ({count} of batch {})", records.len());
        if body.starts_with("print event") {
            println!("{record}");
        }
        if body.starts_with("fail") || body.starts_with("once") && count == "1" {
            failures.push(json!({"itemIdentifier": record["messageId"]}));
        }
        if body.starts_with("exit") && count == "1" {
            process::exit(4);
        }
    }
    json!({ "batchItemFailures": failures })
}

/// Keys of stream records that this process has seen.
static SEEN: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);

/// A record's partition key says what becomes of it: `ok …`, `fail …` is named as failed always,
/// `once …` the first time, and with `error …` the whole invocation fails.
fn records_of_a_stream(records: &[Value]) -> Result<Value, Error> {
    let mut failures = Vec::new();
    for record in records {
        let change = &record["dynamodb"];
        let key = change["Keys"]["pk"]["S"].as_str().unwrap_or_default();
        println!("received {} {key} (of batch {})", record["eventName"], records.len());
        if key.starts_with("print event") {
            println!("{record}");
        }
        if key.starts_with("error") {
            return Err(format!("{key} went wrong").into());
        }
        let is_new = SEEN.lock().map_err(|error| error.to_string())?.insert(key.to_owned());
        if key.starts_with("fail") || key.starts_with("once") && is_new {
            failures.push(json!({"itemIdentifier": change["SequenceNumber"]}));
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}
