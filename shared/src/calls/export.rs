//! The call log as CSV.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{CallFilter, CallSummary, Calls};
use crate::{
    Error,
    lambda::{Response, api::ApiRequest, csv},
};

/// The most bytes of an answer: Lambda's have 6 MB at most.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_BYTES: usize = 5_000_000;

/// How many rows are read at a time. They are far below what is left of Lambda's 6 MB.
const ROWS: u32 = 500;

/// How long rows are read: the answer must come before the function's timeout.
const TIME: Duration = Duration::from_secs(5);

impl Calls {
    /// Answers a request for calls with as many rows as fit; the header `Link` says where the next
    /// ones are.
    ///
    /// # Errors
    /// 400 for a cursor that no page gave.
    pub async fn export(
        &self,
        wanted: &CallFilter,
        mut cursor: Option<String>,
        request: &ApiRequest,
    ) -> Result<Response, Error> {
        let begun = Instant::now();
        let mut rows = csv::Writer::new(&HEADER)?;
        loop {
            let page = self.history(wanted, ROWS, cursor.as_deref()).await?;
            for call in page.items {
                rows.row(&cells(call.shown(&request.base_url))?)?;
            }
            cursor = page.next;
            if cursor.is_none() || rows.len() > MAX_BYTES - 500_000 || begun.elapsed() > TIME {
                return rows.response(request, cursor.as_deref());
            }
        }
    }
}

const HEADER: [&str; 17] = [
    "call_sid",
    "kind",
    "direction",
    "from",
    "to",
    "contact_number",
    "our_number",
    "status",
    "outcome",
    "started_at",
    "ended_at",
    "duration_seconds",
    "queue",
    "agent_name",
    "waited_seconds",
    "talked_seconds",
    "recording_url",
];

fn cells(call: CallSummary) -> Result<[String; 17], Error> {
    let call = serde_json::to_value(call)?;
    Ok(HEADER.map(|name| match &call[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }))
}
