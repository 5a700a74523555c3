//! `Tasks`.
//!
//! <https://www.twilio.com/docs/taskrouter/api/task>

use std::cmp::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::error::ApiError;
use super::super::page;
use super::super::request::{Form, Reply, Request};
use super::reading::{Links, attributes, bad, change, number, read, refuse};
use crate::expression::Documents;
use crate::simulator::Simulator;
use crate::state::faults::TASK_WORDS;
use crate::state::params::Params;
use crate::state::task_router::{
    EventType, NewTask, Task, TaskStatus, Workspace, iso8601, simulated_expression,
};
use crate::task_router::About;

/// The longest that a task may wait, in seconds, and what it waits that does not say so.
const LONGEST_TIMEOUT: u64 = 1_209_600;
const DEFAULT_TIMEOUT: u64 = 86_400;

/// A moment that is not in the future and not before 1900.
fn virtual_start(form: &Form) -> Result<Option<OffsetDateTime>, ApiError> {
    let Some(text) = form.get("VirtualStartTime") else { return Ok(None) };
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| bad(format!("VirtualStartTime must be in ISO 8601: {text}")))?;
    if moment > OffsetDateTime::now_utc() || moment.year() < 1900 {
        return Err(bad("VirtualStartTime can't be in the future or before the year of 1900"));
    }
    Ok(Some(moment))
}

fn priority(form: &Form) -> Result<Option<u32>, ApiError> {
    let priority = number(form, "Priority", (0, i32::MAX as u64))?;
    Ok(priority.and_then(|priority| u32::try_from(priority).ok()))
}

pub(super) fn create(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    let form = &request.form;
    refuse(form, &["RoutingTarget", "IgnoreCapacity", "TaskQueueSid"])?;
    let attributes = attributes(form)?.unwrap_or_else(|| "{}".to_owned());
    let timeout = number(form, "Timeout", (1, LONGEST_TIMEOUT))?.unwrap_or(DEFAULT_TIMEOUT);
    let (priority, virtual_start) = (priority(form)?, virtual_start(form)?);
    change(request, workspace, |desk| {
        // "If there is only one Workflow …, this parameter is optional."
        let workflow = match (form.get("WorkflowSid"), desk.workspace.workflows.as_slice()) {
            (Some(sid), _) => desk.workspace.workflow(sid).map(|it| it.sid.clone()),
            (None, [only]) => Some(only.sid.clone()),
            (None, _) => {
                return Err(bad("Missing required parameter WorkflowSid in the post body"));
            }
        };
        let workflow_sid = workflow.ok_or_else(|| {
            bad(format!("WorkflowSid is no workflow of workspace {}", desk.workspace.sid))
        })?;
        let channel = form.get("TaskChannel").unwrap_or("default");
        let channel = desk.workspace.channel(channel);
        let channel =
            channel.ok_or_else(|| bad("TaskChannel is no task channel of the workspace"))?;
        let new = NewTask {
            attributes,
            call_sid: None,
            workflow_sid,
            priority: priority.unwrap_or(0),
            channel,
            timeout: Duration::from_secs(timeout),
            virtual_start,
        };
        // Only tasks of calls are refused here.
        let sid = desk.add_task(new).map_err(|_| bad("The task matches no target"))?;
        let links = Links::new(request, workspace);
        let task = desk.workspace.task(&sid);
        let shown = task.map(|it| show(desk.workspace, it, request.simulator, &links));
        Ok(Reply::created(shown.unwrap_or_default()))
    })
}

/// Which tasks are wanted.
fn is_wanted(query: &Form, workspace: &Workspace, task: &Task) -> Result<bool, ApiError> {
    let queue = task.queue_sid.as_deref().and_then(|sid| workspace.queue(sid));
    let queue_name = queue.map(|it| it.friendly_name.as_str());
    let workflow = workspace.workflow(&task.workflow_sid).map(|it| it.friendly_name.as_str());
    let statuses = query.get("AssignmentStatus");
    let has_status = |names: &str| names.split(',').any(|name| name.trim() == task.status.as_str());
    let holds = match query.get("EvaluateTaskAttributes") {
        None => true,
        Some(text) => {
            let document = task.document();
            let documents =
                Documents { own: Some(&document), task: Some(&document), ..Documents::default() };
            simulated_expression(text).map_err(bad)?.holds(documents)
        }
    };
    let is = |name: &str, value: Option<&str>| query.get(name).is_none_or(|it| Some(it) == value);
    let priority = task.priority.to_string();
    Ok(!task.deleted
        && holds
        && statuses.is_none_or(has_status)
        && is("Priority", Some(&priority))
        && is("WorkflowSid", Some(&task.workflow_sid))
        && is("WorkflowName", workflow)
        && is("TaskQueueSid", task.queue_sid.as_deref())
        && is("TaskQueueName", queue_name)
        // There are no add-ons here.
        && query.get("HasAddons").is_none_or(|value| value == "false"))
}

