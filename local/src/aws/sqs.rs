//! SQS, as its SDKs speak it: AWS JSON.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html>

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    ServiceError, Services,
    queue::{Message, Queue},
    text, unknown,
};

/// The error of a sender whose policies do not allow what it asks for.
pub(super) const DENIED: &str = "com.amazon.coral.service#AccessDeniedException";

const ACTIONS: &str = "DeleteMessage, GetQueueAttributes, GetQueueUrl, ListQueues, ReceiveMessage, \
                       SendMessage and SendMessageBatch only";
/// Longest delay of a message.
const LONGEST_DELAY: i64 = 900;
/// Largest message, and largest sum of a batch, in bytes.
const LARGEST_MESSAGE: usize = 1024 * 1024;

pub(super) async fn answer(
    services: &Services,
    action: &str,
    input: &Value,
    sender: &str,
) -> Result<Value, ServiceError> {
    match action {
        "SendMessage" => {
            let queue = queue(services, input)?;
            known_fields(input, &["QueueUrl", "MessageBody", "DelaySeconds"])?;
            let sent = send(queue, input, sender)?;
            Ok(json!({"MessageId": sent.id, "MD5OfMessageBody": sent.md5()}))
        }
        "SendMessageBatch" => send_batch(queue(services, input)?, input, sender),
        "ReceiveMessage" => receive(queue(services, input)?, input).await,
        "DeleteMessage" => {
            let receipt = text(input, "ReceiptHandle")?;
            queue(services, input)?.delete(receipt);
            Ok(json!({}))
        }
        "GetQueueAttributes" => Ok(json!({"Attributes": attributes(queue(services, input)?)})),
        "GetQueueUrl" => {
            let name = text(input, "QueueName")?;
            let queue = services.queues.get(name).ok_or_else(does_not_exist)?;
            Ok(json!({"QueueUrl": queue.spec.url}))
        }
        "ListQueues" => {
            let urls: Vec<_> =
                services.queues.values().map(|queue| queue.spec.url.as_str()).collect();
            Ok(json!({"QueueUrls": urls}))
        }
        other => Err(unknown(&format!("SQS {other}"), ACTIONS)),
    }
}

fn queue<'a>(services: &'a Services, input: &Value) -> Result<&'a Arc<Queue>, ServiceError> {
    let url = text(input, "QueueUrl")?;
    // The name decides: the address may be written with localhost or from another network.
    let name = url.rsplit('/').next().unwrap_or_default();
    services.queues.get(name).ok_or_else(does_not_exist)
}

