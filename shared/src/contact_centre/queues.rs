//! The callers who wait for an agent, as agents see them.
//! <https://www.twilio.com/docs/taskrouter/api/task>

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use futures::future::join_all;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::{sync::Mutex, time::timeout};
use utoipa::ToSchema;

use crate::{
    Context, Error,
    aws::table::Page,
    company::{
        agents::{Agent, Agents},
        settings::SettingsStore,
        task_router::{Declaration, TaskRouterSids},
    },
    error::unavailable,
    twilio::TwilioClient,
    values::{CallSid, Party, TaskQueueSid, TaskSid},
};

/// How long the queues are used as they were read, also that they could not be: however many
/// consoles are open, a process asks Twilio no more often.
const USED_FOR: Duration = Duration::from_secs(3);

/// How long Twilio may take to tell.
const READ_WITHIN: Duration = Duration::from_secs(5);

/// How many callers are shown, and Twilio's most on a page.
const LONGEST: &str = "1000";

/// A queue, and who waits in it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WaitingQueue {
    /// The queue's name, as calls and agents have it.
    pub name: String,
    /// The queue's name, as people see it.
    pub title: String,
    /// The callers in it, the next to be served first.
    pub waiting: Vec<WaitingCaller>,
    /// How many agents take calls from it. Who has one at the moment is among them.
    pub agents_available: usize,
}

/// A caller who waits for an agent.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WaitingCaller {
    /// Twilio's SID of the call; of a caller who is called back, that of the call in which they asked
    /// for it.
    pub call_sid: CallSid,
    /// Who calls.
    pub from: Party,
    /// The time since which they have been waiting.
    #[serde(with = "time::serde::rfc3339")]
    pub waiting_since_at: OffsetDateTime,
    /// The id of the agent whose phone rings for them; null while none does.
    #[schema(required)]
    pub offered_to: Option<String>,
    /// Whether they have hung up, and are called back when it is their turn.
    pub called_back: bool,
}

#[derive(Debug, Deserialize)]
struct Tasks {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    tasks: Vec<Task>,
}

#[derive(Debug, Deserialize)]
struct Task {
    sid: TaskSid,
    task_queue_sid: TaskQueueSid,
    assignment_status: String,
    /// Seconds.
    age: u32,
    attributes: Option<String>,
}

/// What `<Enqueue>` has given a task, or we have given one that takes its place.
#[derive(Debug, Deserialize)]
struct Caller {
    call_sid: Option<CallSid>,
    callback_of: Option<CallSid>,
    from: Party,
}

#[derive(Debug, Deserialize)]
struct Reservations {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    reservations: Vec<Reservation>,
}

#[derive(Debug, Deserialize)]
struct Reservation {
    /// A worker is called by the agent's id.
    worker_name: String,
}

/// The queues, with what this process has read of them last.
#[derive(Debug)]
pub struct Queues {
    agents: Agents,
    settings: SettingsStore,
    task_router: TwilioClient,
    /// `None` if they could not be read.
    read: Mutex<Option<(Instant, Option<Vec<WaitingQueue>>)>>,
}

impl Queues {
    /// The queues of the contact centre that the settings know of.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self {
            agents: Agents::new(context.table()?),
            settings: context.settings()?,
            task_router: context.task_router()?,
            read: Mutex::default(),
        })
    }

    /// All queues, as they were a few seconds ago at most; none without a contact centre.
    ///
    /// # Errors
    /// 503 when Twilio does not tell.
    pub async fn list(&self) -> Result<Page<WaitingQueue>, Error> {
        let settings = self.settings.current().await;
        let Some(sids) = &settings.task_router else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let mut read = self.read.lock().await;
        let kept = read.as_ref().filter(|(at, _)| at.elapsed() < USED_FOR);
        let queues = match kept {
            Some((_, queues)) => queues.clone(),
            None => {
                let queues = timeout(READ_WITHIN, self.read(sids)).await;
                let queues = queues.map_err(Error::from).flatten();
                let queues = queues.inspect_err(|error| {
                    tracing::warn!(error = error.chain(), "queues not read");
                });
                let queues = queues.ok();
                *read = Some((Instant::now(), queues.clone()));
                queues
            }
        };
        let items = queues.ok_or_else(|| unavailable(3, "Twilio does not tell who waits"))?;
        Ok(Page { items, next: None })
    }

    async fn read(&self, sids: &TaskRouterSids) -> Result<Vec<WaitingQueue>, Error> {
        let path = format!("Workspaces/{}/Tasks", sids.workspace);
        let query = [
            ("AssignmentStatus", "pending,reserved"),
            ("Ordering", "Priority:desc,VirtualStartTime:asc"),
            ("PageSize", LONGEST),
        ];
        let (tasks, agents) =
            tokio::join!(self.task_router.get::<Tasks>(&path, &query), self.agents.all());
        let (tasks, agents) = (tasks?.tasks, agents?);
        let offers = tasks.iter().filter(|task| task.assignment_status == "reserved");
        let offers = join_all(offers.map(|task| self.offer(sids, task))).await;
        let offers: HashMap<_, _> = offers.into_iter().collect::<Result<_, Error>>()?;
        let declared = Declaration::load()?;
        let queues = declared.task_queues.iter().filter_map(|queue| {
            let sid = sids.queues.get(&queue.name)?;
            let here = tasks.iter().filter(|task| task.task_queue_sid == *sid);
            Some(WaitingQueue {
                name: queue.name.clone(),
                title: queue.friendly_name.clone(),
                waiting: here.filter_map(|task| caller(task, offers.get(&task.sid))).collect(),
                agents_available: agents
                    .iter()
                    .filter(|agent| serves(agent, &queue.name, &declared.available_activity))
                    .count(),
            })
        });
        Ok(queues.collect())
    }

    /// The agent to whom a task is offered at the moment.
    async fn offer(
        &self,
        sids: &TaskRouterSids,
        task: &Task,
    ) -> Result<(TaskSid, Option<String>), Error> {
        let path = format!("Workspaces/{}/Tasks/{}/Reservations", sids.workspace, task.sid);
        let query = [("ReservationStatus", "pending")];
        let list: Reservations = self.task_router.get(&path, &query).await?;
        let agent = list.reservations.into_iter().next().map(|offer| offer.worker_name);
        Ok((task.sid.clone(), agent))
    }
}

/// The caller whom a task is for; `None` for tasks of other kinds, such as chats in Flex.
fn caller(task: &Task, offer: Option<&Option<String>>) -> Option<WaitingCaller> {
    let caller: Caller = serde_json::from_str(task.attributes.as_deref()?).ok()?;
    // In whole seconds, as their age is.
    let now = OffsetDateTime::now_utc().truncate_to_second();
    let waiting_since_at = now - Duration::from_secs(task.age.into());
    Some(WaitingCaller {
        called_back: caller.call_sid.is_none(),
        call_sid: caller.call_sid.or(caller.callback_of)?,
        from: caller.from,
        waiting_since_at,
        offered_to: offer.cloned().flatten(),
    })
}

fn serves(agent: &Agent, queue: &str, available: &str) -> bool {
    agent.activity.as_deref() == Some(available) && agent.queues.iter().any(|name| name == queue)
}
