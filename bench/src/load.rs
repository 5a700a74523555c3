//! A hundred conferences of four at once, through the whole stack: two of each are called, two call
//! the main number and give the code. Then all end at their limit.
//!
//! Every conference must start, nobody may be in a room that is not theirs, and nothing that lives
//! may be left. What is measured is how long people wait.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, stream};
use local::{Options, Stack};
use serde_json::{Value, json};
use simulator::client::{Behavior, Control, WebhookKind};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::report::median;

const CONFERENCES: usize = 100;
const MAIN: &str = "+15005550100";
/// Real seconds that each conference may last: long enough for all to be in theirs at once.
const LIMIT: u64 = 120;
/// Simulated people are so much faster than real ones.
const SPEED: f64 = 10.0;

/// Runs it and prints what it took.
pub async fn run() -> Result<()> {
    let mut options = Options::ephemeral_on_free_ports();
    options.speed = SPEED;
    let stack = Stack::start(options).await?;
    let load = Load::new(&stack).await?;
    // As Twilio by default.
    let rate = simulator::client::Settings::default().calls_per_second;
    println!(
        "REST dials {rate} call a simulated second: {:.0} a real one",
        SPEED * f64::from(rate)
    );
    let begun = Instant::now();
    let mut conferences = load.create().await?;
    println!("{CONFERENCES} conferences made in {:.1} s", begun.elapsed().as_secs_f64());
    load.call_in(&conferences).await?;
    load.wait_for(&mut conferences, "active", begun, Duration::from_secs(LIMIT)).await?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("all {CONFERENCES} have started after {seconds:.1} s");
    load.check_rooms(&conferences).await?;
    println!("{} people are in their own rooms", CONFERENCES * 4);
    load.wait_for(&mut conferences, "ended", begun, Duration::from_secs(2 * LIMIT)).await?;
    load.check_ends(&conferences).await?;
    load.check_nothing_lives(&stack).await?;
    load.print_webhooks().await?;
    stack.stop().await;
    Ok(())
}

struct Load {
    http: reqwest::Client,
    api: String,
    token: String,
    phones: Control,
}

