//! `Workspaces`.
//!
//! <https://www.twilio.com/docs/taskrouter/api/workspace>

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::super::error::ApiError;
use super::super::page;
use super::super::request::{Form, Reply, Request};
use super::reading::{Links, bad, change, flag, name, read, required, url};
use crate::sid;
use crate::state::params::Params;
use crate::state::task_router::{
    Configuration, EventType, QueueOrder, TaskQueue, Workflow, Workspace, iso8601,
};
use crate::task_router::About;

fn configure(workspace: &mut Workspace, form: &Form) -> Result<(), ApiError> {
    if let Some(name) = name(form, "FriendlyName")? {
        workspace.friendly_name = name.to_owned();
    }
    if let Some(url) = url(form, "EventCallbackUrl")? {
        workspace.event_callback_url = url;
    }
    if let Some(filter) = form.sent("EventsFilter") {
        workspace.events_filter = Some(filter.to_owned()).filter(|filter| !filter.is_empty());
    }
    if let Some(multi_task) = flag(form, "MultiTaskEnabled") {
        workspace.multi_task = multi_task;
    }
    if let Some(order) = form.get("PrioritizeQueueOrder") {
        let order = QueueOrder::parse(order);
        workspace.prioritized =
            order.ok_or_else(|| bad("PrioritizeQueueOrder must be FIFO or LIFO"))?;
    }
    for (name, is_default) in [("DefaultActivitySid", true), ("TimeoutActivitySid", false)] {
        let Some(sid) = form.get(name) else { continue };
        if workspace.activity(sid).is_none() {
            return Err(bad(format!("{name} {sid} is no activity of workspace {}", workspace.sid)));
        }
        let place = match is_default {
            true => &mut workspace.default_activity_sid,
            false => &mut workspace.timeout_activity_sid,
        };
        *place = sid.to_owned();
    }
    workspace.updated = OffsetDateTime::now_utc();
    Ok(())
}

/// "a single TaskQueue for first-in, first-out distribution", as a live account has it.
fn fifo(workspace: &mut Workspace) {
    let now = OffsetDateTime::now_utc();
    let queue = TaskQueue {
        sid: sid::new("WQ"),
        friendly_name: "Sample Queue".to_owned(),
        target_workers: super::queues::expression("1==1").ok().flatten(),
        max_reserved: 1,
        order: QueueOrder::Fifo,
        created: now,
        updated: now,
    };
    let text = json!({"task_routing": {"default_filter": {"queue": queue.sid}}}).to_string();
    workspace.workflows.push(Workflow {
        sid: sid::new("WW"),
        friendly_name: "Default Fifo Workflow".to_owned(),
        assignment_url: None,
        fallback_url: None,
        reservation_timeout: 120,
        configuration: Configuration::parse(&text).unwrap_or_default(),
        text,
        created: now,
        updated: now,
    });
    workspace.queues.push(queue);
}

pub(super) fn create(request: &Request<'_>) -> Result<Reply, ApiError> {
    let form = &request.form;
    required(form, "FriendlyName")?;
    let mut workspace = Workspace::new("");
    configure(&mut workspace, form)?;
    match form.get("Template") {
        None | Some("NONE") => {}
        Some("FIFO") => fifo(&mut workspace),
        Some(other) => return Err(bad(format!("Template must be NONE or FIFO: {other}"))),
    }
    let sid = workspace.sid.clone();
    // Its name may be another one's too.
    request.simulator.state().task_router.workspaces.push(workspace);
    change(request, &sid, |desk| {
        desk.tell(EventType::WorkspaceCreated, About::Part(&sid, &[]), Params::default());
        Ok(Reply::created(show(desk.workspace, &Links::new(request, &sid))))
    })
}

pub(super) fn list(request: &Request<'_>) -> Result<Reply, ApiError> {
    let named = request.query.get("FriendlyName");
    let state = request.simulator.state();
    let wanted = |it: &&Workspace| named.is_none_or(|name| it.friendly_name == name);
    let shown = |it: &Workspace| (it.sid.clone(), show(it, &Links::new(request, &it.sid)));
    let all = state.task_router.workspaces.iter().filter(wanted).map(shown).collect();
    Ok(page::with_meta(request, "workspaces", all))
}

pub(super) fn fetch(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    read(request, sid, |_, it| Ok(Reply::ok(show(it, &Links::new(request, sid)))))
}

pub(super) fn update(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    change(request, sid, |desk| {
        configure(desk.workspace, &request.form)?;
        desk.tell(EventType::WorkspaceUpdated, About::Part(sid, &[]), Params::default());
        Ok(Reply::ok(show(desk.workspace, &Links::new(request, sid))))
    })
}

pub(super) fn delete(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    change(request, sid, |desk| {
        desk.tell(EventType::WorkspaceDeleted, About::Part(sid, &[]), Params::default());
        Ok(())
    })?;
    request.simulator.state().task_router.workspaces.retain(|it| it.sid != sid);
    Ok(Reply::Deleted)
}

fn show(workspace: &Workspace, links: &Links<'_>) -> Value {
    let name = |sid: &str| workspace.activity(sid).map(|it| it.friendly_name.clone());
    json!({
        "account_sid": links.account,
        "date_created": iso8601(workspace.created),
        "date_updated": iso8601(workspace.updated),
        "default_activity_name": name(&workspace.default_activity_sid),
        "default_activity_sid": workspace.default_activity_sid,
        "event_callback_url": workspace.event_callback_url,
        "events_filter": workspace.events_filter,
        "friendly_name": workspace.friendly_name,
        "links": {
            "activities": links.to("Activities"),
            "cumulative_statistics": links.to("CumulativeStatistics"),
            "events": links.to("Events"),
            "real_time_statistics": links.to("RealTimeStatistics"),
            "statistics": links.to("Statistics"),
            "task_channels": links.to("TaskChannels"),
            "task_queues": links.to("TaskQueues"),
            "tasks": links.to("Tasks"),
            "workers": links.to("Workers"),
            "workflows": links.to("Workflows"),
        },
        "multi_task_enabled": workspace.multi_task,
        "prioritize_queue_order": workspace.prioritized.as_str(),
        "sid": workspace.sid,
        "timeout_activity_name": name(&workspace.timeout_activity_sid),
        "timeout_activity_sid": workspace.timeout_activity_sid,
        "url": links.to(""),
    })
}
