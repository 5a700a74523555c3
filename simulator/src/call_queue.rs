//! Queues of calls: how calls come into them and out again.
//!
//! <https://www.twilio.com/docs/voice/twiml/enqueue>

use std::time::Duration;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use crate::simulator::Simulator;
use crate::state::bridge::WayOut;
use crate::state::call_queue::Member;
use crate::state::params::Params;
use crate::state::task_router::{NewTask, ReservationStatus};
use crate::twiml::{Enqueue, TaskNoun};

/// How long (simulated) a task waits that does not say so, and the longest that it may.
const DEFAULT_TIMEOUT: u64 = 86_400;
const LONGEST_TIMEOUT: u64 = 1_209_600;

/// A call's stay in a queue.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    queue_sid: String,
    since: Instant,
    /// When it was over: what follows is no waiting.
    until: Option<Instant>,
}

impl Stay {
    /// The call does not wait any more.
    pub(crate) fn end(&mut self) {
        self.until.get_or_insert_with(Instant::now);
    }
}

/// Why a call cannot wait in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NameTooShort,
    NameTooLong,
    Full,
    NoSuchWorkflow,
    BadAttributes,
    NoTask,
}

impl Refusal {
    /// Twilio's code: <https://www.twilio.com/docs/api/errors/14220> and its neighbours.
    pub(crate) fn code(self) -> u32 {
        match self {
            Self::NameTooShort => 14_204,
            Self::NameTooLong => 14_205,
            Self::Full => 14_207,
            Self::NoSuchWorkflow => 14_220,
            Self::BadAttributes => 14_221,
            Self::NoTask => 14_222,
        }
    }

    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::NameTooShort => "Enqueue: Queue name too short",
            Self::NameTooLong => "Enqueue: Queue name too long",
            Self::Full => "Enqueue: The targeted queue reached max queue size",
            Self::NoSuchWorkflow => "Enqueue: Provided Workflow was not a valid sid: workflowSid",
            Self::BadAttributes => "Enqueue: Provided Attributes JSON was not valid",
            Self::NoTask => {
                "Enqueue: Unable to create task: no target for these attributes, or its priority or timeout is no integer"
            }
        }
    }
}

impl Simulator {
    /// Lets a call wait in a queue; for a workflow a task is made as well.
    ///
    /// # Errors
    /// It cannot; the refusal says why.
    pub(crate) fn enter_queue(
        &self,
        call_sid: &str,
        enqueue: &Enqueue,
        way_out: UnboundedSender<WayOut>,
    ) -> Result<Stay, Refusal> {
        let name = enqueue.workflow_sid.as_deref().unwrap_or(&enqueue.name);
        match name.chars().count() {
            0 => return Err(Refusal::NameTooShort),
            1..=64 => {}
            _ => return Err(Refusal::NameTooLong),
        }
        let params = self.params(call_sid);
        let mut state = self.state();
        let of_task = match &enqueue.workflow_sid {
            Some(workflow) => {
                let workspace = state.task_router.of_workflow(workflow);
                let workspace = workspace.ok_or(Refusal::NoSuchWorkflow)?.sid.clone();
                Some((workspace, new_task(call_sid, workflow, &enqueue.task, &params)?))
            }
            None => None,
        };
        let queue = state.call_queues.open(name);
        if queue.members.len() >= queue.max_size {
            return Err(Refusal::Full);
        }
        let since = Instant::now();
        let enqueued = OffsetDateTime::now_utc();
        queue.members.push(Member { call_sid: call_sid.to_owned(), way_out, enqueued, since });
        let stay = Stay { queue_sid: queue.sid.clone(), since, until: None };
        let mut leaving = Vec::new();
        if let Some((workspace, new)) = of_task {
            let made = self.work_at(&mut state, &workspace, |desk| desk.add_task(new));
            let (made, calls) = made.ok_or(Refusal::NoSuchWorkflow)?;
            if made.is_err() {
                state.call_queues.take(call_sid);
                return Err(Refusal::NoTask);
            }
            leaving = calls;
        }
        state.call_queues.entered.send_modify(|count| *count += 1);
        drop(state);
        self.let_leave(leaving);
        Ok(stay)
    }

    /// Takes a call out of its queue; false if somebody did that before.
    pub(crate) fn leave_queue(&self, call_sid: &str) -> bool {
        self.state().call_queues.take(call_sid).is_some()
    }

    /// Takes the one out of a queue who has waited longest.
    pub(crate) fn take_first(&self, name: &str) -> Option<Member> {
        let mut state = self.state();
        let queue = state.call_queues.named(name)?;
        (!queue.members.is_empty()).then(|| queue.members.remove(0))
    }

    /// Takes the call out of its queue that a pending reservation is for.
    pub(crate) fn take_reserved(&self, reservation_sid: &str) -> Option<Member> {
        let mut state = self.state();
        let workspace = state.task_router.of_reservation(reservation_sid)?;
        let reservation = workspace.reservation(reservation_sid)?;
        if reservation.status != ReservationStatus::Pending {
            return None;
        }
        let call_sid = workspace.task(&reservation.task_sid)?.call_sid.clone()?;
        state.call_queues.take(&call_sid)
    }

