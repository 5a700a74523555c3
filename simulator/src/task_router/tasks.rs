//! How tasks begin and end.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::events::new_queue;
use super::{About, Desk};
use crate::sid;
use crate::simulator::Simulator;
use crate::state::params::Params;
use crate::state::settings::{AfterCall, CanceledTask};
use crate::state::task_router::{EventType, NewTask, ReservationStatus, Task, TaskStatus};

/// How long (simulated) REST shows a task that has ended.
///
/// <https://www.twilio.com/docs/taskrouter/lifecycle-task-state>
const SHOWN_AFTER_END: Duration = Duration::from_secs(5 * 60);

/// How long (simulated) a task may be assigned: then "it's deleted from the system".
const LONGEST_ASSIGNED: Duration = Duration::from_secs(24 * 3_600);

/// How often a task may be offered.
///
/// <https://www.twilio.com/docs/taskrouter/limits#other-limits>
pub(super) const MOST_OFFERS: u32 = 1_000;

/// Why a task was canceled that nobody accepted in time, as people report it.
const TTL_EXCEEDED: &str = "Task TTL Exceeded";

/// Why a task was canceled that came to the end of its workflow, as people report it.
pub(super) const WORKFLOW_TIMEOUT: &str = "Task canceled on Workflow timeout";

/// Why a task is completed whose reservations are.
const ALL_COMPLETED: &str = "All reservations were completed";

/// No target of a workflow is for such a task: 14222 for an `<Enqueue>`.
#[derive(Debug)]
pub(crate) struct NoTarget;

impl Simulator {
    /// Cancels the task that a call waits for, unless a worker has it already.
    pub(crate) fn cancel_task_of(&self, call_sid: &str, reason: &str) {
        let found = {
            let state = self.state();
            let waits = |task: &&Task| {
                task.call_sid.as_deref() == Some(call_sid)
                    && matches!(task.status, TaskStatus::Pending | TaskStatus::Reserved)
            };
            state.task_router.workspaces.iter().find_map(|workspace| {
                let task = workspace.tasks.iter().rev().find(waits)?;
                Some((workspace.sid.clone(), task.sid.clone()))
            })
        };
        if let Some((workspace, task)) = found {
            self.in_workspace(&workspace, |desk| desk.cancel(&task, reason));
        }
    }
}

