//! `Idempotency-Key`: a request that comes again has the first one's answer, and no second effect.
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>

use serde::Serialize;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    Response,
    api::{ApiRequest, json},
};
use crate::{
    Error,
    aws::table::{
        Check, Item, Key, Table, Update, Written, integer, integer_of, text, text_of,
        unix_milliseconds,
    },
    error::{bad_request, conflict, unprocessable},
    process::hash,
};

/// How long an answer is kept.
const KEPT: Duration = Duration::hours(24);

/// How long a request may run. No function on the API runs longer.
const RUNNING: Duration = Duration::seconds(20);

/// The result of the work, and whether it is final.
#[derive(Debug)]
pub enum Work<T> {
    /// Done: the same request gets this answer when it is sent again.
    Done(u16, T),
    /// Not known yet: when the same request is sent again, the work goes on.
    Open(u16, T),
}

/// The store of requests that carried an `Idempotency-Key`, with their answers.
#[derive(Clone, Debug)]
pub struct Idempotency {
    table: Table,
}

enum Claim {
    Mine(Uuid),
    Answered(u16, String),
}

impl Idempotency {
    /// A store that keeps its records in this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Does the work, unless the request has the key of one that was answered. The work is given an
    /// id, the same whenever it is tried again for that key.
    ///
    /// # Errors
    /// 409 while the first is running, 422 for another path or body under the same key, 400 for a
    /// key of more than 255 characters, and what the work gives. A request that was refused, or
    /// failed, can be sent again.
    pub async fn once<T: Serialize>(
        &self,
        request: &ApiRequest,
        work: impl AsyncFnOnce(Uuid) -> Result<Work<T>, Error>,
    ) -> Result<Response, Error> {
        let Some(key) = request.text_header("idempotency-key")? else {
            return match work(Uuid::new_v4()).await? {
                Work::Done(status, body) | Work::Open(status, body) => json(status, &body),
            };
        };
        let printable = key.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if !(1..=255).contains(&key.len()) || !printable {
            return Err(bad_request("an Idempotency-Key has 1 to 255 printable characters"));
        }
        let scope = format!("{}\n{}\n{key}", request.principal.sub, request.route());
        let record = Key::new(format!("IDEMPOTENCY#{}", hash(scope.as_bytes())), "IDEMPOTENCY");
        let body = hash(&[request.raw_path().as_bytes(), b"\n", request.body()?].concat());
        let id = match self.claim(&record, &body).await? {
            Claim::Mine(id) => id,
            Claim::Answered(status, body) => return stored(status, &body),
        };
        match work(id).await {
            Ok(Work::Done(status, body)) => {
                let mut update = released(&record);
                update.set("answer_status", integer(status));
                update.set("answer", text(serde_json::to_string(&body)?));
                self.table.update_if(update, Check::new().exists()).await?;
                json(status, &body)
            }
            Ok(Work::Open(status, body)) => {
                self.table.update_if(released(&record), Check::new().exists()).await?;
                json(status, &body)
            }
            Err(error) => {
                self.table.update_if(released(&record), Check::new().exists()).await?;
                Err(error)
            }
        }
    }

    async fn claim(&self, record: &Key, body: &str) -> Result<Claim, Error> {
        let now = OffsetDateTime::now_utc();
        let id = Uuid::new_v4();
        let mut first = Update::of(record.clone());
        first.set("body_hash", text(body));
        first.set("run", text(id.to_string()));
        first.set("running_until", integer(unix_milliseconds(now + RUNNING)));
        first.set("expires_at", integer((now + KEPT).unix_timestamp()));
        first.remove("answer");
        first.remove("answer_status");
        let there = match self.table.update_if(first, Check::new().absent_or_expired(now)).await? {
            Written::Done(_) => return Ok(Claim::Mine(id)),
            Written::Refused(item) => item.unwrap_or_default(),
        };
        if text_of(&there, "body_hash") != Some(body) {
            tracing::warn!("an idempotency key came with another request");
            return Err(unprocessable("this Idempotency-Key was used for another request"));
        }
        if let Some(answer) = answer(&there) {
            return Ok(answer);
        }
        // The first was refused, failed, or its process died: its work is gone on with.
        let until = integer_of(&there, "running_until").unwrap_or(0);
        let mut again = Update::of(record.clone());
        again.set("running_until", integer(unix_milliseconds(now + RUNNING)));
        let unchanged = Check::new().equals("running_until", integer(until));
        let over = i128::from(until) * 1_000_000 <= now.unix_timestamp_nanos();
        let run = text_of(&there, "run").and_then(|run| run.parse().ok());
        match run {
            Some(run) if over && self.table.update_if(again, unchanged).await?.is_done() => {
                Ok(Claim::Mine(run))
            }
            _ => Err(conflict("a request with this Idempotency-Key is running")),
        }
    }
}

/// The write after which a request with this key may be made again at once.
fn released(record: &Key) -> Update {
    let mut update = Update::of(record.clone());
    update.set("running_until", integer(0));
    update
}

fn answer(item: &Item) -> Option<Claim> {
    let status = u16::try_from(integer_of(item, "answer_status")?).ok()?;
    Some(Claim::Answered(status, text_of(item, "answer")?.to_owned()))
}

fn stored(status: u16, body: &str) -> Result<Response, Error> {
    json(status, &serde_json::from_str::<serde_json::Value>(body)?)
}
