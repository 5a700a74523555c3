//! The whole system on a stack of its own: the real function binaries, the template, the simulator.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use local::{Options, Stack};
use serde_json::Value;
use shared::{
    aws::table::{Item, Table},
    calls::{CallEntry, Calls},
    contacts::CallOutcome,
    twilio::signature::sign,
};
use simulator::client::{Behavior, CallbackOrder, Control, Settings, Step};

pub const MAIN: &str = "+15005550100";
pub const OWNER: &str = "+15005550199";
pub const CALLER: &str = "+15005550111";
pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const TOKEN: &str = "local-auth-token";

/// A call that somebody might make, for webhooks that are sent by hand.
pub const CALL: &str = "CA0000000000000000000000000000aaaa";

pub struct System {
    pub stack: Stack,
    pub phones: Control,
    pub calls: Calls,
    dynamodb: aws_sdk_dynamodb::Client,
    pub http: reqwest::Client,
}

impl System {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With values for parameters of the template.
    pub async fn with(parameters: &[(&str, &str)]) -> Self {
        Self::without(&[], parameters).await
    }

    /// With functions that no queue, stream or schedule invokes.
    pub async fn without(unplugged: &[&str], parameters: &[(&str, &str)]) -> Self {
        let mut options = Options::ephemeral_on_free_ports();
        options.unplugged = unplugged.iter().map(|name| (*name).to_owned()).collect();
        // A person of flesh would have to be this much faster than the machine is slow.
        options.speed = 40.0;
        for (name, value) in parameters {
            options.parameters.insert((*name).into(), (*value).into());
        }
        let stack = Stack::start(options).await.unwrap();
        let simulator = stack.simulator_url().unwrap();
        let system = Self::of(stack, &simulator);
        // Twilio says nothing of the order in which callbacks come.
        let settings = Settings { callback_order: CallbackOrder::Shuffled, ..Settings::default() };
        system.phones.set_settings(&settings).await.unwrap();
        system
    }

