//! Cold start, first and warm handling, memory and size of a function's process, beside a process of
//! the floor that does the same at the same moment; and the round trips that an event costs.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::{
    ask::Asker,
    case::Case,
    counter::{self, Counter, Trips},
    event::Event,
    runtime_api::{Process, RuntimeApi},
    stand::{self, NOBODY, Stand},
};

/// The function that others are compared with.
pub const FLOOR: &str = "bench-bare";
/// The function whose event and environment the floor gets.
const LIKE_FLOOR: &str = "ivr-entry";

/// The services that a function asks, and the variables that tell where they are.
pub const SERVICES: [(&str, &str); 5] = [
    ("DynamoDB", "AWS_ENDPOINT_URL_DYNAMODB"),
    ("SQS", "AWS_ENDPOINT_URL_SQS"),
    ("S3", "AWS_ENDPOINT_URL_S3"),
    ("Secrets", "AWS_ENDPOINT_URL_SECRETS_MANAGER"),
    ("Twilio", "TWILIO_API_URL"),
];

/// Times of a function's processes, or of the floor's.
#[derive(Default)]
pub struct Times {
    pub cold: Vec<Duration>,
    pub first: Vec<Duration>,
    pub warm: Vec<Duration>,
    pub resident_kib: Vec<u64>,
    pub binary_bytes: u64,
}

/// What an event costs, in the order of [`SERVICES`].
#[derive(Clone, Copy, Default)]
pub struct Cost {
    /// Of the second event: nothing is made or read for the first time.
    pub trips: [Trips; SERVICES.len()],
    /// The most connections to one service, from the start to the second answer.
    pub connections: usize,
}

/// All figures of a case.
#[derive(Default)]
pub struct Figures {
    pub function: Times,
    /// Of the floor, meanwhile.
    pub floor: Times,
    pub cost: Cost,
}

/// Starts a process of the function and one of the floor, and hands each one first event and `warm`
/// more, in turn, so that the machine's noise meets both.
///
/// # Errors
/// A process ends, or does not do what it is asked.
pub async fn round(
    stand: &Stand,
    binaries: &Path,
    case: Case<'_>,
    warm: usize,
    round: usize,
    figures: &mut Figures,
) -> Result<()> {
    let floor_event = Event::of(LIKE_FLOOR)?.signed_for(NOBODY)?;
    let mut asker = Asker::new(stand, &twilio_url(stand));
    let (mut function, mut floor);
    // In turn, too: the second finds the files' pages in memory no more often than the first.
    if round.is_multiple_of(2) {
        floor = start(stand, binaries, FLOOR, &BTreeMap::new()).await?;
        function = start(stand, binaries, case.function, &BTreeMap::new()).await?;
    } else {
        function = start(stand, binaries, case.function, &BTreeMap::new()).await?;
        floor = start(stand, binaries, FLOOR, &BTreeMap::new()).await?;
    }
    figures.function.cold.push(function.cold);
    figures.floor.cold.push(floor.cold);
    for number in 0..=warm {
        let event = asker.next(case).await?;
        let time = ask(case.function, &mut function, &event).await?;
        let floor_time = ask(FLOOR, &mut floor, &floor_event).await?;
        if number == 0 {
            figures.function.first.push(time);
            figures.floor.first.push(floor_time);
        } else {
            figures.function.warm.push(time);
            figures.floor.warm.push(floor_time);
        }
    }
    figures.function.resident_kib.push(function.resident_kib()?);
    figures.floor.resident_kib.push(floor.resident_kib()?);
    figures.function.binary_bytes = fs::metadata(binaries.join(case.function))?.len();
    figures.floor.binary_bytes = fs::metadata(binaries.join(FLOOR))?.len();
    Ok(())
}

/// The counters in front of a stack's services.
pub struct Counters(Vec<Counter>);

impl Counters {
    /// Starts one for each of [`SERVICES`].
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(stand: &Stand) -> Result<Self> {
        let stack = &stand.stack;
        let mut counters = Vec::new();
        for url in [
            stack.dynamodb_url(),
            stack.aws_url(),
            stack.s3_url(),
            stack.aws_url(),
            twilio_url(stand),
        ] {
            counters.push(counter::start(url).await?);
        }
        Ok(Self(counters))
    }

    /// Counts a case's round trips.
    ///
    /// # Errors
    /// A process ends, or does not do what it is asked.
    pub async fn count(&self, stand: &Stand, binaries: &Path, case: Case<'_>) -> Result<Cost> {
        let urls = self.0.iter().map(|counter| counter.url.clone());
        let counted = SERVICES.iter().map(|(_, variable)| (*variable).to_owned()).zip(urls);
        let counted: BTreeMap<_, _> = counted.collect();
        let mut asker = Asker::new(stand, &counted["TWILIO_API_URL"]);
        let mut process = start(stand, binaries, case.function, &counted).await?;
        ask(case.function, &mut process, &asker.next(case).await?).await?;
        let event = asker.next(case).await?;
        for counter in &self.0 {
            counter.take();
        }
        ask(case.function, &mut process, &event).await?;
        let connections = self.0.iter().map(Counter::take_connections).max().unwrap_or_default();
        let trips = std::array::from_fn(|service| self.0[service].take());
        Ok(Cost { trips, connections })
    }
}

fn twilio_url(stand: &Stand) -> String {
    stand.stack.simulator_url().unwrap_or_default()
}

async fn start(
    stand: &Stand,
    binaries: &Path,
    function: &str,
    counted: &BTreeMap<String, String>,
) -> Result<Process> {
    let api = RuntimeApi::start().await?;
    let of = if function == FLOOR { LIKE_FLOOR } else { function };
    let mut environment = stand.environment(of, api.address)?;
    for (variable, url) in counted {
        // What the template does not give a function, it does not have.
        if environment.contains_key(variable) {
            environment.insert(variable.clone(), url.clone());
        }
    }
    Process::start(api, &binaries.join(function), environment).await
}

async fn ask(name: &str, process: &mut Process, event: &str) -> Result<Duration> {
    let (time, answer) = process.invoke(event).await?;
    let answered: Value = serde_json::from_str(&answer).unwrap_or(Value::Null);
    ensure!(stand::is_success(&answered), "{name} answered {answer} to {event}");
    Ok(time)
}
