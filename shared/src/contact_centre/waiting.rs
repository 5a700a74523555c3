//! The place of a caller among those who wait for an agent.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Deserialize;
use tokio::{sync::Mutex, time::timeout};

use super::assignment::CallerAttributes;
use crate::{Error, company::task_router::TaskRouterSids, twilio::TwilioClient, values::CallSid};

/// How long a list of those who wait is used: one list serves all callers of a queue.
const USED_FOR: Duration = Duration::from_secs(10);

/// How long a caller waits for their place; then they hear music without it.
pub(super) const READ_WITHIN: Duration = Duration::from_secs(2);

/// How many callers a list holds. Who is behind them hears no place.
const LONGEST: &str = "1000";

/// The calls that wait in a queue, the next to be served first.
type Line = Arc<Vec<CallSid>>;

#[derive(Deserialize)]
struct TaskResource {
    /// Twilio's OpenAPI file says that only a single task shows them; then nobody hears their place.
    attributes: Option<String>,
}

#[derive(Deserialize)]
struct TaskList {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    tasks: Vec<TaskResource>,
}

/// The places of callers, with what this process has cached of them.
#[derive(Debug)]
pub struct Positions {
    task_router: TwilioClient,
    /// By the name of the queue, and when each was read. What could not be read is tried again as
    /// late as what could, because every caller would wait for it.
    lines: Mutex<HashMap<String, (Instant, Line)>>,
}

impl Positions {
    /// The places that TaskRouter tells.
    pub fn new(task_router: TwilioClient) -> Self {
        Self { task_router, lines: Mutex::default() }
    }

    /// The place of a call in a queue, 1 for the next to be served; `None` if it is not known.
    pub async fn of(&self, call: &CallSid, queue: &str, sids: &TaskRouterSids) -> Option<usize> {
        let mut lines = self.lines.lock().await;
        let known = lines.get(queue).filter(|(read_at, _)| read_at.elapsed() < USED_FOR);
        let line = match known {
            Some((_, line)) => line.clone(),
            None => {
                let read = timeout(READ_WITHIN, self.read(queue, sids)).await;
                let line = read.map_err(Error::from).flatten().unwrap_or_else(|error| {
                    tracing::warn!(error = error.chain(), "places not read");
                    Line::default()
                });
                lines.insert(queue.to_owned(), (Instant::now(), line.clone()));
                line
            }
        };
        line.iter().position(|waiting| waiting == call).map(|place| place + 1)
    }

    async fn read(&self, queue: &str, sids: &TaskRouterSids) -> Result<Line, Error> {
        let Some(queue) = sids.queues.get(queue) else { return Ok(Line::default()) };
        let path = format!("Workspaces/{}/Tasks", sids.workspace);
        let query = [
            ("AssignmentStatus", "pending,reserved"),
            ("TaskQueueSid", queue.as_str()),
            ("Ordering", "Priority:desc,VirtualStartTime:asc"),
            ("PageSize", LONGEST),
        ];
        let list: TaskList = self.task_router.get(&path, &query).await?;
        let calls = list.tasks.into_iter().filter_map(|task| {
            serde_json::from_str::<CallerAttributes>(&task.attributes?).ok()?.call().cloned()
        });
        Ok(Arc::new(calls.collect()))
    }
}
