//! Faults of AWS on purpose: throttled requests, answers that are lost, connections that died while
//! a function was frozen.
//!
//! `PUT /local/faults` on the port of SQS sets them; `{}` ends them. Whether a fault strikes depends
//! on the seed, the fault's name, the request and how often the same was asked before, so that the
//! same seed gives the same faults.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use simulator::connections::Stale;

/// The faults that are to happen. Probabilities are between 0 and 1; all default to 0. They strike
/// requests of functions only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The same seed gives the same faults.
    pub seed: u64,
    /// What becomes of connections to any service that were idle for 20 ms or more.
    pub stale_connections: Option<Stale>,
    /// DynamoDB refuses a request because of too many requests, and does nothing of it.
    pub dynamodb_throttled: f64,
    /// DynamoDB does what it is asked to, then the connection breaks without an answer.
    pub dynamodb_answer_lost: f64,
}

/// A handle on the faults in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct FaultDice(Arc<Mutex<Dice>>);

#[derive(Debug, Default)]
struct Dice {
    faults: Faults,
    rolls: HashMap<u64, u64>,
}

impl FaultDice {
    /// Starts again from the first roll.
    ///
    /// # Errors
    /// The name of a probability that is none.
    pub(crate) fn set(&self, faults: Faults) -> Result<(), &'static str> {
        let probabilities = [
            ("dynamodb_throttled", faults.dynamodb_throttled),
            ("dynamodb_answer_lost", faults.dynamodb_answer_lost),
        ];
        if let Some((name, _)) = probabilities.iter().find(|(_, p)| !(0.0..=1.0).contains(p)) {
            return Err(name);
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Dice { faults, rolls: HashMap::new() };
        Ok(())
    }

    /// What becomes of a connection that was idle.
    pub(crate) fn stale(&self) -> Option<Stale> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).faults.stale_connections
    }

    /// Whether DynamoDB refuses this request of a function as one too many.
    pub(crate) fn throttles(&self, function: &str, operation: &str) -> bool {
        self.strikes("throttled", |faults| faults.dynamodb_throttled, function, operation)
    }

    /// Whether DynamoDB's answer to this request of a function is lost.
    pub(crate) fn loses_answer(&self, function: &str, operation: &str) -> bool {
        self.strikes("answer lost", |faults| faults.dynamodb_answer_lost, function, operation)
    }

    fn strikes(
        &self,
        fault: &str,
        probability: impl Fn(&Faults) -> f64,
        function: &str,
        operation: &str,
    ) -> bool {
        let mut dice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let probability = probability(&dice.faults);
        if probability <= 0.0 {
            return false;
        }
        let hash = |of: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            of(&mut hasher);
            hasher.finish()
        };
        let seed = dice.faults.seed;
        let asked = hash(&|it| (seed, fault, function, operation).hash(it));
        let times = dice.rolls.entry(asked).or_default();
        *times += 1;
        let roll = hash(&|it| (asked, *times).hash(it));
        ((roll >> 11) as f64 / (1_u64 << 53) as f64) < probability
    }
}