fn does_not_exist() -> ServiceError {
    ServiceError::new("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
}

/// Refuses what is not implemented instead of losing it.
fn known_fields(input: &Value, known: &[&str]) -> Result<(), ServiceError> {
    let unknown = input.as_object().into_iter().flatten().find(|(name, value)| {
        let is_empty = value.is_null() || value.as_object().is_some_and(|map| map.is_empty());
        !is_empty && !known.contains(&name.as_str())
    });
    match unknown {
        None => Ok(()),
        Some((name, _)) => Err(ServiceError::new(
            "com.amazonaws.sqs#UnsupportedOperation",
            format!("the local stack does not know {name}: {} only", known.join(", ")),
        )),
    }
}

fn send(queue: &Queue, input: &Value, sender: &str) -> Result<Message, ServiceError> {
    let body = text(input, "MessageBody")?;
    if body.is_empty() || body.len() > LARGEST_MESSAGE {
        return Err(ServiceError::new(
            "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be between 1 and 1048576 bytes.",
        ));
    }
    let delay = match input.get("DelaySeconds").and_then(Value::as_i64) {
        None => queue.spec.delay,
        Some(seconds) if (0..=LONGEST_DELAY).contains(&seconds) => {
            Duration::from_secs(seconds.unsigned_abs())
        }
        Some(seconds) => {
            return Err(ServiceError::new(
                "InvalidParameterValue",
                format!(
                    "Value {seconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
                ),
            ));
        }
    };
    Ok(queue.send(body.to_owned(), sender, delay))
}

fn send_batch(queue: &Queue, input: &Value, sender: &str) -> Result<Value, ServiceError> {
    known_fields(input, &["QueueUrl", "Entries"])?;
    let entries = input.get("Entries").and_then(Value::as_array);
    let entries = entries.map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() {
        return Err(ServiceError::new(
            "com.amazonaws.sqs#EmptyBatchRequest",
            "There should be at least one SendMessageBatchRequestEntry in the request.",
        ));
    }
    if entries.len() > 10 {
        return Err(ServiceError::new(
            "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
            format!(
                "Maximum number of entries per request are 10. You have sent {}.",
                entries.len()
            ),
        ));
    }
    let ids: Vec<&str> = entries.iter().map(|entry| text(entry, "Id")).collect::<Result<_, _>>()?;
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        return Err(ServiceError::new(
            "com.amazonaws.sqs#BatchEntryIdsNotDistinct",
            "Two or more batch entries in the request have the same Id.",
        ));
    }
    let size: usize =
        entries.iter().filter_map(|entry| entry.get("MessageBody")?.as_str()).map(str::len).sum();
    if size > LARGEST_MESSAGE {
        return Err(ServiceError::new(
            "com.amazonaws.sqs#BatchRequestTooLong",
            format!(
                "Batch requests cannot be longer than 1048576 bytes. You have sent {size} bytes."
            ),
        ));
    }
    for entry in entries {
        known_fields(entry, &["Id", "MessageBody", "DelaySeconds"])?;
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, entry) in ids.into_iter().zip(entries) {
        match send(queue, entry, sender) {
            Ok(sent) => successful.push(json!({"Id": id, "MessageId": sent.id, "MD5OfMessageBody": sent.md5()})),
            Err(error) => failed.push(json!({"Id": id, "SenderFault": true, "Code": error.code, "Message": error.message})),
        }
    }
    Ok(json!({"Successful": successful, "Failed": failed}))
}

/// For a look into a dead-letter queue with the AWS CLI; functions get messages through their
/// event source.
async fn receive(queue: &Queue, input: &Value) -> Result<Value, ServiceError> {
    known_fields(
        input,
        &[
            "QueueUrl",
            "MaxNumberOfMessages",
            "VisibilityTimeout",
            "WaitTimeSeconds",
            "AttributeNames",
            "MessageSystemAttributeNames",
            "MessageAttributeNames",
        ],
    )?;
    let number = |name: &str| input.get(name).and_then(Value::as_u64);
    let most = number("MaxNumberOfMessages").unwrap_or(1).clamp(1, 10);
    let most = usize::try_from(most).unwrap_or(10);
    let hidden =
        number("VisibilityTimeout").map_or(queue.spec.visibility_timeout, Duration::from_secs);
    let wait = Duration::from_secs(number("WaitTimeSeconds").unwrap_or(0).min(20));
    let waited = tokio::time::timeout(wait, queue.receive(most, hidden)).await;
    let messages: Vec<_> = waited
        .unwrap_or_default()
        .into_iter()
        .map(|message| {
            json!({
                "MessageId": message.id,
                "ReceiptHandle": message.receipt,
                "Body": message.body,
                "MD5OfBody": message.md5(),
                "Attributes": message.attributes(),
            })
        })
        .collect();
    Ok(if messages.is_empty() { json!({}) } else { json!({"Messages": messages}) })
}

fn attributes(queue: &Queue) -> Value {
    let count = queue.count();
    let mut attributes = json!({
        "QueueArn": queue.spec.arn,
        "ApproximateNumberOfMessages": count.visible.to_string(),
        "ApproximateNumberOfMessagesDelayed": count.delayed.to_string(),
        "ApproximateNumberOfMessagesNotVisible": count.in_flight.to_string(),
        "DelaySeconds": queue.spec.delay.as_secs().to_string(),
        "MessageRetentionPeriod": queue.spec.retention.as_secs().to_string(),
        "VisibilityTimeout": queue.spec.visibility_timeout.as_secs().to_string(),
    });
    if let Some(redrive) = &queue.spec.redrive {
        let policy = json!({
            "deadLetterTargetArn": redrive.dead_letters,
            "maxReceiveCount": redrive.max_receive_count,
        });
        attributes["RedrivePolicy"] = Value::from(policy.to_string());
    }
    attributes
}
