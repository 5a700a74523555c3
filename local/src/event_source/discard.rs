//! What an on-failure destination is told of records that are given up.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{batch::Batch, records::shard};
use crate::template::{ACCOUNT_ID, REGION};

/// Why records are given up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reason {
    /// They have been tried as often as they may be.
    RetryAttemptsExhausted {
        /// The function failed as a whole; otherwise it named the records that failed.
        by_error: bool,
    },
    /// They are older than records may be.
    RecordAgeExceeded,
}

/// The message: where in the stream the records are, not what they hold.
pub(super) fn message(function: &str, stream: &str, batch: &Batch, reason: Reason) -> String {
    let time = |time: OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
    let (first, last) = (batch.records.first(), batch.records.last());
    let (condition, response) = match reason {
        Reason::RetryAttemptsExhausted { by_error } => {
            let error = if by_error { json!("Unhandled") } else { Value::Null };
            let response =
                json!({"statusCode": 200, "executedVersion": "$LATEST", "functionError": error});
            ("RetryAttemptsExhausted", Some(response))
        }
        Reason::RecordAgeExceeded => ("RecordAgeExceeded", None),
    };
    let mut message = json!({
        "requestContext": {
            // Not the last invocation's, which only its process knows.
            "requestId": Uuid::new_v4().to_string(),
            "functionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{function}"),
            "condition": condition,
            "approximateInvokeCount": batch.failures,
        },
        "version": "1.0",
        "timestamp": time(OffsetDateTime::now_utc().truncate_to_millisecond()),
        "DDBStreamBatchInfo": {
            "shardId": shard(stream),
            "startSequenceNumber": first.map(|record| &record.sequence_number),
            "endSequenceNumber": last.map(|record| &record.sequence_number),
            "approximateArrivalOfFirstRecord": first.map(|record| time(record.created_at)),
            "approximateArrivalOfLastRecord": last.map(|record| time(record.created_at)),
            "batchSize": batch.records.len(),
            "streamArn": stream,
        },
    });
    if let Some(response) = response {
        message["responseContext"] = response;
    }
    message.to_string()
}
