//! Two hundred callers who wait for an agent: what they cost while they hear music. At the speed of
//! real life, because a place is read at most once in ten real seconds.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, stream};
use local::{Options, Stack};
use simulator::client::{Control, Happening};

const CALLERS: usize = 200;
const MAIN: &str = "+15005550100";
/// For how long requests are counted.
const COUNTED: Duration = Duration::from_secs(120);

/// Runs it and prints what it took.
pub async fn run() -> Result<()> {
    let mut options = Options::ephemeral_on_free_ports();
    options.contact_centre = true;
    options.speed = 1.0;
    let stack = Stack::start(options).await?;
    let phones = Control::new(&stack.simulator_url().context("no simulator")?)?;
    let script =
        simulator::script::parse(["wait:Press 4", "press:4", "wait:For support", "press:2"])?;
    // Ten at a time, as callers do not come at the same instant.
    let mut calls = stream::iter((0..CALLERS).map(|caller| {
        let (phones, script) = (&phones, &script);
        async move {
            let number = format!("+1500557{caller:04}");
            let call = phones.place_call(&number, MAIN, script).await?;
            tokio::time::sleep(Duration::from_secs(1)).await;
            anyhow::Ok(call)
        }
    }))
    .buffer_unordered(10);
    while let Some(call) = calls.next().await {
        call?;
    }
    // The last of them has heard the menus.
    tokio::time::sleep(Duration::from_secs(40)).await;
    let since = phones.webhooks(0).await?.iter().map(|webhook| webhook.id).max().unwrap_or(0);
    let mut events = Box::pin(phones.events_of(None, &["rest"]).await?);
    let (mut lists, end) = (0, tokio::time::Instant::now() + COUNTED);
    while let Ok(Some(event)) = tokio::time::timeout_at(end, events.next()).await {
        if let Happening::Rest { path, .. } = event?.what {
            lists += usize::from(path.contains("/Tasks"));
        }
    }
    let minutes = COUNTED.as_secs_f64() / 60.0;
    let webhooks = phones.webhooks(since).await?;
    ensure!(webhooks.iter().all(|webhook| webhook.error.is_none()), "a caller heard an error");
    let waits = webhooks.iter().filter(|webhook| webhook.url.contains("/voice/wait")).count();
    let mut latencies: Vec<_> = webhooks.iter().map(|webhook| webhook.latency_ms).collect();
    latencies.sort_by(f64::total_cmp);
    println!("{CALLERS} callers wait:");
    println!("{:.1} webhooks a minute and caller", waits as f64 / minutes / CALLERS as f64);
    println!("{:.1} requests to TaskRouter a minute in all", lists as f64 / minutes);
    println!("{:.1} ms until Twilio has its answer, by the median", latencies[latencies.len() / 2]);
    stack.stop().await;
    Ok(())
}
