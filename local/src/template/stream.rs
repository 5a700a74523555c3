//! `DynamoDB` events: streams of tables that invoke functions.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html>

use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{fields::Fields, filter::Filter, queue::reports_failures};

/// A `DynamoDB` event: the stream of a table that invokes a function.
#[derive(Debug, Clone)]
pub struct StreamSource {
    /// The ARN of the stream.
    pub stream: String,
    /// Where in the stream to begin.
    pub starting_position: StartingPosition,
    /// Most records in one invocation.
    pub batch_size: usize,
    /// How long to wait for a batch to fill.
    pub batching_window: Duration,
    /// A record passes that passes one of these; each does if there are none.
    pub filters: Vec<Filter>,
    /// How often a batch that failed is tried again; without a limit while its records last.
    pub maximum_retries: Option<u32>,
    /// Older records are discarded, if there is a limit.
    pub maximum_age: Option<Duration>,
    /// A batch that failed is split in two.
    pub bisects: bool,
    /// The function names the first record that failed.
    pub reports_failures: bool,
    /// ARN of the queue that is told of discarded records.
    pub on_failure: Option<String>,
}

/// Where reading of a stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// With the oldest record that the stream holds.
    TrimHorizon,
    /// With the next record.
    Latest,
}

/// Reads the event's properties; none if it is switched off.
///
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-dynamodb.html>
///
/// # Errors
/// A property that is wrong or not known to the local stack.
pub(super) fn stream_source(event: &mut Fields) -> Result<Option<StreamSource>> {
    let stream = event.required_string("Stream")?;
    let starting_position = match event.required_string("StartingPosition")?.as_str() {
        "TRIM_HORIZON" => StartingPosition::TrimHorizon,
        "LATEST" => StartingPosition::Latest,
        other => {
            bail!("{}.StartingPosition: {other} is not known to the local stack", event.place())
        }
    };
    let mut filters = Vec::new();
    if let Some(mut criteria) = event.fields("FilterCriteria")? {
        for mut filter in criteria.list("Filters")? {
            let pattern = filter.required_string("Pattern")?;
            filters.push(
                Filter::parse(&pattern).with_context(|| format!("{}.Pattern", filter.place()))?,
            );
            filter.finish()?;
        }
        criteria.finish()?;
    }
    let source = StreamSource {
        stream,
        starting_position,
        batch_size: event.positive("BatchSize", 100)?,
        batching_window: event.seconds("MaximumBatchingWindowInSeconds", 0)?,
        filters,
        maximum_retries: limit(event, "MaximumRetryAttempts")?,
        maximum_age: limit(event, "MaximumRecordAgeInSeconds")?
            .map(|seconds| Duration::from_secs(seconds.into())),
        bisects: event.boolean("BisectBatchOnFunctionError")?.unwrap_or(false),
        reports_failures: reports_failures(event)?,
        on_failure: on_failure(event)?,
    };
    let is_on = event.boolean("Enabled")?.unwrap_or(true);
    Ok(is_on.then_some(source))
}

/// The queue of a `DestinationConfig`. Its `Type` is SAM's, for the permission to send to it.
fn on_failure(event: &mut Fields) -> Result<Option<String>> {
    let Some(mut config) = event.fields("DestinationConfig")? else { return Ok(None) };
    let Some(mut destination) = config.fields("OnFailure")? else {
        bail!("{}: OnFailure is missing", config.place());
    };
    if let Some(kind) = destination.string("Type")?
        && kind != "SQS"
    {
        bail!("{}.Type: {kind} is not known to the local stack, only SQS", destination.place());
    }
    let queue = destination.required_string("Destination")?;
    destination.finish()?;
    config.finish()?;
    Ok(Some(queue))
}

/// A number for which -1 means that there is no limit.
fn limit(event: &mut Fields, name: &str) -> Result<Option<u32>> {
    match event.integer(name)? {
        None | Some(-1) => Ok(None),
        Some(limit) => match u32::try_from(limit) {
            Ok(limit) => Ok(Some(limit)),
            Err(_) => bail!("{}.{name}: {limit} is out of range", event.place()),
        },
    }
}
