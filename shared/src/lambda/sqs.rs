//! Queues.

use std::{future::Future, pin::Pin};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use tracing::{Instrument, info_span};

use crate::Error;

/// Serves an SQS queue whose messages are the JSON of `T`, until Lambda ends the process. The
/// messages of a batch are handled side by side.
///
/// What fails is reported message by message, so that only that is delivered again, and after the
/// queue's `maxReceiveCount` goes to its dead-letter queue.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
pub async fn sqs<T, F, A>(handler: F) -> Result<(), Error>
where
    T: DeserializeOwned,
    F: Fn(T) -> A,
    A: Future<Output = Result<(), Error>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let records = event.payload.records.into_iter();
        let failed = join_all(records.map(|record| failure(record, handler))).await;
        let mut answer = SqsBatchResponse::default();
        answer.batch_item_failures = failed.into_iter().flatten().collect();
        Ok::<_, lambda_runtime::Error>(answer)
    }))
    .await
    .map_err(Error::Internal)
}

async fn failure<T, F, A>(record: SqsMessage, handler: &F) -> Option<BatchItemFailure>
where
    T: DeserializeOwned,
    F: Fn(T) -> A,
    A: Future<Output = Result<(), Error>>,
{
    let id = record.message_id.unwrap_or_default();
    let span = info_span!("message", message.id = id);
    let body = record.body.unwrap_or_default();
    let outcome = async {
        // serde's message would quote the body.
        let message = serde_json::from_str(&body)
            .map_err(|_| Error::internal("the message is not the JSON that is expected"))?;
        let working: Pin<Box<dyn Future<Output = _>>> = Box::pin(handler(message));
        working.await
    }
    .instrument(span.clone())
    .await;
    let _entered = span.enter();
    match outcome {
        Ok(()) => {
            tracing::info!("done");
            None
        }
        Err(error) => {
            tracing::error!(error = error.chain(), "failed");
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            Some(failure)
        }
    }
}
