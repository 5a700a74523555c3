//! A caller who waits wants to be called back.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{RETURN_CALL, ReturnCall, ReturnState, return_call_key};
use crate::{
    Context, Error,
    aws::table::{Check, Index, Table, Update, integer, order_key, text},
    calls::Calls,
    company::task_router::TaskRouterSids,
    twilio::{TwilioClient, client::Created},
    values::{CallSid, PhoneNumber, TaskSid, WorkflowSid, WorkspaceSid},
};

/// How long it is tried to make a task, while the caller hears nothing.
const TIME: Duration = Duration::from_secs(6);

/// After this, nothing is left of a wish that nobody could fulfil.
const KEPT: time::Duration = time::Duration::days(3);

/// The states of a task that still is in line, or with an agent.
const LIVE: &str = "pending,reserved,assigned";

/// A caller who waits, and wants to be called back.
#[derive(Debug)]
pub struct WaitingCaller {
    /// Their call.
    pub call: CallSid,
    /// Their number.
    pub from: PhoneNumber,
    /// Our number that they called.
    pub to: PhoneNumber,
}

#[derive(Deserialize)]
struct TaskResource {
    sid: TaskSid,
    /// Twilio's OpenAPI file says that only a single task shows them.
    attributes: Option<String>,
    priority: Option<i64>,
    workflow_sid: Option<WorkflowSid>,
    date_created: Option<String>,
    virtual_start_time: Option<String>,
}

#[derive(Deserialize)]
struct TaskList {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    tasks: Vec<TaskResource>,
}

/// The service that takes callers' wishes, and gives them their place again.
#[derive(Debug)]
pub struct ReturnRequests {
    pub(super) table: Table,
    pub(super) calls: Calls,
    pub(super) task_router: TwilioClient,
}

