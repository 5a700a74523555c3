//! `Workers`.
//!
//! <https://www.twilio.com/docs/taskrouter/api/worker>

use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::super::error::ApiError;
use super::super::page;
use super::super::request::{Reply, Request};
use super::reading::{Links, attributes, bad, change, flag, name, read, refuse, required};
use crate::expression::Documents;
use crate::sid;
use crate::state::params::Params;
use crate::state::task_router::{
    EventType, Reservation, Worker, Workspace, iso8601, simulated_expression,
};
use crate::task_router::About;

/// "Friendly names are case insensitive, and unique within the TaskRouter Workspace."
fn check_name(workspace: &Workspace, name: &str, sid: &str) -> Result<(), ApiError> {
    let taken =
        |it: &Worker| it.friendly_name.to_lowercase() == name.to_lowercase() && it.sid != sid;
    match workspace.workers.iter().any(taken) {
        true => Err(bad("Worker with the same friendly name already exists")),
        false => Ok(()),
    }
}

fn check_activity(workspace: &Workspace, sid: Option<&str>) -> Result<(), ApiError> {
    match sid.filter(|sid| workspace.activity(sid).is_none()) {
        Some(sid) => {
            Err(bad(format!("ActivitySid {sid} is no activity of workspace {}", workspace.sid)))
        }
        None => Ok(()),
    }
}

pub(super) fn create(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    let form = &request.form;
    required(form, "FriendlyName")?;
    let name = name(form, "FriendlyName")?.unwrap_or_default();
    let attributes = attributes(form)?.unwrap_or_else(|| "{}".to_owned());
    change(request, workspace, |desk| {
        check_name(desk.workspace, name, "")?;
        check_activity(desk.workspace, form.get("ActivitySid"))?;
        let activity = form.get("ActivitySid").unwrap_or(&desk.workspace.default_activity_sid);
        let now = OffsetDateTime::now_utc();
        let sid = sid::new("WK");
        let worker = Worker {
            sid: sid.clone(),
            friendly_name: name.to_owned(),
            attributes,
            activity_sid: activity.to_owned(),
            created: now,
            updated: now,
            status_changed: now,
            in_activity_since: Instant::now(),
            idle_since: 0,
            version: 0,
            callbacks: None,
        };
        desk.workspace.workers.push(worker);
        desk.workspace.becomes_idle(&sid);
        desk.tell(EventType::WorkerCreated, About::Worker(&sid), Params::default());
        let links = Links::new(request, workspace);
        let shown = desk.workspace.worker(&sid).map(|it| show(desk.workspace, it, &links));
        Ok(Reply::created(shown.unwrap_or_default()))
    })
}

pub(super) fn list(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    let query = &request.query;
    refuse(query, &["Ordering"])?;
    let expression = query.get("TargetWorkersExpression");
    let expression = expression.map(simulated_expression).transpose().map_err(bad)?;
    change(request, workspace, |desk| {
        let it = &*desk.workspace;
        let in_queue = |worker: &Worker| {
            let mut queues = it.queues.iter().filter(|queue| {
                query.get("TaskQueueSid").is_none_or(|sid| queue.sid == sid)
                    && query.get("TaskQueueName").is_none_or(|name| queue.friendly_name == name)
            });
            let asked = query.get("TaskQueueSid").is_some() || query.get("TaskQueueName").is_some();
            !asked || queues.any(|queue| desk.serves(worker, queue))
        };
        let wanted = |worker: &&Worker| {
            let own = desk.document_of(worker);
            let documents =
                Documents { own: Some(&own), worker: Some(&own), ..Documents::default() };
            let activity = it.activity(&worker.activity_sid);
            let named = activity.map(|activity| activity.friendly_name.as_str());
            let is_available = it.is_available(worker);
            query.get("FriendlyName").is_none_or(|name| worker.friendly_name == name)
                && query.get("ActivitySid").is_none_or(|sid| worker.activity_sid == sid)
                && query.get("ActivityName").is_none_or(|name| named == Some(name))
                && flag(query, "Available").is_none_or(|available| is_available == available)
                && expression.as_ref().is_none_or(|expression| expression.holds(documents))
                && in_queue(worker)
        };
        let links = Links::new(request, workspace);
        let shown = |worker: &Worker| (worker.sid.clone(), show(it, worker, &links));
        let all = it.workers.iter().filter(wanted).map(shown).collect();
        Ok(page::with_meta(request, "workers", all))
    })
}