impl Desk<'_> {
    /// A new task, which enters its workflow; its SID.
    ///
    /// # Errors
    /// A task that `<Enqueue>` makes is for no target of the workflow. Any other is canceled then.
    pub(crate) fn add_task(&mut self, new: NewTask) -> Result<String, NoTarget> {
        let now = OffsetDateTime::now_utc();
        let task = Task {
            sid: sid::new("WT"),
            attributes: new.attributes,
            call_sid: new.call_sid,
            status: TaskStatus::Pending,
            reason: None,
            priority: new.priority,
            channel: new.channel,
            timeout: new.timeout,
            workflow_sid: new.workflow_sid,
            queue_sid: None,
            queue_entered: None,
            step: None,
            step_age: Duration::ZERO,
            step_ends: None,
            created: now,
            born: Instant::now(),
            updated: now,
            virtual_start: new.virtual_start.unwrap_or(now),
            offers: 0,
            version: 0,
            deleted: false,
            callbacks: new_queue(self.simulator),
        };
        let (sid, of_a_call) = (task.sid.clone(), task.call_sid.is_some());
        let step = self.first_step(&task);
        if step.is_none() && of_a_call {
            return Err(NoTarget);
        }
        let timeout = task.timeout;
        self.workspace.tasks.push(task);
        self.tell(EventType::TaskCreated, About::Task(&sid), Params::default());
        self.tell(EventType::WorkflowEntered, About::Task(&sid), Params::default());
        match step {
            Some(step) => self.enter(&sid, step),
            None => self.fall_out(&sid, EventType::WorkflowTimeout),
        }
        self.later(&sid, timeout, |desk, sid| {
            let status = desk.workspace.task(sid).map(|task| task.status);
            if matches!(status, Some(TaskStatus::Pending | TaskStatus::Reserved)) {
                desk.cancel(sid, TTL_EXCEEDED);
                desk.tell_caller(sid);
            }
        });
        Ok(sid)
    }

    /// Does something about a task after a (simulated) time.
    pub(super) fn later(
        &self,
        task_sid: &str,
        after: Duration,
        work: impl FnOnce(&mut Desk<'_>, &str) + Send + 'static,
    ) {
        let (simulator, workspace_sid) = (self.simulator.clone(), self.workspace.sid.clone());
        let (task_sid, due) = (task_sid.to_owned(), self.simulator.clock.after(after));
        self.simulator.spawn(async move {
            tokio::time::sleep_until(due).await;
            simulator.in_workspace(&workspace_sid, |desk| work(desk, &task_sid));
        });
    }

    /// Changes a task, and notes that it did.
    pub(super) fn change(&mut self, task_sid: &str, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.workspace.task_mut(task_sid) {
            change(task);
            task.touch();
        }
    }

    /// Cancels a task that no worker has, and the offers that are out.
    pub(crate) fn cancel(&mut self, task_sid: &str, reason: &str) {
        self.change(task_sid, |task| {
            task.status = TaskStatus::Canceled;
            task.reason = Some(reason.to_owned());
        });
        self.tell(EventType::TaskCanceled, About::Task(task_sid), Params::default());
        for reservation in self.open_reservations(task_sid) {
            let status = ReservationStatus::Canceled;
            self.close(&reservation, status, EventType::ReservationCanceled);
        }
        self.hide_later(task_sid);
    }

    /// A caller whose task was canceled by a timeout or by REST leaves the queue, if settings say so.
    pub(crate) fn tell_caller(&mut self, task_sid: &str) {
        let call = self.workspace.task(task_sid).and_then(|task| task.call_sid.clone());
        if let Some(call_sid) = call
            && self.settings.canceled_task == CanceledTask::CallerLeaves
        {
            self.leaving.push(call_sid);
        }
    }

    /// A worker has accepted the task.
    pub(super) fn assigned(&mut self, task_sid: &str) {
        self.change(task_sid, |task| task.status = TaskStatus::Assigned);
        self.later(task_sid, LONGEST_ASSIGNED, |desk, sid| {
            let status = desk.workspace.task(sid).map(|task| task.status);
            if matches!(status, Some(TaskStatus::Assigned | TaskStatus::Wrapping)) {
                desk.tell(EventType::TaskSystemDeleted, About::Task(sid), Params::default());
                desk.remove(sid);
            }
        });
    }

    /// Worker and caller have talked.
    pub(crate) fn work_is_done(&mut self, reservation_sid: &str) {
        let reservation = self.workspace.reservation(reservation_sid);
        let accepted = reservation.filter(|it| it.status == ReservationStatus::Accepted);
        let Some(task_sid) = accepted.map(|it| it.task_sid.clone()) else {
            return;
        };
        if self.workspace.multi_task && self.settings.after_call == AfterCall::Wraps {
            self.wrap(&task_sid);
        } else {
            self.complete(&task_sid, ALL_COMPLETED);
        }
    }

    /// A task is done but for what there is to do afterwards.
    pub(crate) fn wrap(&mut self, task_sid: &str) {
        for reservation in self.open_reservations(task_sid) {
            self.close(&reservation, ReservationStatus::Wrapping, EventType::ReservationWrapup);
        }
        self.change(task_sid, |task| task.status = TaskStatus::Wrapping);
        self.tell(EventType::TaskWrapup, About::Task(task_sid), Params::default());
    }

    /// A task is done.
    pub(crate) fn complete(&mut self, task_sid: &str, reason: &str) {
        self.change(task_sid, |task| {
            task.status = TaskStatus::Completed;
            task.reason = Some(reason.to_owned());
        });
        self.tell(EventType::TaskCompleted, About::Task(task_sid), Params::default());
        for reservation in self.open_reservations(task_sid) {
            let status = ReservationStatus::Completed;
            self.close(&reservation, status, EventType::ReservationCompleted);
        }
        self.hide_later(task_sid);
    }

    /// A reservation is done, and its task if all are.
    pub(crate) fn complete_reservation(&mut self, reservation_sid: &str) {
        let reservation = self.workspace.reservation(reservation_sid);
        let Some(task_sid) = reservation.map(|it| it.task_sid.clone()) else {
            return;
        };
        if self.open_reservations(&task_sid).len() == 1 {
            return self.complete(&task_sid, ALL_COMPLETED);
        }
        let status = ReservationStatus::Completed;
        self.close(reservation_sid, status, EventType::ReservationCompleted);
    }

    /// A task is deleted, whatever it is: by REST, or because it was assigned for too long.
    pub(crate) fn remove(&mut self, task_sid: &str) {
        for reservation in self.open_reservations(task_sid) {
            let status = ReservationStatus::Canceled;
            self.close(&reservation, status, EventType::ReservationCanceled);
        }
        self.change(task_sid, |task| {
            task.deleted = true;
            if !task.status.is_final() {
                task.status = TaskStatus::Canceled;
            }
        });
    }

    fn hide_later(&mut self, task_sid: &str) {
        self.later(task_sid, SHOWN_AFTER_END, |desk, sid| {
            desk.change(sid, |task| task.deleted = true);
        });
    }
}
