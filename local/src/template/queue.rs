//! SQS: queues, and the `SQS` events by which they invoke functions.

use std::time::Duration;

use anyhow::{Result, bail};

use super::{fields::Fields, identity::Identity};

/// `AWS::SQS::Queue`.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Its logical id.
    pub logical_id: String,
    /// The queue's name.
    pub name: String,
    /// Its URL, which SDKs send with every request.
    pub url: String,
    /// Its ARN.
    pub arn: String,
    /// How long a received message stays hidden.
    pub visibility_timeout: Duration,
    /// Delay of messages that do not have their own.
    pub delay: Duration,
    /// How long an unread message is kept.
    pub retention: Duration,
    /// Where messages go that fail too often.
    pub redrive: Option<Redrive>,
}

/// A queue's `RedrivePolicy`.
#[derive(Debug, Clone)]
pub struct Redrive {
    /// ARN of the dead-letter queue.
    pub dead_letters: String,
    /// A message that was received this often goes there instead of being received again.
    pub max_receive_count: u32,
}

/// An `SQS` event: a queue that invokes a function.
#[derive(Debug, Clone)]
pub struct QueueSource {
    /// The ARN of the queue.
    pub queue: String,
    /// Most messages in one invocation.
    pub batch_size: usize,
    /// How long to wait for a batch to fill.
    pub batching_window: Duration,
    /// The function names the messages that failed.
    pub reports_failures: bool,
    /// Most invocations at a time.
    pub concurrency: usize,
}

/// Reads the properties of an `AWS::SQS::Queue`.
///
/// # Errors
/// A property is wrong.
pub(super) fn read(logical_id: String, identity: &Identity, fields: &mut Fields) -> Result<Queue> {
    let redrive = match fields.fields("RedrivePolicy")? {
        Some(mut policy) => {
            let redrive = Redrive {
                dead_letters: policy.required_string("deadLetterTargetArn")?,
                max_receive_count: policy.positive("maxReceiveCount", 10)?,
            };
            policy.finish()?;
            Some(redrive)
        }
        None => None,
    };
    let queue = Queue {
        logical_id,
        name: identity.name.clone(),
        url: identity.reference.clone(),
        arn: identity.attributes.get("Arn").cloned().unwrap_or_default(),
        visibility_timeout: fields.seconds("VisibilityTimeout", 30)?,
        delay: fields.seconds("DelaySeconds", 0)?,
        retention: fields.seconds("MessageRetentionPeriod", 345_600)?,
        redrive,
    };
    fields.no_local_meaning(&["KmsMasterKeyId", "QueueName", "SqsManagedSseEnabled", "Tags"]);
    Ok(queue)
}

/// Reads the event's properties.
///
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-sqs.html>
///
/// # Errors
/// A property that is wrong or not known to the local stack.
pub(super) fn queue_source(event: &mut Fields) -> Result<QueueSource> {
    let queue = event.required_string("Queue")?;
    let batch_size = event.positive("BatchSize", 10)?;
    let batching_window = event.seconds("MaximumBatchingWindowInSeconds", 0)?;
    let reports_failures = reports_failures(event)?;
    // Lambda begins with five concurrent batches of a queue.
    let concurrency = match event.fields("ScalingConfig")? {
        Some(mut scaling) => {
            let most = scaling.positive("MaximumConcurrency", 5)?;
            scaling.finish()?;
            most
        }
        None => 5,
    };
    Ok(QueueSource { queue, batch_size, batching_window, reports_failures, concurrency })
}

/// Whether the function's answer names what failed of a batch of messages or records.
///
/// # Errors
/// A response type that is not known to the local stack.
pub(super) fn reports_failures(event: &mut Fields) -> Result<bool> {
    let mut reports_failures = false;
    for kind in event.strings("FunctionResponseTypes")?.unwrap_or_default() {
        match kind.as_str() {
            "ReportBatchItemFailures" => reports_failures = true,
            other => bail!("{}.FunctionResponseTypes: {other} is not known", event.place()),
        }
    }
    Ok(reports_failures)
}
