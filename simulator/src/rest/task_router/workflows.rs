//! `Workflows`.
//!
//! <https://www.twilio.com/docs/taskrouter/api/workflow>

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::super::error::ApiError;
use super::super::page;
use super::super::request::{Form, Reply, Request};
use super::reading::{Links, bad, change, name, number, read, required, url};
use crate::sid;
use crate::state::params::Params;
use crate::state::task_router::{Configuration, EventType, Task, Workflow, Workspace, iso8601};
use crate::task_router::{About, Desk};

/// The longest that a worker may take to react, in seconds.
const LONGEST_RESERVATION: u64 = 86_400;

fn configure(workflow: &mut Workflow, workspace: &Workspace, form: &Form) -> Result<(), ApiError> {
    if form.get("ReEvaluateTasks").is_some_and(|value| value != "false") {
        return Err(ApiError::unsupported("ReEvaluateTasks"));
    }
    if let Some(name) = name(form, "FriendlyName")? {
        workflow.friendly_name = name.to_owned();
    }
    if let Some(url) = url(form, "AssignmentCallbackUrl")? {
        workflow.assignment_url = url;
    }
    if let Some(url) = url(form, "FallbackAssignmentCallbackUrl")? {
        workflow.fallback_url = url;
    }
    if let Some(text) = form.get("Configuration") {
        let configuration = Configuration::parse(text).map_err(bad)?;
        if let Some(sid) = configuration.queues().find(|sid| workspace.queue(sid).is_none()) {
            return Err(bad(format!(
                "Configuration names a queue {sid} that does not exist in workspace {}",
                workspace.sid
            )));
        }
        workflow.configuration = configuration;
        workflow.text = text.to_owned();
    }
    if let Some(seconds) = number(form, "TaskReservationTimeout", (1, LONGEST_RESERVATION))? {
        workflow.reservation_timeout = u32::try_from(seconds).unwrap_or(120);
    }
    let taken =
        |it: &Workflow| it.friendly_name == workflow.friendly_name && it.sid != workflow.sid;
    if workspace.workflows.iter().any(taken) {
        return Err(bad(format!(
            "Workflow named {} already exists for workspace {}",
            workflow.friendly_name, workspace.sid
        )));
    }
    workflow.updated = OffsetDateTime::now_utc();
    Ok(())
}

fn tell(desk: &mut Desk<'_>, event: EventType, workflow: &Workflow) {
    let own = [("WorkflowSid", workflow.sid.as_str()), ("WorkflowName", &workflow.friendly_name)];
    desk.tell(event, About::Part(&workflow.sid, &own), Params::default());
}

pub(super) fn create(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    required(&request.form, "FriendlyName")?;
    required(&request.form, "Configuration")?;
    let now = OffsetDateTime::now_utc();
    let mut workflow = Workflow {
        sid: sid::new("WW"),
        friendly_name: String::new(),
        assignment_url: None,
        fallback_url: None,
        reservation_timeout: 120,
        text: String::new(),
        configuration: Configuration::default(),
        created: now,
        updated: now,
    };
    change(request, workspace, |desk| {
        configure(&mut workflow, desk.workspace, &request.form)?;
        desk.workspace.workflows.push(workflow.clone());
        tell(desk, EventType::WorkflowCreated, &workflow);
        Ok(Reply::created(show(&workflow, &Links::new(request, workspace), workspace)))
    })
}

pub(super) fn list(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    let named = request.query.get("FriendlyName");
    read(request, workspace, |_, it| {
        let wanted = |it: &&Workflow| named.is_none_or(|name| it.friendly_name == name);
        let links = Links::new(request, workspace);
        let shown = |it: &Workflow| (it.sid.clone(), show(it, &links, workspace));
        let all = it.workflows.iter().filter(wanted).map(shown).collect();
        Ok(page::with_meta(request, "workflows", all))
    })
}

pub(super) fn fetch(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    read(request, workspace, |_, it| {
        let found = it.workflow(sid).ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        Ok(Reply::ok(show(found, &Links::new(request, workspace), workspace)))
    })
}

pub(super) fn update(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    change(request, workspace, |desk| {
        let found = desk.workspace.workflow(sid).cloned();
        let mut workflow = found.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        configure(&mut workflow, desk.workspace, &request.form)?;
        if let Some(place) = desk.workspace.workflows.iter_mut().find(|it| it.sid == sid) {
            *place = workflow.clone();
        }
        tell(desk, EventType::WorkflowUpdated, &workflow);
        Ok(Reply::ok(show(&workflow, &Links::new(request, workspace), workspace)))
    })
}

pub(super) fn delete(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    change(request, workspace, |desk| {
        let found = desk.workspace.workflow(sid).cloned();
        let workflow = found.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        let goes_on = |it: &Task| it.workflow_sid == sid && !it.status.is_final() && !it.deleted;
        if desk.workspace.tasks.iter().any(goes_on) {
            return Err(bad(format!("Workflow {sid} still has tasks")));
        }
        desk.workspace.workflows.retain(|it| it.sid != sid);
        tell(desk, EventType::WorkflowDeleted, &workflow);
        Ok(Reply::Deleted)
    })
}

fn show(workflow: &Workflow, links: &Links<'_>, workspace: &str) -> Value {
    let url = format!("Workflows/{}", workflow.sid);
    json!({
        "account_sid": links.account,
        "assignment_callback_url": workflow.assignment_url,
        "configuration": workflow.text,
        "date_created": iso8601(workflow.created),
        "date_updated": iso8601(workflow.updated),
        "document_content_type": "application/json",
        "fallback_assignment_callback_url": workflow.fallback_url,
        "friendly_name": workflow.friendly_name,
        "links": {
            "cumulative_statistics": links.to(&format!("{url}/CumulativeStatistics")),
            "real_time_statistics": links.to(&format!("{url}/RealTimeStatistics")),
            "statistics": links.to(&format!("{url}/Statistics")),
        },
        "sid": workflow.sid,
        "task_reservation_timeout": workflow.reservation_timeout,
        "url": links.to(&url),
        "workspace_sid": workspace,
    })
}
