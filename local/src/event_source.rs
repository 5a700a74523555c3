//! Queues that invoke functions: Lambda's event source mapping for SQS.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use serde_json::{Value, json};
use tokio::{sync::Semaphore, time::Instant};

use crate::{
    aws::queue::{Message, Queue},
    lambda::pool::Pool,
    template::{QueueSource, REGION},
};

/// A queue, and the function that it invokes.
pub(crate) struct EventSource {
    pub(crate) source: QueueSource,
    pub(crate) queue: Arc<Queue>,
    pub(crate) pool: Arc<Pool>,
    /// How long a message that failed for the first time stays away; twice as long each time
    /// after. AWS waits for the visibility timeout, half an hour for some queues, which is longer
    /// than a developer waits to see a retry.
    pub(crate) retry_after: Duration,
}

impl EventSource {
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
        let answer = self.pool.invoke(event).await;
        let failed = match answer {
            Ok(Ok(answer)) if self.source.reports_failures => failures(&answer, &batch),
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

/// Which messages of a batch failed.
#[derive(Debug, PartialEq, Eq)]
enum Failed {
    None,
    All,
    Some(Vec<String>),
}

/// What an answer with `batchItemFailures` says. An answer that cannot be understood, or names a
/// message that is not in the batch, fails the whole batch, as on Lambda.
fn failures(answer: &Bytes, batch: &[Message]) -> Failed {
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
        return Failed::All;
    };
    let items = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return Failed::None,
        Some(Value::Array(items)) if items.is_empty() => return Failed::None,
        Some(Value::Array(items)) => items,
        Some(_) => return Failed::All,
    };
    let mut ids = Vec::new();
    for item in items {
        match item.get("itemIdentifier").and_then(Value::as_str) {
            Some(id) if batch.iter().any(|message| message.id == id) => ids.push(id.to_owned()),
            _ => return Failed::All,
        }
    }
    Failed::Some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str) -> Message {
        Message {
            id: id.to_owned(),
            body: String::new(),
            receive_count: 1,
            sender: String::new(),
            sent_at: 0,
            first_received_at: None,
            visible_at: 0,
            receipt: None,
        }
    }

    #[test]
    fn an_answer_says_which_messages_failed() {
        let batch = [message("a"), message("b")];
        let table = [
            ("null", Failed::None),
            ("{}", Failed::None),
            (r#"{"batchItemFailures": []}"#, Failed::None),
            (r#"{"batchItemFailures": null}"#, Failed::None),
            (
                r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#,
                Failed::Some(vec!["b".to_owned()]),
            ),
            (r#"{"batchItemFailures": [{"itemIdentifier": "c"}]}"#, Failed::All),
            (r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#, Failed::All),
            (r#"{"batchItemFailures": [{}]}"#, Failed::All),
            (r#"{"batchItemFailures": "b"}"#, Failed::All),
            ("not json", Failed::All),
        ];
        for (answer, expected) in table {
            assert_eq!(
                failures(&Bytes::from_static(answer.as_bytes()), &batch),
                expected,
                "{answer}"
            );
        }
    }
}
