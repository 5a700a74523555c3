//! Faults on purpose: lost, repeated, late callbacks and a REST API that fails.
//!
//! Whether a fault strikes depends on the seed, the fault's name, what it would
//! strike and how many times that came up before, never on the order in which
//! tasks run. So the same seed gives the same faults.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::connections::Stale;

/// The faults that are to happen. Probabilities are between 0 and 1; all default to 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The same seed gives the same faults.
    pub seed: u64,
    /// A callback, of a call, a recording, a message or a conference, is sent twice.
    pub duplicate: f64,
    /// A callback, of a call, a recording, a message or a conference, is never sent.
    pub drop: f64,
    /// A callback, of a call, a recording, a message or a conference, is late by up to so many real
    /// milliseconds.
    pub delay_ms: u64,
    /// A callback is sent after the next one of its call, message or conference.
    pub reorder: f64,
    /// A request for TwiML is sent twice; the first answer counts.
    pub duplicate_twiml: f64,
    /// A REST request is answered 429 and not executed.
    pub rest_429: f64,
    /// A REST request is answered 500 and not executed.
    pub rest_500: f64,
    /// A REST request is executed, then its connection breaks without an answer.
    pub rest_accept_then_disconnect: f64,
    /// What becomes of connections to the REST API that were idle for 20 ms or more.
    pub stale_connections: Option<Stale>,
    /// A recording's media answer 404 the first time, although it is complete.
    pub recording_404_first: f64,
    /// A recording's media answer 404 for good, although it is complete.
    pub recording_404: f64,
    /// A medium of an incoming text answers 404 for good.
    pub media_404: f64,
    /// REST answers about a recording, a message, a task or a reservation have a rare or an invented
    /// word as status, and before a callback of such comes another one that has; before an event of
    /// TaskRouter comes one of such a type, if the workspace has no filter.
    pub unknown_words: f64,
    /// By Twilio's code, how probable it is that a create request is refused with it although
    /// nothing is wrong with it: 10004 calls, 16021 participants, 21611 messages. All of them pass.
    pub refuse: BTreeMap<u32, f64>,
    /// A conference shows in REST only so many real milliseconds after its first participant.
    pub conference_late_ms: u64,
    /// The `timeLimit` of a `<Dial>` with a conference is not kept.
    pub no_conference_time_limit: bool,
}

/// What create requests are refused with when the account has too much of something.
pub(crate) const PASSING_REFUSALS: [(u32, &str); 3] = [
    // https://www.twilio.com/docs/api/errors/10004
    (10_004, "Call concurrency limit exceeded"),
    // https://www.twilio.com/docs/api/errors/16021
    (16_021, "Failed to join conference due to account concurrency limit exceeded"),
    // https://www.twilio.com/docs/api/errors/21611
    (21_611, "This 'From' number has exceeded the maximum number of queued messages"),
];

impl Faults {
    /// What is wrong with them: a probability that is none, a code that is not simulated.
    pub(crate) fn invalid(&self) -> Option<String> {
        let knows = |code: &u32| PASSING_REFUSALS.iter().any(|(known, _)| known == code);
        if let Some(code) = self.refuse.keys().find(|code| !knows(code)) {
            return Some(format!("refuse: {code} is not 10004, 16021 or 21611"));
        }
        let refusals = self.refuse.values().map(|probability| ("refuse", *probability));
        let invalid = self
            .probabilities()
            .into_iter()
            .chain(refusals)
            .find(|(_, probability)| !(0.0..=1.0).contains(probability));
        invalid.map(|(name, _)| format!("{name} must be between 0 and 1"))
    }