pub(super) fn fetch(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    read(request, workspace, |_, it| {
        let found = it.worker(sid).ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        Ok(Reply::ok(show(it, found, &Links::new(request, workspace))))
    })
}

pub(super) fn update(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    let form = &request.form;
    let (new_name, attributes) = (name(form, "FriendlyName")?, attributes(form)?);
    let activity = form.get("ActivitySid");
    let rejects = flag(form, "RejectPendingReservations").unwrap_or(false);
    change(request, workspace, |desk| {
        if desk.workspace.worker(sid).is_none() {
            return Err(ApiError::not_found(request.uri.path()));
        }
        check_activity(desk.workspace, activity)?;
        if let Some(name) = new_name {
            check_name(desk.workspace, name, sid)?;
        }
        let to = activity.and_then(|sid| desk.workspace.activity(sid));
        if rejects && to.is_none_or(|activity| activity.available) {
            let message =
                "RejectPendingReservations is only valid with an ActivitySid that is not available";
            return Err(bad(message));
        }
        if let Some(worker) = desk.workspace.worker_mut(sid) {
            worker.updated = OffsetDateTime::now_utc();
            worker.version += 1;
            if let Some(name) = new_name {
                worker.friendly_name = name.to_owned();
            }
        }
        if let Some(attributes) = attributes {
            let worker = desk.workspace.worker_mut(sid);
            if worker.is_some_and(|it| {
                std::mem::replace(&mut it.attributes, attributes.clone()) != attributes
            }) {
                let event = EventType::WorkerAttributesUpdate;
                desk.tell(event, About::Worker(sid), Params::default());
            }
        }
        if let Some(activity) = activity {
            desk.set_activity(sid, activity);
        }
        for reservation in desk.offers_to(sid).iter().filter(|_| rejects) {
            // It was pending a moment ago, under the same lock.
            let _ = desk.reject(reservation, None);
        }
        let links = Links::new(request, workspace);
        let shown = desk.workspace.worker(sid).map(|it| show(desk.workspace, it, &links));
        Ok(Reply::ok(shown.unwrap_or_default()))
    })
}

/// Deletes a worker who is neither available nor has anything to do.
pub(super) fn delete(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    change(request, workspace, |desk| {
        let found = desk.workspace.worker(sid);
        let worker = found.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        let busy = |it: &Reservation| it.worker_sid == sid && it.is_open();
        if desk.workspace.reservations.iter().any(busy) {
            return Err(bad(format!("Worker {sid} has reservations that are not over")));
        }
        if desk.workspace.is_available(worker) {
            return Err(bad(format!("Worker {sid} is available: it cannot be deleted")));
        }
        desk.tell(EventType::WorkerDeleted, About::Worker(sid), Params::default());
        desk.workspace.workers.retain(|it| it.sid != sid);
        Ok(Reply::Deleted)
    })
}

fn show(workspace: &Workspace, worker: &Worker, links: &Links<'_>) -> Value {
    let activity = workspace.activity(&worker.activity_sid);
    let url = format!("Workers/{}", worker.sid);
    json!({
        "account_sid": links.account,
        "activity_name": activity.map(|it| &it.friendly_name),
        "activity_sid": worker.activity_sid,
        "attributes": worker.attributes,
        "available": activity.is_some_and(|it| it.available),
        "date_created": iso8601(worker.created),
        "date_status_changed": iso8601(worker.status_changed),
        "date_updated": iso8601(worker.updated),
        "friendly_name": worker.friendly_name,
        "links": {
            "activity": links.to(&format!("Activities/{}", worker.activity_sid)),
            "channels": links.to(&format!("{url}/Channels")),
            "cumulative_statistics": links.to("Workers/CumulativeStatistics"),
            "real_time_statistics": links.to("Workers/RealTimeStatistics"),
            "reservations": links.to(&format!("{url}/Reservations")),
            "statistics": links.to("Workers/Statistics"),
            "worker_channels": links.to(&format!("{url}/Channels")),
            "worker_statistics": links.to(&format!("{url}/Statistics")),
            "workspace": links.to(""),
        },
        "sid": worker.sid,
        "url": links.to(&url),
        "workspace_sid": workspace.sid,
    })
}
