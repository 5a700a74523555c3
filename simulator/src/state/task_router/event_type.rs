//! The events of a workspace.
//!
//! <https://www.twilio.com/docs/taskrouter/api/event/reference>

macro_rules! event_types {
    ($($name:ident $text:literal $resource:literal $description:literal,)*) => {
        /// What happened in a workspace.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum EventType { $($name,)* }

        impl EventType {
            /// The type as Twilio writes it.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// `ResourceType`, in lower case as in requests that people published.
            pub(crate) fn resource(self) -> &'static str {
                match self { $(Self::$name => $resource,)* }
            }

            /// `EventDescription`.
            pub(crate) fn description(self) -> &'static str {
                match self { $(Self::$name => $description,)* }
            }
        }
    };
}

event_types! {
    ActivityCreated "activity.created" "activity" "Activity created",
    ActivityUpdated "activity.updated" "activity" "Activity updated",
    ActivityDeleted "activity.deleted" "activity" "Activity deleted",
    ReservationCreated "reservation.created" "reservation" "Reservation created",
    ReservationAccepted "reservation.accepted" "reservation" "Reservation accepted",
    ReservationRejected "reservation.rejected" "reservation" "Reservation rejected",
    ReservationTimeout "reservation.timeout" "reservation" "Reservation timed out",
    ReservationCanceled "reservation.canceled" "reservation" "Reservation canceled",
    ReservationRescinded "reservation.rescinded" "reservation" "Reservation rescinded",
    ReservationCompleted "reservation.completed" "reservation" "Reservation completed",
    ReservationFailed "reservation.failed" "reservation" "Reservation failed",
    ReservationWrapup "reservation.wrapup" "reservation" "Reservation wrapup",
    TaskCreated "task.created" "task" "Task created",
    TaskUpdated "task.updated" "task" "Task updated",
    TaskCanceled "task.canceled" "task" "Task canceled",
    TaskWrapup "task.wrapup" "task" "Task wrapup",
    TaskCompleted "task.completed" "task" "Task completed",
    TaskDeleted "task.deleted" "task" "Task deleted",
    TaskSystemDeleted "task.system-deleted" "task" "Task deleted by the system",
    TaskQueueCreated "task-queue.created" "task-queue" "TaskQueue created",
    TaskQueueDeleted "task-queue.deleted" "task-queue" "TaskQueue deleted",
    TaskQueueEntered "task-queue.entered" "task" "Task entered TaskQueue",
    TaskQueueTimeout "task-queue.timeout" "task" "Task timed out of TaskQueue",
    TaskQueueMoved "task-queue.moved" "task" "Task moved TaskQueue",
    TaskQueueExpressionUpdated "task-queue.expression.updated" "task-queue" "TaskQueue expression updated",
    WorkerCreated "worker.created" "worker" "Worker created",
    WorkerActivityUpdate "worker.activity.update" "worker" "Worker activity updated",
    WorkerAttributesUpdate "worker.attributes.update" "worker" "Worker attributes updated",
    WorkerDeleted "worker.deleted" "worker" "Worker deleted",
    WorkflowCreated "workflow.created" "workflow" "Workflow created",
    WorkflowUpdated "workflow.updated" "workflow" "Workflow updated",
    WorkflowDeleted "workflow.deleted" "workflow" "Workflow deleted",
    WorkflowTargetMatched "workflow.target-matched" "task" "Task matched a workflow target",
    WorkflowEntered "workflow.entered" "task" "Task entered workflow",
    WorkflowTimeout "workflow.timeout" "task" "Task timed out of workflow",
    WorkflowSkipped "workflow.skipped" "task" "Task skipped out of workflow",
    WorkspaceCreated "workspace.created" "workspace" "Workspace created",
    WorkspaceUpdated "workspace.updated" "workspace" "Workspace updated",
    WorkspaceDeleted "workspace.deleted" "workspace" "Workspace deleted",
}
