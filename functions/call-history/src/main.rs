//! `GET /api/calls` and `GET /api/calls/{sid}`: the call log, as JSON or CSV, and one call.

use shared::{
    Context, Error,
    calls::{CallFilter, Calls},
    contacts::{EntryDirection, EntryType},
    error::{invalid, not_found},
    lambda::{
        self,
        api::{ApiRequest, json},
    },
    twilio::voice::CallStatus,
    values::{CallSid, Party},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
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
            return calls.export(&wanted, cursor, &request).await;
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