impl ReturnRequests {
    /// A service for the workspace that its caller names.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self { calls: Calls::new(table.clone()), table, task_router: context.task_router()? })
    }

    /// Notes that a caller is to be called back, and makes the task that takes their place, before
    /// they hang up and TaskRouter cancels the task they wait with. `false`: it cannot be done, and
    /// the caller waits on. A number that is to be called back already stays in the place it has.
    pub async fn request(
        &self,
        caller: &WaitingCaller,
        sids: &TaskRouterSids,
    ) -> Result<bool, Error> {
        let is_taken = self.take(caller, sids).await?;
        if is_taken {
            self.calls.record_return_asked(&caller.call).await?;
        }
        Ok(is_taken)
    }

    async fn take(&self, caller: &WaitingCaller, sids: &TaskRouterSids) -> Result<bool, Error> {
        let known = ReturnCall::get(&self.table, &caller.from).await?;
        let is_new = known.is_none();
        let wish = match known {
            Some(known) if known.call_sid != caller.call => return Ok(true),
            Some(known) => known,
            None => {
                let Some(task) = self.task_of(&caller.call, &sids.workspace).await? else {
                    return Ok(false);
                };
                self.note(caller, task, sids).await?;
                match ReturnCall::get(&self.table, &caller.from).await? {
                    Some(noted) if noted.call_sid == caller.call => noted,
                    _ => return Ok(true),
                }
            }
        };
        if wish.state == ReturnState::Queueing
            && let Err(error) = self.put_in_place(&wish, &sids.workspace).await
        {
            tracing::warn!(error = error.chain(), "no task was made");
            // One that was noted before has been promised, and the reconciler goes on with it.
            if is_new {
                self.table.delete(return_call_key(caller.from.as_str())).await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The task that a call waits with.
    async fn task_of(
        &self,
        call: &CallSid,
        workspace: &WorkspaceSid,
    ) -> Result<Option<TaskResource>, Error> {
        let waits = format!("call_sid == \"{call}\"");
        let Some(task) = self.find(&waits, workspace).await? else { return Ok(None) };
        if task.attributes.is_some() {
            return Ok(Some(task));
        }
        let path = format!("Workspaces/{workspace}/Tasks/{}", task.sid);
        Ok(Some(self.task_router.get(&path, &[]).await?))
    }

    async fn find(
        &self,
        expression: &str,
        workspace: &WorkspaceSid,
    ) -> Result<Option<TaskResource>, Error> {
        let path = format!("Workspaces/{workspace}/Tasks");
        let query = [("AssignmentStatus", LIVE), ("EvaluateTaskAttributes", expression)];
        let list: TaskList = self.task_router.get(&path, &query).await?;
        Ok(list.tasks.into_iter().next())
    }

    /// Writes the wish, unless the number has one already.
    async fn note(
        &self,
        caller: &WaitingCaller,
        task: TaskResource,
        sids: &TaskRouterSids,
    ) -> Result<(), Error> {
        let now = OffsetDateTime::now_utc();
        let number = caller.from.as_str();
        let begun = task.virtual_start_time.or(task.date_created);
        let workflow = task.workflow_sid.as_ref().unwrap_or(&sids.workflow);
        let mut update = Update::of(return_call_key(number));
        for (name, value) in [
            ("contact", number),
            ("our_number", caller.to.as_str()),
            ("call_sid", caller.call.as_str()),
            ("state", ReturnState::Queueing.as_str()),
            ("workflow_sid", workflow.as_str()),
            ("attributes", task.attributes.as_deref().unwrap_or("{}")),
            ("virtual_start", begun.as_deref().unwrap_or_default()),
        ] {
            update.set(name, text(value));
        }
        update.set("attempt", integer(1));
        update.set("priority", integer(task.priority.unwrap_or(0)));
        update.set("due_at", integer(now.unix_timestamp()));
        update.set("noted_at", integer(now.unix_timestamp()));
        update.set("expires_at", integer((now + KEPT).unix_timestamp()));
        for name in ["task_sid", "reservation_sid", "agent_call_sid"] {
            update.remove(name);
        }
        update.list(Index::Open, RETURN_CALL, &order_key(now, number)?);
        self.table.update_if(update, Check::new().absent_or_expired(now)).await?;
        Ok(())
    }

    /// Makes the task that takes the customer's place. While its outcome is not known, the wish
    /// stays as it is, and the reconciler finds out.
    ///
    /// # Errors
    /// When TaskRouter refuses, or cannot do it now.
    pub async fn put_in_place(
        &self,
        wish: &ReturnCall,
        workspace: &WorkspaceSid,
    ) -> Result<(), Error> {
        let (call, attempt) = (&wish.call_sid, wish.attempt);
        let is_it = format!("callback_of == \"{call}\" AND callback_attempt == {attempt}");
        let path = format!("Workspaces/{workspace}/Tasks");
        let (attributes, priority) = (attributes(wish)?, wish.priority.to_string());
        let mut form = vec![
            ("WorkflowSid", wish.workflow_sid.as_str()),
            ("Attributes", &attributes),
            ("Priority", &priority),
            // An agent who talks on the phone gets none of these besides.
            ("TaskChannel", "voice"),
        ];
        let begun = Some(wish.virtual_start.as_str()).filter(|at| !at.is_empty());
        form.extend(begun.map(|at| ("VirtualStartTime", at)));
        let task = match self.find(&is_it, workspace).await? {
            Some(task) => task,
            None => {
                let find = async || self.find(&is_it, workspace).await;
                match self.task_router.create(&path, &form, TIME, find).await {
                    Ok(Created::Done(task)) => task,
                    Ok(Created::Unknown) => return Ok(()),
                    Err(error) => return Err(error.into()),
                }
            }
        };
        let mut update = Update::of(return_call_key(wish.contact.as_str()));
        update.set("state", text(ReturnState::Waiting.as_str()));
        update.set("task_sid", text(task.sid.as_str()));
        self.table.update_if(update, wish.unchanged()).await?;
        Ok(())
    }

    /// Whether a task is still in line, or with an agent.
    pub(super) async fn is_live(
        &self,
        task: &TaskSid,
        workspace: &WorkspaceSid,
    ) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Status {
            assignment_status: String,
        }
        let path = format!("Workspaces/{workspace}/Tasks/{task}");
        match self.task_router.get::<Status>(&path, &[]).await {
            Ok(task) => Ok(LIVE.split(',').any(|live| live == task.assignment_status)),
            Err(error) if error.is_gone() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// The attributes of the task in a customer's place: those of the task that waited with their call,
/// without that call, whom TaskRouter would think to wait on.
fn attributes(wish: &ReturnCall) -> Result<String, Error> {
    let mut attributes: Map<String, Value> =
        serde_json::from_str(&wish.attributes).unwrap_or_default();
    attributes.remove("call_sid");
    attributes.insert("callback_of".into(), json!(wish.call_sid));
    attributes.insert("callback_attempt".into(), json!(wish.attempt));
    attributes.insert("from".into(), json!(wish.contact));
    attributes.insert("to".into(), json!(wish.our_number));
    Ok(serde_json::to_string(&attributes)?)
}
