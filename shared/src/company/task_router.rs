//! The contact centre at Twilio's TaskRouter: what `flows/taskrouter.json` declares, and the SIDs
//! that Twilio has given it.
//!
//! The SIDs are a field of the settings' item, so that whoever reads the settings has them; nobody
//! sets them but the program that makes the contact centre at Twilio.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    values::{ActivitySid, TaskQueueSid, WorkflowSid, WorkspaceSid},
};

/// The declaration that was compiled in.
const DECLARATION: &str = include_str!("../../../flows/taskrouter.json");

/// The SIDs of the contact centre at Twilio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRouterSids {
    /// The workspace, in which everything else is.
    pub workspace: WorkspaceSid,
    /// The workflow that callers' tasks go through.
    pub workflow: WorkflowSid,
    /// The activity of agents who take calls.
    pub available: ActivitySid,
    /// The activity of agents who take none.
    pub unavailable: ActivitySid,
    /// The queues by the names that callers' tasks have as attribute `queue`.
    pub queues: BTreeMap<String, TaskQueueSid>,
}

/// A contact centre as it is to be at Twilio. Everything is known by its friendly name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// What the file is for.
    pub description: String,
    /// The workspace.
    pub workspace: DeclaredWorkspace,
    /// What agents may be doing.
    pub activities: Vec<DeclaredActivity>,
    /// The activity of agents who take calls.
    pub available_activity: String,
    /// The activity of agents who say that they take none.
    pub unavailable_activity: String,
    /// The queues.
    pub task_queues: Vec<DeclaredQueue>,
    /// The workflow, which leads each task to a queue.
    pub workflow: DeclaredWorkflow,
}

/// <https://www.twilio.com/docs/taskrouter/api/workspace>
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredWorkspace {
    /// Its name.
    pub friendly_name: String,
    /// The activity of a new worker.
    pub default_activity: String,
    /// The activity of a worker who did not answer.
    pub timeout_activity: String,
}

/// <https://www.twilio.com/docs/taskrouter/api/activity>
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredActivity {
    /// Its name.
    pub friendly_name: String,
    /// Whether workers in it get tasks.
    pub available: bool,
}

/// <https://www.twilio.com/docs/taskrouter/api/task-queue>
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredQueue {
    /// The name that tasks and agents know it by.
    pub name: String,
    /// The name that people see.
    pub friendly_name: String,
    /// The expression that holds for workers who serve it.
    pub target_workers: String,
}

/// <https://www.twilio.com/docs/taskrouter/api/workflow>
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredWorkflow {
    /// Its name.
    pub friendly_name: String,
    /// How many seconds a worker has to take a task: longer than their phone rings.
    pub task_reservation_timeout: u32,
    /// The filters, of which the first that holds decides.
    pub filters: Vec<DeclaredFilter>,
    /// The name of the queue of tasks for which no filter holds.
    pub default_queue: String,
}

/// A filter of a workflow.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredFilter {
    /// Its name.
    pub friendly_name: String,
    /// The expression over a task's attributes.
    pub expression: String,
    /// The name of the queue that the task waits in.
    pub queue: String,
}

impl Declaration {
    /// The declaration of `flows/taskrouter.json`.
    ///
    /// # Errors
    /// When it is no declaration, or refers to an activity or a queue that it does not have.
    pub fn load() -> Result<Self, Error> {
        Self::read(DECLARATION)
    }

    fn read(json: &str) -> Result<Self, Error> {
        let declared: Self = serde_json::from_str(json)?;
        let Self { workspace, activities, available_activity, unavailable_activity, .. } =
            &declared;
        let named = [
            &workspace.default_activity,
            &workspace.timeout_activity,
            available_activity,
            unavailable_activity,
        ];
        for name in named {
            if !activities.iter().any(|activity| activity.friendly_name == *name) {
                return Err(Error::internal(format!("there is no activity {name}")));
            }
        }
        let filters = declared.workflow.filters.iter().map(|filter| &filter.queue);
        for name in filters.chain([&declared.workflow.default_queue]) {
            if declared.queue(name).is_none() {
                return Err(Error::internal(format!("there is no queue {name}")));
            }
        }
        Ok(declared)
    }

    /// The queue with this name.
    pub fn queue(&self, name: &str) -> Option<&DeclaredQueue> {
        self.task_queues.iter().find(|queue| queue.name == name)
    }

    /// The names of all queues.
    pub fn queue_names(&self) -> impl Iterator<Item = &str> {
        self.task_queues.iter().map(|queue| queue.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_declaration_refers_to_is_in_it() {
        let declared = Declaration::load().unwrap();
        assert_eq!(declared.queue_names().collect::<Vec<_>>(), ["troubleshooting", "support"]);
        for (there, gone) in [
            (r#""timeout_activity": "No answer""#, r#""timeout_activity": "Asleep""#),
            (r#""default_queue": "support""#, r#""default_queue": "sales""#),
            (r#""workflow": {"#, r#""workflow": {"colour": "red","#),
        ] {
            let broken = DECLARATION.replace(there, gone);
            assert_ne!(broken, DECLARATION);
            assert!(Declaration::read(&broken).is_err(), "{gone}");
        }
    }
}
