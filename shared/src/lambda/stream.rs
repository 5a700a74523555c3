//! DynamoDB streams.

use std::{future::Future, pin::Pin};

use aws_lambda_events::{
    event::dynamodb::{Event, EventRecord},
    event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use lambda_runtime::{LambdaEvent, service_fn};
use tracing::{Instrument, info_span};

use crate::Error;

/// Serves a DynamoDB stream, whose records are handled together, until Lambda ends the process. After
/// a failure Lambda gives all of them again.
pub async fn stream_in_batches<F, A>(handler: F) -> Result<(), Error>
where
    F: Fn(Vec<EventRecord>) -> A,
    A: Future<Output = Result<(), Error>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        let mut answer = DynamoDbEventResponse::default();
        let records = event.payload.records;
        let first = records.first().and_then(|record| record.change.sequence_number.clone());
        let working: Pin<Box<dyn Future<Output = _>>> = Box::pin(handler(records));
        if let Err(error) = working.await {
            tracing::error!(error = error.chain(), "failed");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = first;
            answer.batch_item_failures.push(failure);
        }
        Ok::<_, lambda_runtime::Error>(answer)
    }))
    .await
    .map_err(Error::Internal)
}

/// Serves a DynamoDB stream until Lambda ends the process.
///
/// Records are handled in order. The first that fails is reported, and Lambda gives it again with
/// those behind it.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
pub async fn stream<F, A>(handler: F) -> Result<(), Error>
where
    F: Fn(EventRecord) -> A,
    A: Future<Output = Result<(), Error>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        let mut answer = DynamoDbEventResponse::default();
        for record in event.payload.records {
            let id = record.change.sequence_number.clone();
            let span = info_span!("record", record.id = id);
            let working: Pin<Box<dyn Future<Output = _>>> = Box::pin(handler(record));
            let outcome = working.instrument(span.clone()).await;
            let _entered = span.enter();
            match outcome {
                Ok(()) => tracing::info!("done"),
                Err(error) => {
                    tracing::error!(error = error.chain(), "failed");
                    let mut failure = DynamoDbBatchItemFailure::default();
                    failure.item_identifier = id;
                    answer.batch_item_failures.push(failure);
                    break;
                }
            }
        }
        Ok::<_, lambda_runtime::Error>(answer)
    }))
    .await
    .map_err(Error::Internal)
}
