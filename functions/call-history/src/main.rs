//! `GET /api/calls` and `GET /api/calls/{sid}`: the call log, as JSON or CSV, and one call.

use std::time::{Duration, Instant};

use serde_json::Value;
use shared::{
    Context, Error,
    calls::{CallFilter, CallSummary, Calls},
    contacts::{EntryDirection, EntryType},
    error::{invalid, not_found},
    lambda::{
        self, Response,
        api::{ApiRequest, json},
        csv,
    },
    twilio::voice::CallStatus,
    values::{CallSid, Party},
};

/// Lambda's answers have 6 MB at most.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_CSV: usize = 5_000_000;

/// Rows read at a time for CSV, and how long: an answer must come before the function's timeout.
const CSV_ROWS: u32 = 500;
const CSV_TIME: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let context = Context::from_env();
    let calls = &Calls::new(context.table()?);
    lambda::api(|request: ApiRequest| async move {
        if request.route() == "GET /api/calls/{sid}" {
            let sid: CallSid = request.path("sid")?;
            let entry = calls.entry(&sid).await?;
            return json(200, &entry.ok_or_else(|| not_found("there is no such call"))?);
        }
        let wanted = wanted(&request)?;
        let cursor: Option<String> = request.query("cursor")?;
        if request.header("accept").is_some_and(|accept| accept.contains("text/csv")) {
            return export(calls, &request, &wanted, cursor).await;
        }
        let page = calls.history(&wanted, request.limit()?, cursor.as_deref()).await?;
        json(200, &page.map(|call| call.shown(&request.base_url)))
    })
    .await
}

fn wanted(request: &ApiRequest) -> Result<CallFilter, Error> {
    let direction = match request.query::<String>("direction")?.as_deref() {
        None => None,
        Some("inbound") => Some(EntryDirection::Inbound),
        Some("outbound") => Some(EntryDirection::Outbound),
        Some(_) => return Err(invalid("direction", "direction is inbound or outbound")),
    };
    let kind = match request.query::<String>("kind")?.as_deref() {
        None => None,
        Some("call") => Some(EntryType::Call),
        Some("voicemail") => Some(EntryType::Voicemail),
        Some(_) => return Err(invalid("kind", "kind is call or voicemail")),
    };
    let status: Option<CallStatus> = request.query("status")?;
    let number = |name| Ok::<_, Error>(request.query::<Party>(name)?.map(|p| p.to_string()));
    Ok(CallFilter {
        direction,
        kind,
        status: status.map(|status| status.as_str().to_owned()),
        outcome: request.query("outcome")?,
        from: number("from")?,
        to: number("to")?,
        started_after: request.time("started_after")?,
        started_before: request.time("started_before")?,
    })
}

/// As many rows as fit; the header `Link` says where the next ones are.
async fn export(
    calls: &Calls,
    request: &ApiRequest,
    wanted: &CallFilter,
    mut cursor: Option<String>,
) -> Result<Response, Error> {
    let begun = Instant::now();
    let mut rows = csv::Writer::new(&HEADER)?;
    loop {
        let page = calls.history(wanted, CSV_ROWS, cursor.as_deref()).await?;
        for call in page.items {
            rows.row(&cells(call.shown(&request.base_url))?)?;
        }
        cursor = page.next;
        // A page of rows is far below what is left of Lambda's 6 MB.
        if cursor.is_none() || rows.len() > MAX_CSV - 500_000 || begun.elapsed() > CSV_TIME {
            return rows.response(request, cursor.as_deref());
        }
    }
}

const HEADER: [&str; 13] = [
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
    "recording_url",
];

fn cells(call: CallSummary) -> Result<[String; 13], Error> {
    let call = serde_json::to_value(call)?;
    Ok(HEADER.map(|name| match &call[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }))
}