    /// A stack whose phones are at this simulator.
    pub fn of(stack: Stack, simulator: &str) -> Self {
        // Fails when another test of this process has installed it.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new(
                "local",
                stack.secret_access_key(),
                None,
                None,
                "test",
            ))
            .endpoint_url(stack.dynamodb_url())
            .build();
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(config);
        let table = stack.physical_name("Table").unwrap();
        Self {
            phones: Control::new(simulator).unwrap(),
            calls: Calls::new(Table::new(dynamodb.clone(), table)),
            dynamodb,
            http: reqwest::Client::builder().build().unwrap(),
            stack,
        }
    }

    /// A customer calls the main number and does this.
    pub async fn customer_calls(&self, words: &[&str]) -> String {
        self.calls_from(CALLER, words).await
    }

    pub async fn calls_from(&self, from: &str, words: &[&str]) -> String {
        let script = script(words);
        self.phones.place_call(from, MAIN, &script).await.unwrap()
    }

    /// What the owner's phone does when it rings.
    pub async fn owner(&self, behavior: Behavior) {
        self.phones.set_behavior(OWNER, &behavior).await.unwrap();
    }

    /// The entry of a call once it fulfils a condition, which it must within ten seconds.
    pub async fn entry_when(&self, sid: &str, holds: impl Fn(&CallEntry) -> bool) -> CallEntry {
        let begun = Instant::now();
        loop {
            let entry = self.calls.entry(&sid.parse().unwrap()).await.unwrap();
            match entry {
                Some(entry) if holds(&entry) => return entry,
                entry => assert!(
                    begun.elapsed() < Duration::from_secs(10),
                    "not so: {}\n{}",
                    serde_json::to_string_pretty(&entry).unwrap(),
                    self.stack.logs()
                ),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The entry once the call is over, came to this and took this way behind its start: each step
    /// is a widget and how it ended.
    pub async fn entry_with(&self, sid: &str, outcome: CallOutcome, path: &[&str]) -> CallEntry {
        self.entry_when(sid, |entry| {
            let steps = entry.path.iter().map(|step| format!("{} {}", step.widget, step.event));
            entry.status.is_final()
                && entry.outcome == outcome
                && steps
                    .eq(["Trigger incomingCall"].iter().chain(path).map(|step| (*step).to_owned()))
        })
        .await
    }

    /// An object of the recordings' bucket.
    pub async fn recording(&self, key: &str) -> Vec<u8> {
        let bucket = self.stack.physical_name("Recordings").unwrap();
        let object = self.s3().get_object().bucket(bucket).key(key).send().await.unwrap();
        object.body.collect().await.unwrap().to_vec()
    }

    pub async fn has_object(&self, key: &str) -> bool {
        let bucket = self.stack.physical_name("Recordings").unwrap();
        self.s3().head_object().bucket(bucket).key(key).send().await.is_ok()
    }

    fn s3(&self) -> aws_sdk_s3::Client {
        use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new(
                "local",
                self.stack.secret_access_key(),
                None,
                None,
                "test",
            ))
            .endpoint_url(self.stack.s3_url())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// Sends a webhook as Twilio would; the status and the body of the answer.
    pub async fn webhook(&self, path: &str, form: &[(&str, &str)]) -> (u16, String) {
        let url = format!("{}{path}", self.stack.api_url());
        let signature = sign(TOKEN, &url, &owned(form));
        self.post(path, form, &signature).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)], signature: &str) -> (u16, String) {
        let request = self
            .http
            .post(format!("{}{path}", self.stack.api_url()))
            .header("x-twilio-signature", signature)
            .form(form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Asks the API as the program that `make token` signs in.
    pub async fn api(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.api_as(&self.token().await, method, path, body).await
    }

    /// Asks the API with this token.
    pub async fn api_as(&self, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let mut request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.stack.api_url()))
            .bearer_auth(token);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.api("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}\n{}", self.stack.logs());
        body
    }

    /// A token of the client `local` with all scopes.
    pub async fn token(&self) -> String {
        let form = [("grant_type", "client_credentials")];
        let url = format!("{}/oauth2/token", self.stack.api_url());
        let request = self.http.post(url).basic_auth("local", Some("local")).form(&form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// What `path` answers once that fulfils a condition, which it must within ten seconds.
    pub async fn eventually(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let (_, body) = self.api("GET", path, Value::Null).await;
            if holds(&body) {
                return body;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "not so: {}\n{}",
                serde_json::to_string_pretty(&body).unwrap(),
                self.stack.logs()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The customer's timeline, the oldest entry first, once it fulfils a condition.
    pub async fn timeline_when(&self, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let path = format!("/api/contacts/{CALLER}/entries");
        let oldest_first = |page: &Value| -> Vec<Value> {
            page["items"].as_array().into_iter().flatten().rev().cloned().collect()
        };
        oldest_first(&self.eventually(&path, |page| holds(&oldest_first(page))).await)
    }

    /// Writes items as they are.
    pub async fn write(&self, items: &[Value]) {
        use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
        let table = self.stack.physical_name("Table").unwrap();
        for batch in items.chunks(25) {
            let puts = batch.iter().map(|item| {
                let put =
                    PutRequest::builder().set_item(Some(serde_dynamo::to_item(item).unwrap()));
                WriteRequest::builder().put_request(put.build().unwrap()).build()
            });
            let request = self.dynamodb.batch_write_item().request_items(&table, puts.collect());
            request.send().await.unwrap();
        }
    }

    /// Everything in the table, as text, but for the notes of what has changed, which follow later.
    pub async fn table(&self) -> String {
        let items = self
            .dynamodb
            .scan()
            .table_name(self.stack.physical_name("Table").unwrap())
            .send()
            .await
            .unwrap()
            .items
            .unwrap_or_default();
        let is_note = |item: &Item| item["pk"].as_s().unwrap().starts_with("CHANGES#");
        // Sorted, so that two scans can be compared.
        let mut lines: Vec<_> = items
            .into_iter()
            .filter(|item| !is_note(item))
            .map(|item| serde_dynamo::from_item::<_, serde_json::Value>(item).unwrap().to_string())
            .collect();
        lines.sort();
        lines.join("\n")
    }
}

/// Whether the caller's message is in S3.
pub fn is_copied(entry: &CallEntry) -> bool {
    entry.voicemail.as_ref().is_some_and(|voicemail| voicemail.s3_key.is_some())
}

pub fn script(words: &[&str]) -> Vec<Step> {
    simulator::script::parse(words).unwrap()
}

/// The form that every voice webhook of [`CALL`] carries, with more behind it.
pub fn form<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("AccountSid", ACCOUNT),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", CALL),
        ("CallStatus", "in-progress"),
        ("Direction", "inbound"),
        ("From", CALLER),
        ("To", MAIN),
    ];
    for (name, value) in more {
        form.retain(|(there, _)| there != name);
        form.push((name, value));
    }
    form
}

pub fn owned(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect()
}