/// `Priority:desc,DateCreated:asc` as a list of attributes, and whether the greatest comes first.
fn ordering(text: &str) -> Result<Vec<(&str, bool)>, ApiError> {
    let part = |part: &'_ str| -> Result<(String, bool), ApiError> {
        let (name, order) = part.trim().split_once(':').unwrap_or((part.trim(), "asc"));
        let known = matches!(name, "DateCreated" | "Priority" | "VirtualStartTime");
        match order.to_ascii_lowercase().as_str() {
            "asc" if known => Ok((name.to_owned(), false)),
            "desc" if known => Ok((name.to_owned(), true)),
            _ => Err(bad(format!("Ordering is invalid: {part}"))),
        }
    };
    let parts: Vec<(String, bool)> = text.split(',').map(part).collect::<Result<_, _>>()?;
    let has = |name: &str| parts.iter().any(|(known, _)| known == name);
    if has("DateCreated") && has("VirtualStartTime") {
        return Err(bad("Ordering by both DateCreated and VirtualStartTime is not allowed"));
    }
    const NAMES: [&str; 3] = ["DateCreated", "Priority", "VirtualStartTime"];
    let name = |name: &str| NAMES.iter().find(|known| **known == name).copied().unwrap_or_default();
    Ok(parts.iter().map(|(known, greatest)| (name(known), *greatest)).collect())
}

fn compare(left: &Task, right: &Task, order: &[(&str, bool)]) -> Ordering {
    order.iter().fold(Ordering::Equal, |so_far, (name, greatest)| {
        let order = match *name {
            "Priority" => left.priority.cmp(&right.priority),
            "VirtualStartTime" => left.virtual_start.cmp(&right.virtual_start),
            _ => left.created.cmp(&right.created),
        };
        so_far.then(if *greatest { order.reverse() } else { order })
    })
}

pub(super) fn list(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    let query = &request.query;
    refuse(query, &["RoutingTarget"])?;
    let order = ordering(query.get("Ordering").unwrap_or("DateCreated:asc"))?;
    read(request, workspace, |_, it| {
        let mut tasks = Vec::new();
        for task in &it.tasks {
            if is_wanted(query, it, task)? {
                tasks.push(task);
            }
        }
        tasks.sort_by(|left, right| compare(left, right, &order));
        let links = Links::new(request, workspace);
        let shown = |task: &&Task| (task.sid.clone(), show(it, task, request.simulator, &links));
        Ok(page::with_meta(request, "tasks", tasks.iter().map(shown).collect()))
    })
}

/// A task that REST shows.
pub(super) fn find<'a>(
    request: &Request<'_>,
    workspace: &'a Workspace,
    sid: &str,
) -> Result<&'a Task, ApiError> {
    let found = workspace.task(sid).filter(|task| !task.deleted);
    found.ok_or_else(|| ApiError::not_found(request.uri.path()))
}

pub(super) fn fetch(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    read(request, workspace, |_, it| {
        let task = find(request, it, sid)?;
        Ok(Reply::ok(show(it, task, request.simulator, &Links::new(request, workspace))))
    })
}