    /// Accepts a reservation whose caller was connected; false if it is no offer any more.
    pub(crate) fn accept_reservation(&self, reservation_sid: &str) -> bool {
        let workspace = self.workspace_of(reservation_sid);
        let accepted = workspace.and_then(|workspace| {
            self.in_workspace(&workspace, |desk| desk.accept(reservation_sid).is_ok())
        });
        accepted == Some(true)
    }

    /// Worker and caller have talked; the worker does something else from now on, if that is said.
    /// False if nobody can do that any more.
    pub(crate) fn work_is_done(&self, reservation_sid: &str, activity: Option<&str>) -> bool {
        let Some(workspace) = self.workspace_of(reservation_sid) else { return false };
        let done = self.in_workspace(&workspace, |desk| {
            let worker = desk.workspace.reservation(reservation_sid);
            let worker = worker.map(|reservation| reservation.worker_sid.clone());
            if let (Some(worker), Some(activity)) = (worker, activity) {
                desk.set_activity(&worker, activity);
            }
            desk.work_is_done(reservation_sid);
            activity.is_none_or(|sid| desk.workspace.activity(sid).is_some())
        });
        done == Some(true)
    }

    /// Whether an activity is of the workspace of a reservation, or there is no such reservation.
    pub(crate) fn has_activity(&self, reservation_sid: &str, activity_sid: &str) -> bool {
        let state = self.state();
        let workspace = state.task_router.of_reservation(reservation_sid);
        workspace.is_none_or(|workspace| workspace.activity(activity_sid).is_some())
    }

    fn workspace_of(&self, reservation_sid: &str) -> Option<String> {
        let state = self.state();
        state.task_router.of_reservation(reservation_sid).map(|workspace| workspace.sid.clone())
    }

    /// What an `action` is told of a stay.
    pub(crate) fn stay_params(&self, stay: &Stay) -> Params {
        let waited = self.clock.between(stay.since, stay.until.unwrap_or_else(Instant::now));
        Params::default()
            .with("QueueSid", &stay.queue_sid)
            .with("QueueTime", waited.as_secs().to_string())
    }

    /// What a `waitUrl` is told.
    ///
    /// <https://www.twilio.com/docs/voice/twiml/enqueue#attributes-waiturl-parameters>
    pub(crate) fn queue_params(&self, call_sid: &str, stay: &Stay) -> Params {
        let mut params = self.stay_params(stay);
        let state = self.state();
        let Some(queue) = state.call_queues.get(&stay.queue_sid) else {
            return params;
        };
        let position = queue.members.iter().position(|member| member.call_sid == call_sid);
        params.set("QueuePosition", position.map_or(0, |at| at + 1).to_string());
        params.set("CurrentQueueSize", queue.members.len().to_string());
        params.set("MaxQueueSize", queue.max_size.to_string());
        params.set("AvgQueueTime", queue.average_wait(self.clock).to_string());
        params
    }
}

/// The task that an `<Enqueue>` makes: its attributes, and those of the call.
///
/// <https://www.twilio.com/docs/taskrouter/twiml-queue-calls#task-attributes-linking-tasks-to-calls>
fn new_task(
    call_sid: &str,
    workflow_sid: &str,
    noun: &TaskNoun,
    params: &Params,
) -> Result<NewTask, Refusal> {
    let written = noun.attributes.as_deref().unwrap_or("{}");
    let attributes: Result<Map<String, Value>, _> = serde_json::from_str(written);
    let mut attributes = attributes.map_err(|_| Refusal::BadAttributes)?;
    for (name, value) in params.iter().filter(|(name, _)| is_of_call(name)) {
        attributes.insert(snake_case(name), Value::String(value.to_owned()));
    }
    let number = |text: &Option<String>, default: u64, most: u64| match text {
        None => Ok(default),
        Some(text) => text.trim().parse().ok().filter(|it| *it <= most).ok_or(Refusal::NoTask),
    };
    let priority = number(&noun.priority, 0, i32::MAX as u64)?;
    let timeout = number(&noun.timeout, DEFAULT_TIMEOUT, LONGEST_TIMEOUT)?;
    Ok(NewTask {
        attributes: Value::Object(attributes).to_string(),
        call_sid: Some(call_sid.to_owned()),
        workflow_sid: workflow_sid.to_owned(),
        priority: u32::try_from(priority).unwrap_or(u32::MAX),
        channel: "voice",
        timeout: Duration::from_secs(timeout),
        virtual_start: None,
    })
}

/// Whether a call's parameter is among the attributes of its task.
fn is_of_call(name: &str) -> bool {
    const SINGLE: [&str; 5] = ["AccountSid", "ApiVersion", "CallSid", "CallStatus", "Direction"];
    const PARTIES: [&str; 4] = ["From", "To", "Caller", "Called"];
    const PLACES: [&str; 5] = ["", "City", "State", "Zip", "Country"];
    let is_of = |party: &&str| name.strip_prefix(*party).is_some_and(|it| PLACES.contains(&it));
    SINGLE.contains(&name) || PARTIES.iter().any(is_of)
}

/// `FromCountry` as `from_country`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (at, character) in name.char_indices() {
        if character.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
