//! A caller's time in a queue of the contact centre, as TaskRouter's events tell it.
//!
//! Each task of a call is an item of the call's partition, with sort key `TASK#` + SID. Each event
//! sets attributes of its own there, so that it does not matter how often and in which order they
//! arrive. Times within a task are in seconds of its age, as TaskRouter counts them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::values::{Party, TaskSid, words};

/// How many seconds a caller and an agent must have been connected to have talked.
const TALKED: u32 = 10;

words!(
    /// How far a caller in a queue is.
    VisitStatus {
        /// The caller waits for an agent.
        Waiting = "waiting",
        /// The caller is connected with an agent.
        Talking = "talking",
        /// The caller was connected with an agent, and the conversation is over.
        Completed = "completed",
        /// The caller gave up, left the queue, or waited too long.
        Canceled = "canceled",
    }
);

/// A caller's time in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct QueueVisit {
    /// TaskRouter's SID of the task, `WT…`.
    pub task_sid: TaskSid,
    /// The name of the queue; null while it is not known.
    #[schema(required)]
    pub queue: Option<String>,
    /// How far the caller is.
    pub status: VisitStatus,
    /// Whether nobody waited at a phone: the caller had asked to be called back.
    pub is_callback: bool,
    /// How many seconds the caller waited; null while they wait.
    #[schema(required)]
    pub waited_seconds: Option<u32>,
    /// The id of the agent who took the call; null when nobody did.
    #[schema(required)]
    pub agent_id: Option<String>,
    /// The name of the agent who took the call; null when nobody did.
    #[schema(required)]
    pub agent_name: Option<String>,
    /// How many seconds caller and agent were connected; null until it is over.
    #[schema(required)]
    pub talked_seconds: Option<u32>,
    /// TaskRouter's reason why nobody took the call, e.g. `hangup`; null when somebody did.
    #[schema(required)]
    pub canceled_reason: Option<String>,
    /// The phone of the agent who took the call.
    #[serde(skip)]
    pub agent_phone: Option<Party>,
    /// The time at which we first heard of it.
    #[serde(skip)]
    pub since: Option<OffsetDateTime>,
    /// Whether the customer has been thanked, or need not be.
    #[serde(skip)]
    pub is_thanked: bool,
}

impl QueueVisit {
    /// Whether caller and agent have talked, as far as is known: while no event has told the end of
    /// it, they have.
    pub fn is_answered(&self) -> bool {
        match self.status {
            // The agent who calls back is connected with the task, and not yet with the customer.
            VisitStatus::Talking => !self.is_callback,
            VisitStatus::Completed => self.has_talked(),
            VisitStatus::Waiting | VisitStatus::Canceled => false,
        }
    }

    /// Whether it is known that caller and agent have talked.
    pub fn has_talked(&self) -> bool {
        self.talked_seconds.is_some_and(|seconds| seconds >= TALKED)
    }
}

/// What the events of a task have told, as it is stored.
#[derive(Deserialize)]
pub(super) struct TaskItem {
    task_sid: TaskSid,
    queue: Option<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    since: Option<OffsetDateTime>,
    thanked_at: Option<String>,
    #[serde(default)]
    is_callback: bool,
    /// Of a caller who was called back: how long they and the agent were connected.
    returned_seconds: Option<u32>,
    accepted_age: Option<u32>,
    agent_id: Option<String>,
    agent_name: Option<String>,
    agent_phone: Option<Party>,
    reservation_wrapup_age: Option<u32>,
    reservation_completed_age: Option<u32>,
    task_wrapup_age: Option<u32>,
    task_completed_age: Option<u32>,
    canceled_age: Option<u32>,
    canceled_reason: Option<String>,
}

impl From<TaskItem> for QueueVisit {
    fn from(item: TaskItem) -> Self {
        let ended = [
            item.reservation_wrapup_age,
            item.reservation_completed_age,
            item.task_wrapup_age,
            item.task_completed_age,
        ];
        let ended = ended.into_iter().flatten().min();
        let is_taken = item.accepted_age.is_some();
        let status = match (item.accepted_age, ended, item.canceled_age) {
            (Some(_), Some(_), _) | (Some(_), None, Some(_)) => VisitStatus::Completed,
            (Some(_), None, None) => VisitStatus::Talking,
            (None, None, None) => VisitStatus::Waiting,
            (None, ..) => VisitStatus::Canceled,
        };
        let over = ended.or(item.canceled_age);
        let talked = || item.accepted_age.zip(over).map(|(from, to)| to.saturating_sub(from));
        let talked_seconds = if item.is_callback { item.returned_seconds } else { talked() };
        Self {
            task_sid: item.task_sid,
            queue: item.queue,
            status,
            waited_seconds: item.accepted_age.or(over),
            agent_id: item.agent_id.filter(|_| is_taken),
            agent_name: item.agent_name.filter(|_| is_taken),
            talked_seconds,
            is_callback: item.is_callback,
            canceled_reason: item.canceled_reason.filter(|_| !is_taken),
            agent_phone: item.agent_phone.filter(|_| is_taken),
            since: item.since,
            is_thanked: item.thanked_at.is_some(),
        }
    }
}
