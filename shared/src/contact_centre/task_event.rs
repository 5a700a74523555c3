//! What TaskRouter tells: the way of a caller through a queue, kept with their call, and what an
//! agent is doing.
//! <https://www.twilio.com/docs/taskrouter/api/event/reference>

use time::OffsetDateTime;

use super::{assignment::CallerAttributes, worker::WorkerAttributes};
use crate::{
    Context, Error,
    aws::{
        queue::Queue,
        table::{Item, Table, Update, instant, integer, text, text_of, value},
    },
    calls::Calls,
    company::{agents::Agents, settings::SettingsStore},
    jobs::Job,
    process::env,
    twilio::{
        TwilioClient,
        client::TwilioError,
        form::{Form, FromForm},
    },
    values::{CallSid, PhoneNumber, TaskSid, WorkspaceSid, words},
};

words!(
    /// The kinds of events that we keep.
    EventType {
        /// A caller begins to wait.
        TaskCreated = "task.created",
        /// A caller waits in a queue.
        QueueEntered = "task-queue.entered",
        /// Nobody took the call.
        TaskCanceled = "task.canceled",
        /// The conversation is over; there may be work after it.
        TaskWrapup = "task.wrapup",
        /// All is done for the caller.
        TaskCompleted = "task.completed",
        /// An agent is connected with the caller.
        ReservationAccepted = "reservation.accepted",
        /// The conversation is over; there may be work after it.
        ReservationWrapup = "reservation.wrapup",
        /// All is done for the caller.
        ReservationCompleted = "reservation.completed",
        /// An agent begins to do something else.
        WorkerActivity = "worker.activity.update",
        ..Other
    }
);

/// The attributes of which each tells that a conversation is over.
const ENDS: [&str; 4] = [
    "reservation_wrapup_age",
    "reservation_completed_age",
    "task_wrapup_age",
    "task_completed_age",
];

/// An event of TaskRouter.
#[derive(Debug)]
pub struct TaskEvent {
    /// What happened.
    pub kind: EventType,
    /// When it happened.
    pub at: OffsetDateTime,
    workspace: Option<WorkspaceSid>,
    /// The task that it happened to, and the call that waits, or waited.
    task: Option<(TaskSid, CallSid)>,
    /// Whether the caller waits to be called back.
    is_callback: bool,
    queue: Option<String>,
    /// How many seconds old the task was.
    age: Option<u32>,
    reason: Option<String>,
    worker: Option<WorkerAttributes>,
    activity: Option<String>,
}

impl FromForm for TaskEvent {
    fn from_form(form: &Form) -> Result<Self, Error> {
        let owned = |name| form.get(name).map(str::to_owned);
        let caller = form.get("TaskAttributes");
        let caller = caller.and_then(|it| serde_json::from_str::<CallerAttributes>(it).ok());
        let queue = caller.as_ref().and_then(|caller| caller.queue.clone());
        let is_callback = caller.as_ref().is_some_and(|caller| caller.callback_of.is_some());
        let call = caller.and_then(|caller| caller.call().cloned());
        let worker = form.get("WorkerAttributes");
        let now = OffsetDateTime::now_utc();
        Ok(Self {
            kind: form.word("EventType")?,
            at: time_of(form).map_or(now, |at| at.min(now)),
            workspace: form.parse_optional("WorkspaceSid")?,
            task: form.parse_optional("TaskSid")?.zip(call),
            is_callback,
            // By the name that we gave the task, or else as people see it.
            queue: queue.or_else(|| owned("TaskQueueName")),
            age: form.number("TaskAge"),
            reason: owned("TaskCanceledReason"),
            worker: worker.and_then(|worker| serde_json::from_str(worker).ok()),
            activity: owned("WorkerActivityName"),
        })
    }
}

/// When it happened: in milliseconds, or else in seconds, of which it may be the last.
fn time_of(form: &Form) -> Option<OffsetDateTime> {
    let number = |name| form.get(name)?.parse::<i64>().ok();
    let seconds = || number("Timestamp")?.checked_mul(1_000)?.checked_add(999);
    let milliseconds = number("TimestampMs").or_else(seconds)?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()
}

impl TaskEvent {
    /// The attribute that holds the age of the task at this event, if it is one that we keep.
    fn age_name(&self) -> Option<&'static str> {
        Some(match self.kind {
            EventType::ReservationAccepted => "accepted_age",
            EventType::ReservationWrapup => "reservation_wrapup_age",
            EventType::ReservationCompleted => "reservation_completed_age",
            EventType::TaskWrapup => "task_wrapup_age",
            EventType::TaskCompleted => "task_completed_age",
            EventType::TaskCanceled => "canceled_age",
            _ => return None,
        })
    }

    /// Whether the conversation is over.
    fn is_end(&self) -> bool {
        matches!(
            self.kind,
            EventType::ReservationWrapup
                | EventType::ReservationCompleted
                | EventType::TaskWrapup
                | EventType::TaskCompleted
        )
    }
}

/// The service that keeps what TaskRouter tells.
#[derive(Debug)]
pub struct TaskEvents {
    table: Table,
    agents: Agents,
    settings: SettingsStore,
    deliver: Queue,
    thank_you_delay: u16,
}

