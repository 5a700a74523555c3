//! TaskRouter as the control API shows it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Where a task stands: `AssignmentStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskStatus {
    /// It waits for a worker.
    Pending,
    /// It is being offered to a worker.
    Reserved,
    /// A worker has accepted it.
    Assigned,
    /// It ended before a worker had it.
    Canceled,
    /// The worker has done it.
    Completed,
    /// It is done but for what there is to do afterwards.
    Wrapping,
}

impl TaskStatus {
    /// The status as Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Reserved => "reserved",
            Self::Assigned => "assigned",
            Self::Canceled => "canceled",
            Self::Completed => "completed",
            Self::Wrapping => "wrapping",
        }
    }

    /// Whether no other status follows.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Canceled | Self::Completed)
    }
}

/// Where a reservation stands: `ReservationStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReservationStatus {
    /// The worker is offered the task.
    Pending,
    /// The worker has the task.
    Accepted,
    /// The worker does not want it.
    Rejected,
    /// The worker did not react in time.
    Timeout,
    /// The task ended before the worker had it.
    Canceled,
    /// Another worker was faster.
    Rescinded,
    /// The worker is busy with what there is to do afterwards.
    Wrapping,
    /// The worker has done it.
    Completed,
}

impl ReservationStatus {
    /// The status as Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Timeout => "timeout",
            Self::Canceled => "canceled",
            Self::Rescinded => "rescinded",
            Self::Wrapping => "wrapping",
            Self::Completed => "completed",
        }
    }
}

/// A workspace with everything that is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkspaceView {
    /// Its identifier, `WS…`.
    pub sid: String,
    /// Its name.
    pub friendly_name: String,
    /// What workers can be doing, oldest first.
    pub activities: Vec<ActivityView>,
    /// The queues, oldest first.
    pub task_queues: Vec<TaskQueueView>,
    /// The workflows, oldest first.
    pub workflows: Vec<WorkflowView>,
    /// The workers, oldest first.
    pub workers: Vec<WorkerView>,
    /// All tasks since the last reset, newest first: those that REST does not show any more too.
    pub tasks: Vec<TaskView>,
}

/// Something that a worker can be doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityView {
    /// Its identifier, `WA…`.
    pub sid: String,
    /// Its name.
    pub friendly_name: String,
    /// Whether it leaves time for tasks.
    pub available: bool,
}

/// A task queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskQueueView {
    /// Its identifier, `WQ…`.
    pub sid: String,
    /// Its name.
    pub friendly_name: String,
    /// Which workers tasks in it can go to; absent: none.
    pub target_workers: Option<String>,
}

/// A workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkflowView {
    /// Its identifier, `WW…`.
    pub sid: String,
    /// Its name.
    pub friendly_name: String,
}

/// A worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerView {
    /// Its identifier, `WK…`.
    pub sid: String,
    /// The workspace that it is in.
    pub workspace_sid: String,
    /// Its name.
    pub friendly_name: String,
    /// The name of what it is doing.
    pub activity: String,
    /// Whether that leaves time for tasks.
    pub available: bool,
    /// Its attributes, as JSON in a string.
    pub attributes: String,
}

/// A task, with all reservations that were ever made for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskView {
    /// Its identifier, `WT…`.
    pub sid: String,
    /// The workspace that it is in.
    pub workspace_sid: String,
    /// The call that `<Enqueue>` made it for.
    pub call_sid: Option<String>,
    /// Where it stands.
    pub status: TaskStatus,
    /// Why it was canceled or completed.
    pub reason: Option<String>,
    /// Tasks of a higher one come first.
    pub priority: u32,
    /// The name of the queue that it is, or was last, in.
    pub task_queue: Option<String>,
    /// Its attributes, as JSON in a string.
    pub attributes: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// Whether REST shows it no more.
    pub deleted: bool,
    /// Oldest first.
    pub reservations: Vec<ReservationView>,
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReservationView {
    /// Its identifier, `WR…`.
    pub sid: String,
    /// The worker that it is for.
    pub worker_sid: String,
    /// That worker's name.
    pub worker: String,
    /// Where it stands.
    pub status: ReservationStatus,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When it last changed, RFC 3339.
    pub updated_at: String,
}

fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// A moment as TaskRouter's REST API writes it: `2014-05-14T10:50:02Z`.
pub(crate) fn iso8601(at: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    at.format(&format).unwrap_or_default()
}

impl super::Workspace {
    /// The workspace as the control API shows it.
    pub(crate) fn view(&self) -> WorkspaceView {
        let activity = |it: &super::Activity| ActivityView {
            sid: it.sid.clone(),
            friendly_name: it.friendly_name.clone(),
            available: it.available,
        };
        let queue = |it: &super::TaskQueue| TaskQueueView {
            sid: it.sid.clone(),
            friendly_name: it.friendly_name.clone(),
            target_workers: it.target_workers.as_ref().map(|it| it.text.clone()),
        };
        let workflow = |it: &super::Workflow| WorkflowView {
            sid: it.sid.clone(),
            friendly_name: it.friendly_name.clone(),
        };
        WorkspaceView {
            sid: self.sid.clone(),
            friendly_name: self.friendly_name.clone(),
            activities: self.activities.iter().map(activity).collect(),
            task_queues: self.queues.iter().map(queue).collect(),
            workflows: self.workflows.iter().map(workflow).collect(),
            workers: self.workers.iter().map(|it| self.worker_view(it)).collect(),
            tasks: self.tasks.iter().rev().map(|it| self.task_view(it)).collect(),
        }
    }

    pub(crate) fn worker_view(&self, worker: &super::Worker) -> WorkerView {
        let activity = self.activity(&worker.activity_sid);
        WorkerView {
            sid: worker.sid.clone(),
            workspace_sid: self.sid.clone(),
            friendly_name: worker.friendly_name.clone(),
            activity: activity.map(|it| it.friendly_name.clone()).unwrap_or_default(),
            available: activity.is_some_and(|it| it.available),
            attributes: worker.attributes.clone(),
        }
    }

    pub(crate) fn task_view(&self, task: &super::Task) -> TaskView {
        let queue = task.queue_sid.as_deref().and_then(|sid| self.queue(sid));
        let made_for = self.reservations.iter().filter(|it| it.task_sid == task.sid);
        let reservation = |it: &super::Reservation| ReservationView {
            sid: it.sid.clone(),
            worker_sid: it.worker_sid.clone(),
            worker: it.worker_name.clone(),
            status: it.status,
            created_at: rfc3339(it.created),
            updated_at: rfc3339(it.updated),
        };
        TaskView {
            sid: task.sid.clone(),
            workspace_sid: self.sid.clone(),
            call_sid: task.call_sid.clone(),
            status: task.status,
            reason: task.reason.clone(),
            priority: task.priority,
            task_queue: queue.map(|it| it.friendly_name.clone()),
            attributes: task.attributes.clone(),
            created_at: rfc3339(task.created),
            deleted: task.deleted,
            reservations: made_for.map(reservation).collect(),
        }
    }
}
