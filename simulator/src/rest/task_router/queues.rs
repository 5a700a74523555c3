//! `TaskQueues`.
//!
//! <https://www.twilio.com/docs/taskrouter/api/task-queue>

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::super::error::ApiError;
use super::super::page;
use super::super::request::{Form, Reply, Request};
use super::reading::{Links, bad, change, name, number, read, refuse, required};
use crate::expression::Expression;
use crate::sid;
use crate::state::params::Params;
use crate::state::task_router::{
    EventType, QueueOrder, TaskQueue, Workspace, iso8601, simulated_expression,
};
use crate::task_router::{About, Desk};

/// Parameters of single-tasking workspaces that the simulator does not carry out, and filters.
const UNSUPPORTED: [&str; 2] = ["ReservationActivitySid", "AssignmentActivitySid"];

/// Whom tasks in a queue can go to; an empty text is for nobody.
pub(super) fn expression(text: &str) -> Result<Option<Expression>, ApiError> {
    match text.trim() {
        "" => Ok(None),
        text => simulated_expression(text).map(Some).map_err(bad),
    }
}

fn configure(queue: &mut TaskQueue, form: &Form) -> Result<(), ApiError> {
    refuse(form, &UNSUPPORTED)?;
    if let Some(name) = name(form, "FriendlyName")? {
        queue.friendly_name = name.to_owned();
    }
    if let Some(text) = form.sent("TargetWorkers") {
        queue.target_workers = expression(text)?;
    }
    if let Some(most) = number(form, "MaxReservedWorkers", (1, 50))? {
        queue.max_reserved = usize::try_from(most).unwrap_or(1);
    }
    if let Some(order) = form.get("TaskOrder") {
        let order = QueueOrder::parse(order);
        queue.order = order.ok_or_else(|| bad("TaskOrder must be FIFO or LIFO"))?;
    }
    queue.updated = OffsetDateTime::now_utc();
    Ok(())
}

fn check_name(
    request: &Request<'_>,
    workspace: &Workspace,
    queue: &TaskQueue,
) -> Result<(), ApiError> {
    let name = &queue.friendly_name;
    if workspace.queues.iter().any(|it| it.friendly_name == *name && it.sid != queue.sid) {
        return Err(bad(format!(
            "Queue named {name} already exists for workspace {} for account {}",
            workspace.sid, request.simulator.account_sid
        )));
    }
    Ok(())
}

fn tell(desk: &mut Desk<'_>, event: EventType, queue: &TaskQueue) {
    let own = [
        ("TaskQueueSid", queue.sid.as_str()),
        ("TaskQueueName", &queue.friendly_name),
        ("TaskQueueTargetExpression", queue.target_workers.as_ref().map_or("", |it| &it.text)),
    ];
    desk.tell(event, About::Part(&queue.sid, &own), Params::default());
}

pub(super) fn create(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    required(&request.form, "FriendlyName")?;
    let now = OffsetDateTime::now_utc();
    let mut queue = TaskQueue {
        sid: sid::new("WQ"),
        friendly_name: String::new(),
        target_workers: expression("1==1")?,
        max_reserved: 1,
        order: QueueOrder::Fifo,
        created: now,
        updated: now,
    };
    configure(&mut queue, &request.form)?;
    change(request, workspace, |desk| {
        check_name(request, desk.workspace, &queue)?;
        desk.workspace.queues.push(queue.clone());
        tell(desk, EventType::TaskQueueCreated, &queue);
        Ok(Reply::created(show(&queue, &Links::new(request, workspace), workspace)))
    })
}

pub(super) fn list(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    refuse(&request.query, &["EvaluateWorkerAttributes", "Ordering"])?;
    let query = &request.query;
    let (named, worker) = (query.get("FriendlyName"), query.get("WorkerSid"));
    change(request, workspace, |desk| {
        let serves = |queue: &TaskQueue| match worker {
            None => true,
            Some(sid) => desk.workspace.worker(sid).is_some_and(|it| desk.serves(it, queue)),
        };
        let wanted =
            |it: &&TaskQueue| named.is_none_or(|name| it.friendly_name == name) && serves(it);
        let links = Links::new(request, workspace);
        let shown = |it: &TaskQueue| (it.sid.clone(), show(it, &links, workspace));
        let all = desk.workspace.queues.iter().filter(wanted).map(shown).collect();
        Ok(page::with_meta(request, "task_queues", all))
    })
}

pub(super) fn fetch(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    read(request, workspace, |_, it| {
        let found = it.queue(sid).ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        Ok(Reply::ok(show(found, &Links::new(request, workspace), workspace)))
    })
}

pub(super) fn update(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    change(request, workspace, |desk| {
        let found = desk.workspace.queue(sid).cloned();
        let before = found.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        let mut queue = before.clone();
        configure(&mut queue, &request.form)?;
        check_name(request, desk.workspace, &queue)?;
        if let Some(place) = desk.workspace.queues.iter_mut().find(|it| it.sid == sid) {
            *place = queue.clone();
        }
        if queue.target_workers != before.target_workers {
            tell(desk, EventType::TaskQueueExpressionUpdated, &queue);
        }
        Ok(Reply::ok(show(&queue, &Links::new(request, workspace), workspace)))
    })
}

pub(super) fn delete(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    change(request, workspace, |desk| {
        let found = desk.workspace.queue(sid).cloned();
        let queue = found.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        let names = |it: &crate::state::task_router::Workflow| {
            it.configuration.queues().any(|queue| queue == sid)
        };
        if let Some(workflow) = desk.workspace.workflows.iter().find(|it| names(it)) {
            return Err(bad(format!("TaskQueue {sid} is in use by workflow {}", workflow.sid)));
        }
        let waits = |it: &crate::state::task_router::Task| {
            it.queue_sid.as_deref() == Some(sid) && !it.status.is_final() && !it.deleted
        };
        if desk.workspace.tasks.iter().any(waits) {
            return Err(bad(format!("TaskQueue {sid} still has tasks")));
        }
        desk.workspace.queues.retain(|it| it.sid != sid);
        tell(desk, EventType::TaskQueueDeleted, &queue);
        Ok(Reply::Deleted)
    })
}

fn show(queue: &TaskQueue, links: &Links<'_>, workspace: &str) -> Value {
    let url = format!("TaskQueues/{}", queue.sid);
    json!({
        "account_sid": links.account,
        "assignment_activity_name": null,
        "assignment_activity_sid": null,
        "date_created": iso8601(queue.created),
        "date_updated": iso8601(queue.updated),
        "friendly_name": queue.friendly_name,
        "links": {
            "bulk_real_time_statistics": links.to("TaskQueues/RealTimeStatistics"),
            "cumulative_statistics": links.to(&format!("{url}/CumulativeStatistics")),
            "list_statistics": links.to("TaskQueues/Statistics"),
            "real_time_statistics": links.to(&format!("{url}/RealTimeStatistics")),
            "statistics": links.to(&format!("{url}/Statistics")),
            "workspace": links.to(""),
        },
        "max_reserved_workers": queue.max_reserved,
        "reservation_activity_name": null,
        "reservation_activity_sid": null,
        "sid": queue.sid,
        "target_workers": queue.target_workers.as_ref().map(|it| &it.text),
        "task_order": queue.order.as_str(),
        "url": links.to(&url),
        "workspace_sid": workspace,
    })
}