impl Load {
    async fn new(stack: &Stack) -> Result<Self> {
        let http = reqwest::Client::builder().build()?;
        let api = stack.api_url();
        let request = http.post(format!("{api}/oauth2/token"));
        let request = request.basic_auth("local", Some("local"));
        let answer = request.form(&[("grant_type", "client_credentials")]).send().await?;
        let token = answer.json::<Value>().await?["access_token"].as_str().map(str::to_owned);
        let simulator = stack.simulator_url().context("no simulator")?;
        Ok(Self { http, api, token: token.context("no token")?, phones: Control::new(&simulator)? })
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Result<Value> {
        let request = self.http.request(method, format!("{}{path}", self.api));
        let request = request.bearer_auth(&self.token);
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path}: {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    async fn create(&self) -> Result<Vec<Value>> {
        let joins = simulator::script::parse(["wait:Press any key to join", "press:1"])?;
        for conference in 0..CONFERENCES {
            for person in 0..2 {
                let behavior = Behavior::answer(joins.clone());
                self.phones.set_behavior(&number(conference, person), &behavior).await?;
            }
        }
        let made = stream::iter((0..CONFERENCES).map(|conference| {
            let people: Vec<_> = (0..4)
                .map(|person| {
                    let join = if person < 2 { "dial_out" } else { "dial_in" };
                    json!({"phone_number": number(conference, person), "join": join})
                })
                .collect();
            let body = json!({"participants": people, "max_duration_seconds": LIMIT});
            self.ask(reqwest::Method::POST, "/api/conferences", Some(body))
        }));
        let made: Vec<_> = made.buffered(20).collect().await;
        made.into_iter().collect()
    }

    async fn call_in(&self, conferences: &[Value]) -> Result<()> {
        for (place, conference) in conferences.iter().enumerate() {
            let code = format!("press:{}#", conference["code"].as_str().unwrap_or_default());
            let words = ["wait:Press 3", "press:3", "wait:enter the code", code.as_str()];
            let script = simulator::script::parse(words)?;
            for person in 2..4 {
                self.phones.place_call(&number(place, person), MAIN, &script).await?;
            }
        }
        Ok(())
    }

    /// Waits until all of them are as `status` says; reads them again one by one.
    async fn wait_for(
        &self,
        conferences: &mut [Value],
        status: &str,
        begun: Instant,
        time: Duration,
    ) -> Result<()> {
        for conference in conferences {
            let id = conference["id"].as_str().context("no id")?;
            let path = format!("/api/conferences/{id}");
            loop {
                let now = self.ask(reqwest::Method::GET, &path, None).await?;
                let participants = now["participants"].as_array().context("nobody")?;
                let all_in = participants.iter().all(|who| who["state"] == "joined");
                if now["status"] == status && (status != "active" || all_in) {
                    *conference = now;
                    break;
                }
                ensure!(begun.elapsed() < time, "not {status}: {now:#}");
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        }
        Ok(())
    }

    async fn check_rooms(&self, conferences: &[Value]) -> Result<()> {
        let mut whose = HashMap::new();
        for (place, conference) in conferences.iter().enumerate() {
            for person in 0..4 {
                whose.insert(number(place, person), conference["id"].clone());
            }
        }
        let mut people = 0;
        for room in self.phones.conferences().await? {
            for participant in room.present() {
                let phone = participant.phone.as_ref().context("no phone")?;
                ensure!(whose.get(phone) == Some(&json!(room.friendly_name)), "in a wrong room");
                people += 1;
            }
        }
        ensure!(people == CONFERENCES * 4, "{people} people are in rooms");
        Ok(())
    }

    /// All are out at the limit, and nobody before it.
    async fn check_ends(&self, conferences: &[Value]) -> Result<()> {
        let limits: HashMap<_, _> =
            conferences.iter().map(|it| (it["id"].as_str(), it["expires_at"].as_str())).collect();
        let at = |text: Option<&str>| -> Result<OffsetDateTime> {
            Ok(OffsetDateTime::parse(text.context("no time")?, &Rfc3339)?)
        };
        let mut late: Vec<Duration> = Vec::new();
        for room in self.phones.conferences().await? {
            let limit =
                limits.get(&Some(&*room.friendly_name)).context("a room of no conference")?;
            let limit = at(*limit)?;
            for who in &room.participants {
                let left = at(who.left_at.as_deref())?;
                ensure!(left > limit - time::Duration::SECOND, "somebody was put out too early");
                late.push((left - limit).try_into().unwrap_or_default());
            }
        }
        late.sort();
        let longest = late.last().copied().unwrap_or_default();
        println!(
            "put out after the limit: median {:.0} ms, at most {:.0} ms",
            median(&late).as_secs_f64() * 1000.0,
            longest.as_secs_f64() * 1000.0
        );
        Ok(())
    }

    async fn check_nothing_lives(&self, stack: &Stack) -> Result<()> {
        let begun = Instant::now();
        loop {
            let rooms = self.phones.conferences().await?;
            let open = rooms.iter().filter(|room| room.ended_at.is_none()).count();
            let living = self.living(stack).await?;
            if open == 0 && living == 0 {
                println!("no room is open, no record of a live conference is left");
                return Ok(());
            }
            ensure!(begun.elapsed() < Duration::from_secs(30), "{open} rooms, {living} records");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Items of conferences that live, or are open for the reconciler.
    async fn living(&self, stack: &Stack) -> Result<usize> {
        let table = stack.physical_name("Table").context("no table")?;
        let mut start = Value::Null;
        let mut living = 0;
        loop {
            let mut body = json!({
                "TableName": table,
                "FilterExpression": "sk = :live OR open_pk = :conference",
                "ExpressionAttributeValues": {":live": {"S": "LIVE"}, ":conference": {"S": "CONFERENCE"}},
                "Select": "COUNT",
            });
            if !start.is_null() {
                body["ExclusiveStartKey"] = start;
            }
            let page = crate::scale::dynamodb(&self.http, stack, "Scan", body).await?;
            living += page["Count"].as_u64().unwrap_or_default() as usize;
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                return Ok(living);
            }
        }
    }

    /// How long Twilio waited for the answers of each webhook.
    async fn print_webhooks(&self) -> Result<()> {
        let mut failed = 0;
        let mut latencies: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
        for webhook in self.phones.webhooks(0).await? {
            if let Some(error) = webhook.error {
                // Nobody waits for the others, and Twilio tries them again.
                ensure!(webhook.kind != WebhookKind::Voice, "a caller heard an error: {error:?}");
                failed += 1;
                continue;
            }
            let path = webhook.url.split('?').next().unwrap_or_default();
            let path = path.trim_start_matches(&self.api).to_owned();
            let latency = Duration::from_secs_f64(webhook.latency_ms / 1000.0);
            latencies.entry(path).or_default().push(latency);
        }
        println!("{failed} webhooks failed and were tried again");
        println!(
            "{:<34} {:>7} {:>10} {:>10} {:>10}",
            "webhook", "times", "median ms", "95 % ms", "most ms"
        );
        for (path, mut times) in latencies {
            times.sort();
            let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_millis();
            println!(
                "{path:<34} {:>7} {:>10} {:>10} {:>10}",
                times.len(),
                at(0.5),
                at(0.95),
                at(1.0)
            );
        }
        Ok(())
    }
}

/// The phone of somebody of a conference.
fn number(conference: usize, person: usize) -> String {
    format!("+1500556{:04}", conference * 4 + person)
}
