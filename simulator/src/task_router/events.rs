//! What a workspace tells its app: event callbacks.
//!
//! <https://www.twilio.com/docs/taskrouter/api/event/reference>

use time::OffsetDateTime;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::Desk;
use crate::sid;
use crate::simulator::Simulator;
use crate::state::callback::Callback;
use crate::state::event::Happening;
use crate::state::faults::EVENT_WORDS;
use crate::state::params::Params;
use crate::state::task_router::{EventType, Reservation, Task, Worker, Workspace, iso8601};
use crate::state::webhook::{Method, Subject, WebhookKind, WebhookRequest};
use crate::webhook::callbacks;

/// What an event is about, by SID.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About<'a> {
    Task(&'a str),
    Reservation(&'a str),
    Worker(&'a str),
    /// Something that workspaces are made of: its SID, and the event's own parameters.
    Part(&'a str, &'a [(&'a str, &'a str)]),
}

impl Desk<'_> {
    /// Tells of something that happened: the log always, the app if it wants to know.
    pub(crate) fn tell(&mut self, event: EventType, about: About<'_>, more: Params) {
        let workspace = &*self.workspace;
        let (task, reservation, worker) = match about {
            About::Task(sid) => (workspace.task(sid), None, None),
            About::Reservation(sid) => {
                let reservation = workspace.reservation(sid);
                let task = reservation.and_then(|it| workspace.task(&it.task_sid));
                let worker = reservation.and_then(|it| workspace.worker(&it.worker_sid));
                (task, reservation, worker)
            }
            About::Worker(sid) => (None, None, workspace.worker(sid)),
            About::Part(..) => (None, None, None),
        };
        self.simulator.log.add(Happening::TaskRouter {
            workspace_sid: workspace.sid.clone(),
            event: event.as_str().to_owned(),
            task: task.map(|it| workspace.task_view(it)),
            worker: worker.map(|it| workspace.worker_view(it)),
        });
        let Some(url) = workspace.event_callback_url.clone().filter(|_| wants(workspace, event))
        else {
            return;
        };
        let resource_sid = match about {
            About::Task(sid) | About::Reservation(sid) | About::Worker(sid) => sid,
            About::Part(sid, _) => sid,
        };
        let mut params = base(self.simulator, workspace, event)
            .with("ResourceType", event.resource())
            .with("ResourceSid", resource_sid);
        if let Some(task) = task {
            params.extend(task_params(self.simulator, workspace, task));
        }
        if let Some(reservation) = reservation {
            params.set("ReservationSid", &reservation.sid);
            params.set("ReservationVersion", reservation.version.to_string());
        }
        // "reservation.failed: Task TaskQueueSid ReservationSid WorkflowSid", without the worker.
        if let Some(worker) = worker.filter(|_| event != EventType::ReservationFailed) {
            params.extend(worker_params(workspace, worker));
        }
        if let About::Part(_, own) = about {
            for (name, value) in own {
                params.set(*name, *value);
            }
        }
        params.extend(more);
        let what = task.map(key_of_task).or_else(|| worker.map(|it| it.friendly_name.clone()));
        let key = format!("task-router {} {}", event.as_str(), what.unwrap_or_default());
        let request = WebhookRequest {
            kind: WebhookKind::TaskRouter,
            about: Subject::TaskRouter {
                task_sid: task.map(|it| it.sid.clone()),
                call_sid: task.and_then(|it| it.call_sid.clone()),
            },
            url,
            method: Method::Post,
            params,
            fault: None,
        };
        let callbacks = match (task, worker) {
            (Some(task), _) => task.callbacks.clone(),
            (None, Some(worker)) => {
                let sid = worker.sid.clone();
                let worker = self.workspace.worker_mut(&sid);
                match worker {
                    Some(worker) => queue_of(self.simulator, &mut worker.callbacks),
                    None => return,
                }
            }
            (None, None) => queue_of(self.simulator, &mut self.workspace.callbacks),
        };
        let callback = Callback::new(key, request);
        // Who filters events gets no others.
        let filtered = self.workspace.events_filter.is_some();
        let odd = (!filtered).then(|| odd(self.simulator, &callback)).flatten();
        for callback in odd.into_iter().chain([callback]) {
            // The receiver goes only with the task, the worker or the workspace.
            let _ = callbacks.send(callback);
        }
    }
}

/// The event that goes before another one by fault: of a type that no app expects.
fn odd(simulator: &Simulator, callback: &Callback) -> Option<Callback> {
    let mut odd = callbacks::odd(simulator, callback, &["EventType"], &EVENT_WORDS)?;
    odd.request.params.set("Sid", sid::new("EV"));
    Some(odd)
}

/// The way to the task that sends something's events in order; it is made when it is first needed.
fn queue_of(
    simulator: &Simulator,
    callbacks: &mut Option<UnboundedSender<Callback>>,
) -> UnboundedSender<Callback> {
    callbacks.get_or_insert_with(|| new_queue(simulator)).clone()
}

/// A way to a new task that sends events, one after the other.
pub(super) fn new_queue(simulator: &Simulator) -> UnboundedSender<Callback> {
    let (callbacks, queue) = mpsc::unbounded_channel();
    simulator.spawn(callbacks::send_in_order(simulator.clone(), queue));
    callbacks
}

fn wants(workspace: &Workspace, event: EventType) -> bool {
    let listed = |filter: &str| filter.split(',').any(|name| name.trim() == event.as_str());
    workspace.events_filter.as_deref().is_none_or(listed)
}

/// Words that are the same in every run: who waits, or how many tasks were before.
fn key_of_task(task: &Task) -> String {
    let attributes = task.document();
    let from = attributes.get("from").and_then(serde_json::Value::as_str);
    from.unwrap_or_default().to_owned()
}

fn base(simulator: &Simulator, workspace: &Workspace, event: EventType) -> Params {
    let now = OffsetDateTime::now_utc();
    Params::default()
        .with("Sid", sid::new("EV"))
        .with("EventType", event.as_str())
        .with("EventDescription", event.description())
        .with("AccountSid", &simulator.account_sid)
        .with("WorkspaceSid", &workspace.sid)
        .with("WorkspaceName", &workspace.friendly_name)
        .with("Timestamp", now.unix_timestamp().to_string())
        .with("TimestampMs", (now.unix_timestamp_nanos() / 1_000_000).to_string())
}

/// What events about a task, and about its reservations, tell of it. Beyond Twilio's page it is what
/// is in requests that people published.
fn task_params(simulator: &Simulator, workspace: &Workspace, task: &Task) -> Params {
    let mut params = Params::default()
        .with("TaskSid", &task.sid)
        .with("TaskAttributes", &task.attributes)
        .with("TaskAge", simulator.clock.since(task.born).as_secs().to_string())
        .with("TaskPriority", task.priority.to_string())
        .with("TaskAssignmentStatus", task.status.as_str())
        .with("TaskDateCreated", task.created.unix_timestamp().to_string())
        .with("TaskVirtualStartTime", iso8601(task.virtual_start))
        .with("TaskVersion", task.version.to_string())
        .with("TaskIgnoreCapacity", "false")
        .with("TaskChannelSid", workspace.channel_sid(task.channel))
        .with("TaskChannelUniqueName", task.channel)
        .with("WorkflowSid", &task.workflow_sid);
    if let Some(workflow) = workspace.workflow(&task.workflow_sid) {
        params.set("WorkflowName", &workflow.friendly_name);
    }
    if let Some(queue) = task.queue_sid.as_deref().and_then(|sid| workspace.queue(sid)) {
        params.set("TaskQueueSid", &queue.sid);
        params.set("TaskQueueName", &queue.friendly_name);
        let expression = queue.target_workers.as_ref().map_or("", |it| it.text.as_str());
        params.set("TaskQueueTargetExpression", expression);
        let entered = task.queue_entered.map_or(0, OffsetDateTime::unix_timestamp);
        params.set("TaskQueueEnteredDate", entered.to_string());
    }
    if let Some(reason) = &task.reason {
        let name = match task.status.as_str() {
            "canceled" => "TaskCanceledReason",
            _ => "TaskCompletedReason",
        };
        params.set(name, reason);
        params.set("Reason", reason);
    }
    params
}

fn worker_params(workspace: &Workspace, worker: &Worker) -> Params {
    let activity = workspace.activity(&worker.activity_sid);
    Params::default()
        .with("WorkerSid", &worker.sid)
        .with("WorkerName", &worker.friendly_name)
        .with("WorkerAttributes", &worker.attributes)
        .with("WorkerActivitySid", &worker.activity_sid)
        .with("WorkerActivityName", activity.map_or("", |it| it.friendly_name.as_str()))
        .with("WorkerVersion", worker.version.to_string())
}

/// What an app is told of a reservation when it is asked what to do with it.
///
/// <https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks#assignment-callback-parameters>
pub(super) fn assignment_params(
    simulator: &Simulator,
    workspace: &Workspace,
    reservation: &Reservation,
) -> Params {
    let mut params = Params::default()
        .with("Timestamp", OffsetDateTime::now_utc().unix_timestamp().to_string())
        .with("AccountSid", &simulator.account_sid)
        .with("WorkspaceSid", &workspace.sid)
        .with("TaskQueueSid", &reservation.queue_sid)
        .with("WorkerSid", &reservation.worker_sid)
        .with("TaskSid", &reservation.task_sid)
        .with("ReservationSid", &reservation.sid);
    if let Some(worker) = workspace.worker(&reservation.worker_sid) {
        params.set("WorkerAttributes", &worker.attributes);
    }
    if let Some(task) = workspace.task(&reservation.task_sid) {
        params.set("WorkflowSid", &task.workflow_sid);
        params.set("TaskAttributes", &task.attributes);
        params.set("TaskAge", simulator.clock.since(task.born).as_secs().to_string());
        params.set("TaskPriority", task.priority.to_string());
    }
    params
}