pub(super) fn update(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    let form = &request.form;
    let (attributes, priority) = (attributes(form)?, priority(form)?);
    let virtual_start = virtual_start(form)?;
    change(request, workspace, |desk| {
        let task = find(request, desk.workspace, sid)?;
        let next = form.get("AssignmentStatus").map(|to| next_status(task, to)).transpose()?;
        let reason = form.get("Reason");
        if next.is_some_and(TaskStatus::is_final) && reason.is_none() {
            return Err(bad("Reason is required when a task is canceled or completed"));
        }
        let channel = form.get("TaskChannel").map(|key| {
            let channel = desk.workspace.channel(key);
            channel.ok_or_else(|| bad("TaskChannel is no task channel of the workspace"))
        });
        let channel = channel.transpose()?;
        if let Some(task) = desk.workspace.task_mut(sid) {
            if let Some(attributes) = &attributes {
                task.attributes.clone_from(attributes);
            }
            task.priority = priority.unwrap_or(task.priority);
            task.virtual_start = virtual_start.unwrap_or(task.virtual_start);
            task.channel = channel.unwrap_or(task.channel);
            task.touch();
        }
        match next {
            None => {}
            Some(TaskStatus::Canceled) => {
                desk.cancel(sid, reason.unwrap_or_default());
                desk.tell_caller(sid);
            }
            Some(TaskStatus::Completed) => desk.complete(sid, reason.unwrap_or_default()),
            Some(_) => desk.wrap(sid),
        }
        // Also after the task's end: so it was seen on a live account.
        desk.tell(EventType::TaskUpdated, About::Task(sid), Params::default());
        let links = Links::new(request, workspace);
        let shown =
            desk.workspace.task(sid).map(|it| show(desk.workspace, it, request.simulator, &links));
        Ok(Reply::ok(shown.unwrap_or_default()))
    })
}

/// The status that an app gives a task, if it may have it now.
fn next_status(task: &Task, to: &str) -> Result<TaskStatus, ApiError> {
    let (next, from): (TaskStatus, &[TaskStatus]) = match to {
        "canceled" => (TaskStatus::Canceled, &[TaskStatus::Pending, TaskStatus::Reserved]),
        "completed" => (TaskStatus::Completed, &[TaskStatus::Assigned, TaskStatus::Wrapping]),
        "wrapping" => (TaskStatus::Wrapping, &[TaskStatus::Assigned]),
        other => return Err(bad(format!("AssignmentStatus cannot be set to {other}"))),
    };
    if from.contains(&task.status) {
        return Ok(next);
    }
    let names: Vec<&str> = from.iter().map(|status| status.as_str()).collect();
    Err(bad(format!(
        "Task {} cannot be {to} because it is not currently {}: it is {}",
        task.sid,
        names.join(" or "),
        task.status.as_str()
    )))
}

pub(super) fn delete(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    change(request, workspace, |desk| {
        find(request, desk.workspace, sid)?;
        desk.tell(EventType::TaskDeleted, About::Task(sid), Params::default());
        desk.remove(sid);
        Ok(Reply::Deleted)
    })
}

fn show(workspace: &Workspace, task: &Task, simulator: &Simulator, links: &Links<'_>) -> Value {
    let odd = simulator.dice().unknown_word("rest task", &TASK_WORDS);
    let queue = task.queue_sid.as_deref().and_then(|sid| workspace.queue(sid));
    let workflow = workspace.workflow(&task.workflow_sid);
    let url = format!("Tasks/{}", task.sid);
    json!({
        "account_sid": links.account,
        "addons": "{}",
        "age": simulator.clock.since(task.born).as_secs(),
        "assignment_status": odd.unwrap_or(task.status.as_str()),
        "attributes": task.attributes,
        "date_created": iso8601(task.created),
        "date_updated": iso8601(task.updated),
        "ignore_capacity": false,
        "links": {
            "reservations": links.to(&format!("{url}/Reservations")),
            "task_queue": queue.map(|it| links.to(&format!("TaskQueues/{}", it.sid))),
            "workflow": links.to(&format!("Workflows/{}", task.workflow_sid)),
            "workspace": links.to(""),
        },
        "priority": task.priority,
        "reason": task.reason,
        "routing_target": null,
        "sid": task.sid,
        "task_channel_sid": workspace.channel_sid(task.channel),
        "task_channel_unique_name": task.channel,
        "task_queue_entered_date": task.queue_entered.map(iso8601),
        "task_queue_friendly_name": queue.map(|it| &it.friendly_name),
        "task_queue_sid": queue.map(|it| &it.sid),
        "timeout": task.timeout.as_secs(),
        "url": links.to(&url),
        "virtual_start_time": iso8601(task.virtual_start),
        "workflow_friendly_name": workflow.map(|it| &it.friendly_name),
        "workflow_sid": task.workflow_sid,
        "workspace_sid": workspace.sid,
    })
}
