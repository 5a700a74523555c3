//! The way to work on a workspace.

use crate::simulator::Simulator;
use crate::state::State;
use crate::state::bridge::WayOut;
use crate::state::settings::Settings;
use crate::state::task_router::Workspace;

/// A workspace while something happens in it: its state is locked, so calls, whose state is under
/// the same lock, leave their queues afterwards.
pub(crate) struct Desk<'a> {
    pub(crate) simulator: &'a Simulator,
    pub(crate) workspace: &'a mut Workspace,
    pub(super) settings: &'a Settings,
    pub(super) leaving: Vec<String>,
}

impl Simulator {
    /// Works on a workspace and gives waiting tasks to free workers; `None` if there is no such
    /// workspace.
    pub(crate) fn in_workspace<T>(
        &self,
        sid: &str,
        work: impl FnOnce(&mut Desk<'_>) -> T,
    ) -> Option<T> {
        let mut state = self.state();
        let (result, leaving) = self.work_at(&mut state, sid, work)?;
        drop(state);
        self.let_leave(leaving);
        Some(result)
    }

    /// Works on a workspace while the caller holds the lock, and has to let calls leave.
    pub(crate) fn work_at<T>(
        &self,
        state: &mut State,
        sid: &str,
        work: impl FnOnce(&mut Desk<'_>) -> T,
    ) -> Option<(T, Vec<String>)> {
        let State { task_router, settings, .. } = state;
        let workspace = task_router.workspaces.iter_mut().find(|it| it.sid == sid)?;
        let mut desk = Desk { simulator: self, workspace, settings, leaving: Vec::new() };
        let result = work(&mut desk);
        desk.route();
        Some((result, desk.leaving))
    }

    /// Lets calls leave their queues, whose tasks were canceled.
    pub(crate) fn let_leave(&self, calls: Vec<String>) {
        for call_sid in calls {
            let member = self.state().call_queues.take(&call_sid);
            if let Some(member) = member {
                // It may hang up at this moment.
                let _ = member.way_out.send(WayOut::Leave);
            }
        }
    }
}
