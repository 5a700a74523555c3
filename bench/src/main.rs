//! Measures the release binary of each function: cold start, first and warm handling, memory, size
//! and round trips to DynamoDB, beside the floor `bench-bare`, in one run.
//!
//! The functions run on the local stack's DynamoDB, SQS, S3 and Secrets Manager, and on a Runtime
//! API of the bench's own, which times them without a gateway in between. Each is handed its event
//! of `events/`. The rounds go through all functions in turn, so that noise meets all of them.

mod counter;
mod load;
mod runtime_api;
mod scale;

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use local::{Options, Stack};
use runtime_api::{Process, RuntimeApi};

const FLOOR: &str = "bench-bare";
/// The function whose event and environment the floor gets.
const LIKE_FLOOR: &str = "ivr-entry";
/// These ask Twilio, which is not there, or have nothing to do: only their start is measured.
const ASK_TWILIO: [&str; 8] = [
    "call-start",
    "conference-expire",
    "conference-timer",
    "deliver",
    "phone-numbers",
    "reconcile",
    "recording-copy",
    "sms-send",
];
/// Processes started of each.
const ROUNDS: usize = 21;
/// Invocations of each process, after the first.
const WARM: usize = 40;

#[derive(Default)]
struct Samples {
    cold: Vec<Duration>,
    first: Vec<Duration>,
    warm: Vec<Duration>,
    resident_kib: Vec<u64>,
    round_trips: usize,
    binary_bytes: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some("load") {
        return load::run().await;
    }
    let binaries = std::env::current_exe()?.parent().context("no folder")?.to_owned();
    let mut options = Options::ephemeral_on_free_ports();
    // The events are signed for the domain name that they carry.
    options.parameters.insert("PublicUrl".into(), String::new());
    options.parameters.insert("TwilioApiUrl".into(), "http://127.0.0.1:3001".into());
    let stack = Stack::start(options).await?;
    let counter = counter::start(stack.dynamodb_url()).await?;

    if std::env::args().nth(1).as_deref() == Some("scale") {
        scale::run(&stack, &counter, &binaries).await?;
        stack.stop().await;
        return Ok(());
    }
    let names: Vec<_> = std::iter::once(FLOOR).chain(stack.functions()).collect();
    let mut samples: BTreeMap<&str, Samples> = BTreeMap::new();
    for round in 0..ROUNDS {
        for &name in &names {
            measure(&stack, &binaries, name, samples.entry(name).or_default()).await?;
        }
        eprint!("\rround {} of {ROUNDS}", round + 1);
    }
    eprintln!();
    for (name, samples) in &mut samples {
        let api = RuntimeApi::start().await?;
        let mut environment = environment(&stack, name, api.address)?;
        environment.insert("AWS_ENDPOINT_URL_DYNAMODB".into(), counter.url.clone());
        let mut process = Process::start(api, &binaries.join(name), environment).await?;
        if !ASK_TWILIO.contains(name) {
            process.invoke(&event(name)?).await?;
            counter.take();
            process.invoke(&event(name)?).await?;
            samples.round_trips = counter.take();
        }
        samples.binary_bytes = fs::metadata(binaries.join(name))?.len();
    }
    print(&names, &samples);
    stack.stop().await;
    Ok(())
}

fn environment(
    stack: &Stack,
    name: &str,
    runtime_api: SocketAddr,
) -> Result<BTreeMap<String, String>> {
    let of = if name == FLOOR { LIKE_FLOOR } else { name };
    stack.environment(of, runtime_api)
}

fn event(name: &str) -> Result<String> {
    let of = if name == FLOOR { LIKE_FLOOR } else { name };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../events/{of}.json"));
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}

async fn measure(stack: &Stack, binaries: &Path, name: &str, samples: &mut Samples) -> Result<()> {
    let binary: PathBuf = binaries.join(name);
    let event = event(name)?;
    let api = RuntimeApi::start().await?;
    let environment = environment(stack, name, api.address)?;
    let mut process = Process::start(api, &binary, environment).await?;
    samples.cold.push(process.cold);
    if !ASK_TWILIO.contains(&name) {
        let (first, answer) = process.invoke(&event).await?;
        // An empty table has no agent and no contact, of which 404 tells.
        ensure!(
            answer.contains(r#""statusCode":20"#) || answer.contains(r#""statusCode":404"#),
            "{name} answered {answer}"
        );
        samples.first.push(first);
        for _ in 0..WARM {
            samples.warm.push(process.invoke(&event).await?.0);
        }
    }
    samples.resident_kib.push(process.resident_kib()?);
    Ok(())
}

fn median<T: Copy + Ord + Default>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(values: &[Duration]) -> f64 {
    median(values).as_secs_f64() * 1000.0
}

fn print(names: &[&str], samples: &BTreeMap<&str, Samples>) {
    let floor = &samples[FLOOR];
    let cell = |value: f64, floor: f64| format!("{value:.2} ({:.2}x)", value / floor);
    println!(
        "medians of {ROUNDS} processes, {WARM} warm invocations each; in brackets: ratio to {FLOOR}"
    );
    println!(
        "{:<20} {:>16} {:>16} {:>16} {:>16} {:>9} {:>11}",
        "function",
        "cold start ms",
        "first ms",
        "warm ms",
        "resident MiB",
        "size MB",
        "round trips"
    );
    for name in names {
        let of = &samples[name];
        let resident = |samples: &Samples| median(&samples.resident_kib) as f64 / 1024.0;
        let timed = |of: &[Duration], floor: &[Duration]| match of.is_empty() {
            true => "-".to_owned(),
            false => cell(milliseconds(of), milliseconds(floor)),
        };
        println!(
            "{name:<20} {:>16} {:>16} {:>16} {:>16} {:>9.1} {:>11}",
            cell(milliseconds(&of.cold), milliseconds(&floor.cold)),
            timed(&of.first, &floor.first),
            timed(&of.warm, &floor.warm),
            cell(resident(of), resident(floor)),
            of.binary_bytes as f64 / 1e6,
            of.round_trips,
        );
    }
}
