//! Lambda's event source mappings: what invokes functions with batches.
//!
//! [`queue`] does so with messages of a queue, [`stream`] with changes of a table, which
//! [`records`] reads from the embedded database; [`batch`] is a batch of those on its way through
//! failures, [`discard`] what is told of those that are given up. [`answer`] is what a function
//! says of a batch of either kind.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>

mod answer;
mod batch;
mod discard;
mod queue;
mod records;
mod stream;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use dynoxide::Database;

use crate::{aws::queue::Queue, lambda::pool::Pool};
use queue::QueueMapping;
use records::Records;
use stream::StreamMapping;

/// How long the first delivery again of a failed message or record takes, at speed 1.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The queues of a stack, each with the function that it invokes.
pub(crate) fn of_queues<'p>(
    pools: impl Iterator<Item = &'p Arc<Pool>>,
    queues: &BTreeMap<String, Arc<Queue>>,
    speed: f64,
) -> Vec<QueueMapping> {
    let mut mappings = Vec::new();
    for pool in pools {
        for source in &pool.function.queues {
            // The template's reader has checked that it exists.
            mappings.extend(by_arn(queues, &source.queue).map(|queue| QueueMapping {
                source: source.clone(),
                queue,
                pool: pool.clone(),
                retry_after: RETRY_AFTER.div_f64(speed),
            }));
        }
    }
    mappings
}

/// The streams of a stack, each with the function that it invokes. What is written from now on is
/// read.
///
/// # Errors
/// The database refuses to read a stream.
pub(crate) fn of_streams<'p>(
    pools: impl Iterator<Item = &'p Arc<Pool>>,
    queues: &BTreeMap<String, Arc<Queue>>,
    database: &Database,
    speed: f64,
) -> Result<Vec<StreamMapping>> {
    let mut mappings = Vec::new();
    for pool in pools {
        for source in &pool.function.streams {
            let records = Records::open(database.clone(), source)
                .with_context(|| format!("Resources.{}", pool.function.logical_id))?;
            mappings.push(StreamMapping {
                source: source.clone(),
                records,
                pool: pool.clone(),
                on_failure: source.on_failure.as_ref().and_then(|arn| by_arn(queues, arn)),
                retry_after: RETRY_AFTER.div_f64(speed),
            });
        }
    }
    Ok(mappings)
}

fn by_arn(queues: &BTreeMap<String, Arc<Queue>>, arn: &str) -> Option<Arc<Queue>> {
    queues.values().find(|queue| queue.spec.arn == arn).cloned()
}
