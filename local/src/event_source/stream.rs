//! Streams that invoke functions: Lambda's event source mapping for DynamoDB.
//!
//! One batch at a time, because a stream is read in order: what fails holds up what comes after it.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>

use std::{sync::Arc, time::Duration};

use time::OffsetDateTime;
use tokio::time::Instant;

use super::{
    batch::Batch,
    discard::{self, Reason},
    records::{RETENTION, Records},
};
use crate::{
    aws::queue::Queue,
    lambda::{failure::Failure, pool::Pool},
    template::StreamSource,
};

/// The longest wait before a retry is two to the power of this times the first one.
const MOST_DOUBLINGS: u32 = 6;

/// A stream, and the function that it invokes.
pub(crate) struct StreamMapping {
    pub(super) source: StreamSource,
    pub(super) records: Records,
    pub(super) pool: Arc<Pool>,
    /// Who is told of discarded records.
    pub(super) on_failure: Option<Arc<Queue>>,
    /// How long a batch that failed for the first time waits; twice as long each time after.
    pub(super) retry_after: Duration,
}

/// How a batch failed.
enum Failed {
    /// The function was not invoked, which does not count.
    Throttled,
    /// The event is larger than an invocation takes.
    TooLarge,
    /// The function failed as a whole.
    Error,
    /// The records from this index on.
    From(usize),
}

impl StreamMapping {
    /// Invokes the function with the stream's records until the task is dropped.
    pub(crate) async fn run(mut self) {
        loop {
            let batch = self.batch().await;
            self.deliver(batch).await;
        }
    }

    /// The next records: at least one, more if they come within the batching window.
    async fn batch(&mut self) -> Batch {
        let most = self.source.batch_size;
        let mut records = self.records.next(most).await;
        let end = Instant::now() + self.source.batching_window;
        while records.len() < most && Instant::now() < end {
            let more = self.records.next(most - records.len());
            match tokio::time::timeout_at(end, more).await {
                Ok(more) => records.extend(more),
                Err(_) => break,
            }
        }
        Batch { records, failures: 0 }
    }

    /// Invokes the function until every record is done or discarded.
    async fn deliver(&self, batch: Batch) {
        // The last is the next.
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            self.discard_expired(&mut part);
            if part.records.is_empty() {
                continue;
            }
            let Some(failed) = self.invoke(&part).await else { continue };
            let bisects = self.source.bisects;
            let next = match failed {
                Failed::Throttled => vec![part],
                Failed::TooLarge => part.after_failure(0, true),
                Failed::Error => part.after_failure(0, bisects),
                Failed::From(first) => part.after_failure(first, bisects),
            };
            let failures = next.first().map_or(0, |part| part.failures);
            if self.source.maximum_retries.is_some_and(|most| failures > most) {
                let by_error = !matches!(failed, Failed::From(_));
                for part in &next {
                    self.discard(part, Reason::RetryAttemptsExhausted { by_error });
                }
                continue;
            }
            parts.extend(next.into_iter().rev());
            let doublings = failures.saturating_sub(1).min(MOST_DOUBLINGS);
            tokio::time::sleep(self.retry_after * 2u32.pow(doublings)).await;
        }
    }

    /// How the batch failed, if it did.
    async fn invoke(&self, batch: &Batch) -> Option<Failed> {
        match self.pool.invoke(batch.event()).await {
            Ok(Ok(answer)) if self.source.reports_failures => {
                batch.first_failed(&answer).map(Failed::From)
            }
            Ok(Ok(_)) => None,
            Ok(Err(Failure::Throttled)) => Some(Failed::Throttled),
            Ok(Err(Failure::TooLarge)) => Some(Failed::TooLarge),
            Ok(Err(_)) | Err(_) => Some(Failed::Error),
        }
    }

    /// Gives up what is older than the source allows, or than the stream keeps.
    fn discard_expired(&self, batch: &mut Batch) {
        let most = self.source.maximum_age.unwrap_or(RETENTION).min(RETENTION);
        let expired = batch.take_older(OffsetDateTime::now_utc() - most);
        if !expired.records.is_empty() {
            self.discard(&expired, Reason::RecordAgeExceeded);
        }
    }

    fn discard(&self, batch: &Batch, reason: Reason) {
        let function = &self.pool.function;
        tracing::warn!(
            function = function.binary,
            records = batch.records.len(),
            ?reason,
            "records are discarded"
        );
        if let Some(queue) = &self.on_failure {
            let message = discard::message(&function.name, &self.source.stream, batch, reason);
            queue.send(message, &function.binary, queue.spec.delay);
        }
    }
}
