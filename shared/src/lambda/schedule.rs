//! Schedules.

use std::{future::Future, pin::Pin};

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::Error;

/// Serves a schedule until Lambda ends the process. What the event says does not matter. After a
/// failure Lambda invokes it again, twice at most.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
pub async fn schedule<F, A>(handler: F) -> Result<(), Error>
where
    F: Fn() -> A,
    A: Future<Output = Result<(), Error>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |_: LambdaEvent<Value>| async move {
        let working: Pin<Box<dyn Future<Output = _>>> = Box::pin(handler());
        match working.await {
            Ok(()) => {
                tracing::info!("done");
                Ok(())
            }
            Err(error) => {
                tracing::error!(error = error.chain(), "failed");
                Err(lambda_runtime::Error::from("failed"))
            }
        }
    }))
    .await
    .map_err(Error::Internal)
}