impl TaskEvents {
    /// A service that waits for variable `OWNER_NOTICE_DELAY`, in seconds, before a customer is
    /// thanked, for the last webhooks of the call to arrive.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            agents: Agents::new(table.clone()),
            settings: context.settings()?,
            deliver: context.queue("DELIVER_QUEUE_URL")?,
            thank_you_delay: env::parsed("OWNER_NOTICE_DELAY")?,
            table,
        })
    }

    /// Keeps an event of our workspace. Returns the call whose time in a queue it changed.
    pub async fn take(&self, event: &TaskEvent, base_url: &str) -> Result<Option<CallSid>, Error> {
        let settings = self.settings.current().await;
        let ours = settings.task_router.as_ref().map(|sids| &sids.workspace);
        if ours != event.workspace.as_ref() {
            return Ok(None);
        }
        if event.kind == EventType::WorkerActivity {
            let agent = event.worker.as_ref().and_then(|worker| worker.agent_id.as_deref());
            if let Some((agent, activity)) = agent.zip(event.activity.as_deref()) {
                self.agents.record_activity(agent, activity, Some(event.at)).await?;
            }
            return Ok(None);
        }
        let Some((task, call)) = &event.task else { return Ok(None) };
        let item = self.record(task, call, event).await?;
        let is_over = ENDS.iter().any(|name| item.contains_key(*name));
        if is_over && (event.is_end() || event.kind == EventType::ReservationAccepted) {
            let (call_sid, task_sid) = (call.clone(), task.clone());
            let job = Job::ThankYou { call_sid, task_sid, base_url: base_url.to_owned() };
            self.deliver.send(&job, self.thank_you_delay).await?;
        }
        // An agent at a phone has no page on which to say that the work after a call is done.
        let phone = text_of(&item, "agent_phone").and_then(|it| it.parse::<PhoneNumber>().ok());
        let in_work = matches!(event.kind, EventType::ReservationWrapup | EventType::TaskWrapup);
        if in_work && phone.is_some() {
            self.deliver.send(&Job::CompleteTask { task_sid: task.clone() }, 0).await?;
        }
        Ok(Some(call.clone()))
    }

    async fn record(
        &self,
        task: &TaskSid,
        call: &CallSid,
        event: &TaskEvent,
    ) -> Result<Item, Error> {
        let mut update = Update::of(Calls::task_key(call, task));
        update.set_if_unset("task_sid", text(task.as_str()));
        update.set_if_unset("since", instant(OffsetDateTime::now_utc())?);
        if event.is_callback {
            update.set("is_callback", value(&true)?);
        }
        if let Some(queue) = &event.queue {
            update.set_if_unset("queue", text(queue));
        }
        if let Some((name, age)) = event.age_name().zip(event.age) {
            update.set_if_unset(name, integer(age));
        }
        if let Some(reason) = &event.reason {
            update.set_if_unset("canceled_reason", text(reason));
        }
        if let (EventType::ReservationAccepted, Some(worker)) = (&event.kind, &event.worker) {
            if let Some(phone) = &worker.contact_uri {
                update.set_if_unset("agent_phone", text(phone));
            }
            // The name as we know it, because the customer is told.
            if let Some(id) = &worker.agent_id
                && let Some(agent) = self.agents.get(id).await?
            {
                update.set_if_unset("agent_id", text(id));
                update.set_if_unset("agent_name", text(agent.name));
            }
        }
        update.return_all();
        self.table.update(update).await
    }
}

/// Ends the work after a call that is over, at TaskRouter.
#[derive(Debug)]
pub struct TaskCompletion {
    settings: SettingsStore,
    task_router: TwilioClient,
}

impl TaskCompletion {
    /// A service for the workspace that the settings know of.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self { settings: context.settings()?, task_router: context.task_router()? })
    }

    /// Completes a task, or cancels one that no agent has taken; nothing is done for one that is
    /// over, or gone, already.
    /// <https://www.twilio.com/docs/taskrouter/api/task#task-assignment-status>
    pub async fn complete(&self, task: &TaskSid) -> Result<(), Error> {
        let settings = self.settings.current().await;
        let Some(sids) = &settings.task_router else { return Ok(()) };
        let path = format!("Workspaces/{}/Tasks/{task}", sids.workspace);
        for status in ["completed", "canceled"] {
            let form = [("AssignmentStatus", status), ("Reason", "the call has ended")];
            match self.task_router.change::<serde::de::IgnoredAny>(&path, &form).await {
                Err(TwilioError::Refused { .. }) => {}
                changed => return Ok(changed.map(drop)?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(pairs: &[(&str, &str)]) -> TaskEvent {
        let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        TaskEvent::from_form(&Form::from_pairs(pairs.collect()).unwrap()).unwrap()
    }

    #[test]
    fn an_event_with_attributes_that_are_no_json_is_none_of_a_call() {
        for attributes in ["", "no json", "[1]", r#"{"call_sid": "CA1"}"#, "{}"] {
            let event = event(&[
                ("EventType", "task.created"),
                ("TaskSid", "WT0123456789abcdef0123456789abcdef"),
                ("TaskAttributes", attributes),
                ("Timestamp", "long ago"),
            ]);
            assert!(event.task.is_none(), "{attributes}");
        }
        assert_eq!(event(&[("EventType", "task.set-due-date")]).age_name(), None);
    }
}
