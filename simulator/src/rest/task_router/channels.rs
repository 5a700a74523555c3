//! `TaskChannels`, as every workspace has them.
//!
//! <https://www.twilio.com/docs/taskrouter/api/task-channel>

use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::page;
use super::super::request::{Reply, Request};
use super::reading::{Links, read};
use crate::state::task_router::{Workspace, iso8601};

pub(super) fn list(request: &Request<'_>, workspace: &str) -> Result<Reply, ApiError> {
    read(request, workspace, |_, it| {
        let links = Links::new(request, workspace);
        let shown = |(sid, name): &(String, &str)| (sid.clone(), show(it, sid, name, &links));
        let all = it.channels.iter().map(shown).collect();
        Ok(page::with_meta(request, "channels", all))
    })
}

pub(super) fn fetch(request: &Request<'_>, workspace: &str, key: &str) -> Result<Reply, ApiError> {
    read(request, workspace, |_, it| {
        let name = it.channel(key).ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        let links = Links::new(request, workspace);
        Ok(Reply::ok(show(it, it.channel_sid(name), name, &links)))
    })
}

fn show(workspace: &Workspace, sid: &str, name: &str, links: &Links<'_>) -> Value {
    json!({
        "account_sid": links.account,
        "channel_optimized_routing": true,
        "date_created": iso8601(workspace.created),
        "date_updated": iso8601(workspace.created),
        "friendly_name": name,
        "links": {"workspace": links.to("")},
        "sid": sid,
        "unique_name": name,
        "url": links.to(&format!("TaskChannels/{sid}")),
        "workspace_sid": workspace.sid,
    })
}
