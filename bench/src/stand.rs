//! A stack to measure functions on.
//!
//! Nothing else runs on it meanwhile: no queue, stream or schedule invokes anything, and Twilio's
//! simulator tells nobody what becomes of a call.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context, Result, ensure};
use local::{Options, Stack};
use serde_json::Value;
use simulator::client::{Control, Faults};

use crate::event::Event;

/// Where nobody listens: what Twilio is given for an address by the functions that are measured.
pub const NOBODY: &str = "http://127.0.0.1:9";
/// The company's number, a customer's and an agent's, as in `events/`.
pub const MAIN: &str = "+15005550100";
pub const CUSTOMER: &str = "+15005550111";
pub const AGENT: &str = "+15005550177";

const NO_CAP: &str = "4294967295";
/// Simulated people are so much faster than real ones; the conference that is seeded goes on for four
/// of their hours.
const SPEED: f64 = 10.0;

/// What is there for all events.
#[derive(Default)]
pub struct Seeded {
    /// A recording at Twilio, whose copy is in our bucket.
    pub recording: String,
    /// A conference with two people in it, at Twilio too.
    pub conference: String,
    /// The call of one of them.
    pub participant: String,
}

/// A stack with everything in it.
pub struct Stand {
    pub stack: Stack,
    pub phones: Control,
    pub seeded: Seeded,
    ids: AtomicU64,
}

impl Stand {
    /// A stack with nothing in it.
    ///
    /// # Errors
    /// The stack does not start.
    pub async fn empty(binaries: &Path) -> Result<Self> {
        let mut options = Options::ephemeral_on_free_ports();
        options.function_dir = Some(binaries.to_owned());
        options.speed = SPEED;
        options.contact_centre = true;
        options.unplugged = ["ConferenceExpire", "ConferenceTimer", "Deliver", "RecordingCopy"]
            .map(str::to_owned)
            .into();
        let stack = Stack::start(options).await?;
        let phones = Control::new(&stack.simulator_url().context("no simulator")?)?;
        Ok(Self { stack, phones, seeded: Seeded::default(), ids: AtomicU64::new(1) })
    }

    /// From now on, nobody is told what becomes of calls, texts and conferences.
    ///
    /// # Errors
    /// The simulator does not answer.
    pub async fn lose_callbacks(&self) -> Result<()> {
        Ok(self.phones.set_faults(&Faults { drop: 1.0, ..Faults::default() }).await?)
    }

    /// The environment of a process that is measured.
    ///
    /// # Errors
    /// There is no such function.
    pub fn environment(
        &self,
        function: &str,
        runtime_api: SocketAddr,
    ) -> Result<BTreeMap<String, String>> {
        let mut environment = self.stack.environment(function, runtime_api)?;
        // More than a day allows, in a minute; and a callback that has not come is lost.
        for (name, value) in [
            ("PUBLIC_URL", NOBODY),
            ("TEXTS_PER_DAY", NO_CAP),
            ("TEXTS_PER_RECIPIENT", NO_CAP),
            ("CALLS_PER_DAY", NO_CAP),
            ("CALLS_PER_RECIPIENT", NO_CAP),
            ("RECONCILE_AFTER", "0"),
        ] {
            // What the template does not give a function, it does not have.
            if let Some(there) = environment.get_mut(name) {
                *there = value.to_owned();
            }
        }
        Ok(environment)
    }

    /// A SID or id that was not there before.
    pub fn sid(&self, prefix: &str) -> String {
        // Far from the SIDs of `events/` and of the simulator's.
        format!("{prefix}bec{:029x}", self.ids.fetch_add(1, Ordering::Relaxed))
    }

    /// A number that was not there before.
    pub fn number(&self) -> String {
        format!("+1500{:07}", 6_000_000 + self.ids.fetch_add(1, Ordering::Relaxed))
    }

    /// Hands an event to a function of the stack; its answer, or the body of an HTTP answer.
    ///
    /// # Errors
    /// The function fails, or refuses it.
    pub async fn invoke(&self, function: &str, event: Event) -> Result<Value> {
        let event = event.signed_for(&self.stack.api_url())?;
        let answer = self.stack.invoke(function, event.as_bytes()).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        ensure!(is_success(&answer), "{function} answered {answer}");
        Ok(match answer["body"].as_str() {
            Some(body) => serde_json::from_str(body).unwrap_or(Value::Null),
            None => answer,
        })
    }
}

/// Whether a function has done what it was asked.
pub fn is_success(answer: &Value) -> bool {
    let failed = answer["batchItemFailures"].as_array().is_some_and(|failed| !failed.is_empty());
    let status = answer["statusCode"].as_u64().unwrap_or(200);
    !failed && answer["errorMessage"].is_null() && (200..300).contains(&status)
}
