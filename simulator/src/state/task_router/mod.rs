//! TaskRouter: all that is known of workspaces and of what is in them.
//!
//! <https://www.twilio.com/docs/taskrouter>

mod assignment;
mod event_type;
mod reservation;
mod task;
mod task_queue;
mod view;
mod worker;
mod workflow;
mod workspace;

pub(crate) use self::assignment::Assignment;
pub(crate) use self::event_type::EventType;
pub(crate) use self::reservation::Reservation;
pub(crate) use self::task::{NewTask, Step, Task};
pub(crate) use self::task_queue::{QueueOrder, TaskQueue};
pub(crate) use self::view::iso8601;
pub use self::view::{
    ActivityView, ReservationStatus, ReservationView, TaskQueueView, TaskStatus, TaskView,
    WorkerView, WorkflowView, WorkspaceView,
};
pub(crate) use self::worker::Worker;
pub(crate) use self::workflow::{Configuration, Target, Workflow, checked as simulated_expression};
pub(crate) use self::workspace::{Activity, Workspace};

/// All workspaces of the account, oldest first.
#[derive(Debug, Default)]
pub(crate) struct TaskRouter {
    pub(crate) workspaces: Vec<Workspace>,
}

impl TaskRouter {
    pub(crate) fn workspace(&self, sid: &str) -> Option<&Workspace> {
        self.workspaces.iter().find(|it| it.sid == sid)
    }

    /// The workspace that a workflow is in.
    pub(crate) fn of_workflow(&self, workflow_sid: &str) -> Option<&Workspace> {
        self.workspaces.iter().find(|it| it.workflow(workflow_sid).is_some())
    }

    /// The workspace that a reservation was made in.
    pub(crate) fn of_reservation(&self, reservation_sid: &str) -> Option<&Workspace> {
        self.workspaces.iter().find(|it| it.reservation(reservation_sid).is_some())
    }

    /// Forgets tasks and reservations; workspaces and what they are made of stay, as numbers do.
    pub(crate) fn forget_tasks(&mut self) {
        for workspace in &mut self.workspaces {
            workspace.tasks.clear();
            workspace.reservations.clear();
            workspace.callbacks = None;
            for worker in &mut workspace.workers {
                worker.callbacks = None;
            }
        }
    }
}
