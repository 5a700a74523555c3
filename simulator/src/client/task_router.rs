//! The client's part for TaskRouter: reading workspaces, and waiting for tasks and workers.

use futures::StreamExt;
use reqwest::Method;

use super::{Control, ControlError};
use crate::state::event::Happening;
use crate::state::task_router::{TaskView, WorkerView, WorkspaceView};

impl Control {
    /// All workspaces with everything that is in them, oldest first.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn task_router(&self) -> Result<Vec<WorkspaceView>, ControlError> {
        self.json(Method::GET, &["task-router"], None::<&()>).await
    }

    /// The newest task, now or later, that is wanted. What a task was only for a moment may be missed:
    /// `Happening::TaskRouter` has every change.
    ///
    /// # Errors
    /// The simulator ends, or is reset, before there is one.
    pub async fn task_where(
        &self,
        wanted: impl Fn(&TaskView) -> bool,
    ) -> Result<TaskView, ControlError> {
        let found = |workspaces: Vec<WorkspaceView>| {
            workspaces.into_iter().flat_map(|it| it.tasks).find(&wanted)
        };
        self.workspaces_until(found).await
    }

    /// The oldest worker, now or later, that is wanted.
    ///
    /// # Errors
    /// As [`Control::task_where`].
    pub async fn worker_where(
        &self,
        wanted: impl Fn(&WorkerView) -> bool,
    ) -> Result<WorkerView, ControlError> {
        let found = |workspaces: Vec<WorkspaceView>| {
            workspaces.into_iter().flat_map(|it| it.workers).find(&wanted)
        };
        self.workspaces_until(found).await
    }

    async fn workspaces_until<T>(
        &self,
        found: impl Fn(Vec<WorkspaceView>) -> Option<T>,
    ) -> Result<T, ControlError> {
        let mut events = Box::pin(self.events_of(None, &["task-router", "reset"]).await?);
        loop {
            if let Some(found) = found(self.task_router().await?) {
                return Ok(found);
            }
            match events.next().await {
                Some(event) if event.as_ref().is_ok_and(|it| it.what == Happening::Reset) => {
                    return Err(ControlError::Ended);
                }
                Some(event) => event.map(|_| ())?,
                None => return Err(ControlError::Ended),
            }
        }
    }
}
