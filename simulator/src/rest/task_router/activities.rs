//! `Activities`.
//!
//! <https://www.twilio.com/docs/taskrouter/api/activity>

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::super::error::ApiError;
use super::super::page;
use super::super::request::{Reply, Request};
use super::reading::{Links, bad, change, flag, name, read, required};
use crate::state::params::Params;
use crate::state::task_router::{Activity, EventType, Workspace, iso8601};
use crate::task_router::{About, Desk};

fn tell(desk: &mut Desk<'_>, event: EventType, activity: &Activity) {
    let available = activity.available.to_string();
    let own = [
        ("ActivitySid", activity.sid.as_str()),
        ("ActivityName", &activity.friendly_name),
        ("ActivityAvailable", &available),
    ];
    desk.tell(event, About::Part(&activity.sid, &own), Params::default());
}

fn check_name(workspace: &Workspace, name: &str, sid: &str) -> Result<(), ApiError> {
    let taken = |it: &Activity| it.friendly_name == name && it.sid != sid;
    match workspace.activities.iter().any(taken) {
        true => Err(bad(format!(
            "Activity named {name} already exists for workspace {}",
            workspace.sid
        ))),
        false => Ok(()),
    }
}

pub(super) fn create(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    let form = &request.form;
    required(form, "FriendlyName")?;
    let name = name(form, "FriendlyName")?.unwrap_or_default();
    change(request, workspace, |desk| {
        check_name(desk.workspace, name, "")?;
        let activity = Activity::new(name, flag(form, "Available").unwrap_or(false));
        desk.workspace.activities.push(activity.clone());
        tell(desk, EventType::ActivityCreated, &activity);
        Ok(Reply::created(show(&activity, &Links::new(request, workspace), workspace)))
    })
}

pub(super) fn list(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    let (named, available) = (request.query.get("FriendlyName"), flag(&request.query, "Available"));
    read(request, workspace, |_, it| {
        let wanted = |it: &&Activity| {
            named.is_none_or(|name| it.friendly_name == name)
                && available.is_none_or(|available| it.available == available)
        };
        let links = Links::new(request, workspace);
        let shown = |it: &Activity| (it.sid.clone(), show(it, &links, workspace));
        let all = it.activities.iter().filter(wanted).map(shown).collect();
        Ok(page::with_meta(request, "activities", all))
    })
}

pub(super) fn fetch(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    read(request, workspace, |_, it| {
        let found = it.activity(sid).ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        Ok(Reply::ok(show(found, &Links::new(request, workspace), workspace)))
    })
}

/// Renames an activity; whether it is available cannot be changed, and Twilio says nothing of the
/// attempt.
pub(super) fn update(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    let new_name = name(&request.form, "FriendlyName")?;
    change(request, workspace, |desk| {
        if let Some(name) = new_name {
            check_name(desk.workspace, name, sid)?;
        }
        let activity = desk.workspace.activities.iter_mut().find(|it| it.sid == sid);
        let activity = activity.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        if let Some(name) = new_name {
            activity.friendly_name = name.to_owned();
        }
        activity.updated = OffsetDateTime::now_utc();
        let activity = activity.clone();
        tell(desk, EventType::ActivityUpdated, &activity);
        Ok(Reply::ok(show(&activity, &Links::new(request, workspace), workspace)))
    })
}

pub(super) fn delete(request: &Request<'_>, workspace: &str, sid: &str) -> Result<Reply, ApiError> {
    change(request, workspace, |desk| {
        let found = desk.workspace.activity(sid).cloned();
        let activity = found.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        let of_workspace =
            [&desk.workspace.default_activity_sid, &desk.workspace.timeout_activity_sid];
        if of_workspace.contains(&&activity.sid) {
            let message = format!(
                "Activity {sid} is the default or timeout activity of workspace {workspace}"
            );
            return Err(bad(message));
        }
        if desk.workspace.workers.iter().any(|worker| worker.activity_sid == sid) {
            return Err(bad(format!("Activity {sid} is in use by at least one worker")));
        }
        desk.workspace.activities.retain(|it| it.sid != sid);
        tell(desk, EventType::ActivityDeleted, &activity);
        Ok(Reply::Deleted)
    })
}

fn show(activity: &Activity, links: &Links<'_>, workspace: &str) -> Value {
    json!({
        "account_sid": links.account,
        "available": activity.available,
        "date_created": iso8601(activity.created),
        "date_updated": iso8601(activity.updated),
        "friendly_name": activity.friendly_name,
        "links": {"workspace": links.to("")},
        "sid": activity.sid,
        "url": links.to(&format!("Activities/{}", activity.sid)),
        "workspace_sid": workspace,
    })
}
