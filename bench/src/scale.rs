//! Whether lists stay as fast when there is much to list: a page of the inbox and a page of a
//! timeline, with ten contacts, with a thousand and with ten thousand that have twenty entries each.
//!
//! One text is received by the real functions; its items are the pattern of all others, with other
//! numbers, ids and times in their places.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use local::Stack;
use serde_json::{Value, json};

use crate::{
    counter::{self, Counter},
    event::Event,
    report::median,
    runtime_api::{Process, RuntimeApi},
    stand::{NOBODY, Stand},
};

/// Entries of each contact.
const ENTRIES: usize = 20;
/// Invocations that a figure is the median of.
const TIMES: usize = 200;
/// Items in a `BatchWriteItem`.
const BATCH: usize = 25;

const CUSTOMER: &str = "+15005550111";
const TABLE: &str = "switchboard-table";

/// Prints both pages' times for each number of contacts.
///
/// # Errors
/// A function does not answer as it should.
pub async fn run(binaries: &Path) -> Result<()> {
    let stand = Stand::empty(binaries).await?;
    let counter = counter::start(stand.stack.dynamodb_url()).await?;
    let pattern = Pattern::of_one_text(&stand).await?;
    println!(
        "{:>9} {:>9} {:>14} {:>17} {:>8}",
        "contacts", "entries", "inbox ms", "timeline ms", "queries"
    );
    let mut made = 1;
    for contacts in [10, 1_000, 10_000] {
        for number in made..contacts {
            pattern.write(&stand.stack, number).await?;
        }
        made = contacts;
        let (inbox, inbox_queries) = time(&stand, &counter, binaries, "contacts").await?;
        let (timeline, timeline_queries) = time(&stand, &counter, binaries, "timeline").await?;
        println!(
            "{contacts:>9} {:>9} {:>14.2} {:>17.2} {:>8}",
            contacts * ENTRIES,
            inbox.as_secs_f64() * 1000.0,
            timeline.as_secs_f64() * 1000.0,
            format!("{inbox_queries}, {timeline_queries}"),
        );
    }
    stand.stack.stop().await;
    Ok(())
}

/// The median of a function's answer to its event, and how often it asks DynamoDB for one.
async fn time(
    stand: &Stand,
    counter: &Counter,
    binaries: &Path,
    name: &str,
) -> Result<(Duration, usize)> {
    let mut process = start(stand, counter, binaries, name).await?;
    let event = Event::of(name)?.signed_for(NOBODY)?;
    process.invoke(&event).await?;
    counter.take();
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let (time, answer) = process.invoke(&event).await?;
        ensure!(answer.contains(r#""statusCode":200"#), "{name} answered {answer}");
        times.push(time);
    }
    Ok((median(&times), counter.take().requests / TIMES))
}

async fn start(stand: &Stand, counter: &Counter, binaries: &Path, name: &str) -> Result<Process> {
    let api = RuntimeApi::start().await?;
    let mut environment = stand.environment(name, api.address)?;
    environment.insert("AWS_ENDPOINT_URL_DYNAMODB".into(), counter.url.clone());
    Process::start(api, &binaries.join(name), environment).await
}

/// The items of a contact with one text, as DynamoDB's JSON.
struct Pattern {
    http: reqwest::Client,
    /// Items of the contact itself.
    contact: Vec<String>,
    /// The text.
    entry: String,
    contact_id: String,
    message_sid: String,
    time: String,
}

impl Pattern {
    async fn of_one_text(stand: &Stand) -> Result<Self> {
        let http = reqwest::Client::builder().build()?;
        stand.invoke("sms-inbound", Event::of("sms-inbound")?).await?;
        let scan = dynamodb(&http, &stand.stack, "Scan", json!({"TableName": TABLE})).await?;
        let items = scan["Items"].as_array().context("a scan has items")?;
        let of = |prefix: &'static str| {
            items.iter().filter(move |item| {
                item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with(prefix))
            })
        };
        let entry = of("MESSAGE#").next().context("the text was not stored")?;
        let contact: Vec<_> = of("NUMBER#").chain(of("CONTACT#")).chain(of("SEARCH")).collect();
        let text =
            |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
        let key = text(entry, "timeline_sk");
        Ok(Self {
            http,
            contact_id: text(contact.first().context("no contact")?, "contact_id"),
            contact: contact.into_iter().map(Value::to_string).collect(),
            message_sid: text(entry, "id"),
            time: key.split('#').next().unwrap_or_default().to_owned(),
            entry: entry.to_string(),
        })
    }

    /// One more contact, with its entries.
    async fn write(&self, stack: &Stack, number: usize) -> Result<()> {
        let customer = format!("+1500{:07}", 6_000_000 + number);
        let contact_id = format!("{number:032x}");
        let mut items = Vec::new();
        for entry in 0..ENTRIES {
            let second = number * ENTRIES + entry;
            let time = format!(
                "2025-{:02}-{:02}T{:02}:{:02}:{:02}.000Z",
                second / 2_419_200 % 12 + 1,
                second / 86_400 % 28 + 1,
                second / 3_600 % 24,
                second / 60 % 60,
                second % 60
            );
            let sid = format!("SM{second:032x}");
            let replaced = |text: &String| {
                text.replace(CUSTOMER, &customer)
                    .replace(&CUSTOMER[1..], &customer[1..])
                    .replace(&self.contact_id, &contact_id)
                    .replace(&self.message_sid, &sid)
                    .replace(&self.time, &time)
            };
            items.push(replaced(&self.entry));
            if entry == ENTRIES - 1 {
                items.extend(self.contact.iter().map(replaced));
            }
        }
        for batch in items.chunks(BATCH) {
            let puts = batch
                .iter()
                .map(|item| {
                    Ok(json!({"PutRequest": {"Item": serde_json::from_str::<Value>(item)?}}))
                })
                .collect::<Result<Vec<_>>>()?;
            let body = json!({"RequestItems": {TABLE: puts}});
            dynamodb(&self.http, stack, "BatchWriteItem", body).await?;
        }
        Ok(())
    }
}

/// Asks the embedded DynamoDB.
pub async fn dynamodb(
    http: &reqwest::Client,
    stack: &Stack,
    what: &str,
    body: Value,
) -> Result<Value> {
    let request = http
        .post(stack.dynamodb_url())
        .header("x-amz-target", format!("DynamoDB_20120810.{what}"))
        .header("content-type", "application/x-amz-json-1.0")
        // The signature is not looked at, its form is.
        .header("x-amz-date", "20260101T000000Z")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=host, Signature=0",
        )
        .body(body.to_string());
    let answer = request.send().await?;
    ensure!(answer.status().is_success(), "{what}: {}", answer.text().await?);
    Ok(serde_json::from_str(&answer.text().await?)?)
}
