//! Queues that invoke functions: Lambda's event source mapping for SQS.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use serde_json::json;
use tokio::{sync::Semaphore, time::Instant};

use super::answer::{Failed, failures};
use crate::{
    aws::queue::{Message, Queue},
    lambda::pool::Pool,
    template::{QueueSource, REGION},
};

/// A queue, and the function that it invokes.
pub(crate) struct QueueMapping {
    pub(super) source: QueueSource,
    pub(super) queue: Arc<Queue>,
    pub(super) pool: Arc<Pool>,
    /// How long a message that failed for the first time stays away; twice as long each time
    /// after. AWS waits for the visibility timeout, half an hour for some queues, which is longer
    /// than a developer waits to see a retry.
    pub(super) retry_after: Duration,
}

impl QueueMapping {
    /// Invokes the function with the queue's messages until the task is dropped.
    pub(crate) async fn run(self) {
        let mapping = Arc::new(self);
        let slots = Arc::new(Semaphore::new(mapping.source.concurrency));
        while let Ok(slot) = slots.clone().acquire_owned().await {
            let batch = mapping.batch().await;
            let mapping = mapping.clone();
            tokio::spawn(async move {
                mapping.deliver(batch).await;
                drop(slot);
            });
        }
    }

    /// The next messages: at least one, more if they come within the batching window.
    async fn batch(&self) -> Vec<Message> {
        let hidden = self.queue.spec.visibility_timeout;
        let most = self.source.batch_size;
        let mut batch = self.queue.receive(most, hidden).await;
        let end = Instant::now() + self.source.batching_window;
        while batch.len() < most {
            let more = self.queue.receive(most - batch.len(), hidden);
            match tokio::time::timeout_at(end, more).await {
                Ok(more) => batch.extend(more),
                Err(_) => break,
            }
        }
        batch
    }

    async fn deliver(&self, batch: Vec<Message>) {
        let event = self.event(&batch);
        let ids: Vec<_> = batch.iter().map(|message| message.id.as_str()).collect();
        let answer = self.pool.invoke(event).await;
        let failed = match answer {
            Ok(Ok(answer)) if self.source.reports_failures => failures(&answer, &ids),
            Ok(Ok(_)) => Failed::None,
            Ok(Err(_)) | Err(_) => Failed::All,
        };
        for message in &batch {
            let receipt = message.receipt.as_deref().unwrap_or_default();
            let has_failed = match &failed {
                Failed::None => false,
                Failed::All => true,
                Failed::Some(ids) => ids.contains(&message.id),
            };
            if has_failed {
                let doubled =
                    self.retry_after * 2u32.saturating_pow(message.receive_count.min(16) - 1);
                self.queue.give_back(receipt, doubled.min(self.queue.spec.visibility_timeout));
            } else {
                self.queue.delete(receipt);
            }
        }
    }

    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event>
    fn event(&self, batch: &[Message]) -> Bytes {
        let records: Vec<_> = batch
            .iter()
            .map(|message| {
                json!({
                    "messageId": message.id,
                    "receiptHandle": message.receipt,
                    "body": message.body,
                    "attributes": message.attributes(),
                    "messageAttributes": {},
                    "md5OfBody": message.md5(),
                    "eventSource": "aws:sqs",
                    "eventSourceARN": self.queue.spec.arn,
                    "awsRegion": REGION,
                })
            })
            .collect();
        json!({ "Records": records }).to_string().into()
    }
}