    fn probabilities(&self) -> [(&'static str, f64); 11] {
        [
            ("duplicate", self.duplicate),
            ("drop", self.drop),
            ("reorder", self.reorder),
            ("duplicate_twiml", self.duplicate_twiml),
            ("rest_429", self.rest_429),
            ("rest_500", self.rest_500),
            ("rest_accept_then_disconnect", self.rest_accept_then_disconnect),
            ("recording_404_first", self.recording_404_first),
            ("recording_404", self.recording_404),
            ("media_404", self.media_404),
            ("unknown_words", self.unknown_words),
        ]
    }
}

/// Statuses of recordings that Twilio's OpenAPI files have and few apps have met, and one that they
/// do not have.
pub(crate) const RECORDING_WORDS: [&str; 5] =
    ["processing", "paused", "stopped", "deleted", "archived"];

/// Statuses of messages that Twilio's OpenAPI files have and few apps have met, and one that they
/// do not have.
pub(crate) const MESSAGE_WORDS: [&str; 4] =
    ["partially_delivered", "accepted", "read", "throttled"];

/// Statuses of tasks and of reservations that Twilio's OpenAPI files do not have.
pub(crate) const TASK_WORDS: [&str; 2] = ["transferring", "deferred"];

/// Events of TaskRouter that Twilio has and the simulator does not, and one that neither has.
pub(crate) const EVENT_WORDS: [&str; 4] =
    ["task.transfer-initiated", "worker.capacity.update", "task-channel.created", "task.deferred"];

/// The faults in force and how often each was asked for.
#[derive(Debug, Default)]
pub(crate) struct FaultDice {
    pub(crate) faults: Faults,
    rolls: HashMap<String, u64>,
}

impl FaultDice {
    /// Starts again from the first roll.
    pub(crate) fn set(&mut self, faults: Faults) {
        *self = Self { faults, rolls: HashMap::new() };
    }

    /// Whether the fault `name` strikes `what` this time.
    pub(crate) fn strikes(
        &mut self,
        name: &str,
        probability: impl Fn(&Faults) -> f64,
        what: &str,
    ) -> bool {
        let probability = probability(&self.faults);
        probability > 0.0 && self.roll(name, what) < probability
    }

    /// A status that no app expects, if the fault `unknown_words` strikes `what` this time.
    pub(crate) fn unknown_word(
        &mut self,
        what: &str,
        words: &'static [&'static str],
    ) -> Option<&'static str> {
        self.strikes("unknown_words", |faults| faults.unknown_words, what).then(|| {
            let part = self.roll("unknown word", what);
            words[(part * words.len() as f64) as usize % words.len()]
        })
    }

    /// How late a callback is this time.
    pub(crate) fn delay(&mut self, what: &str) -> Duration {
        if self.faults.delay_ms == 0 {
            return Duration::ZERO;
        }
        let part = self.roll("delay_ms", what);
        Duration::from_millis((part * (self.faults.delay_ms + 1) as f64) as u64)
    }

    /// Where in `0..1` this time lies between what is soonest and what is latest.
    pub(crate) fn part(&mut self, name: &str, what: &str) -> f64 {
        self.roll(name, what)
    }

    /// A number in `0..1` that depends on nothing but its arguments, the seed
    /// and how often the same was asked.
    fn roll(&mut self, name: &str, what: &str) -> f64 {
        let times = self.rolls.entry(format!("{name} {what}")).or_default();
        *times += 1;
        let digest = Sha1::new()
            .chain_update(self.faults.seed.to_le_bytes())
            .chain_update(name)
            .chain_update([0])
            .chain_update(what)
            .chain_update([0])
            .chain_update(times.to_le_bytes())
            .finalize();
        let mut number = [0; 8];
        number.copy_from_slice(&digest[..8]);
        (u64::from_le_bytes(number) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drops(seed: u64, order: &[&str]) -> Vec<(String, bool)> {
        let mut dice = FaultDice::default();
        dice.set(Faults { seed, drop: 0.5, ..Faults::default() });
        let mut struck: Vec<_> = order
            .iter()
            .map(|what| ((*what).to_owned(), dice.strikes("drop", |faults| faults.drop, what)))
            .collect();
        struck.sort();
        struck
    }

    #[test]
    fn same_seed_same_faults_in_any_order() {
        let order: Vec<String> = (0..50).map(|n| format!("callback {n}")).collect();
        let forward: Vec<&str> = order.iter().map(String::as_str).collect();
        let backward: Vec<&str> = forward.iter().rev().copied().collect();
        assert_eq!(drops(7, &forward), drops(7, &backward));
        assert_ne!(drops(7, &forward), drops(8, &forward));
        let struck = drops(7, &forward).iter().filter(|(_, s)| *s).count();
        assert!((10..40).contains(&struck), "{struck} of 50");
    }
}
