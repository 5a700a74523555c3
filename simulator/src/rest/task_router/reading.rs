//! How TaskRouter's requests are read, and the errors that they have in common.

use serde_json::{Map, Value};

use super::super::error::ApiError;
use super::super::request::{Form, Request};
use crate::state::State;
use crate::state::task_router::Workspace;
use crate::state::webhook::is_url;
use crate::task_router::Desk;

/// 400 with 20001, which TaskRouter has for everything that is wrong with a request.
pub(super) fn bad(message: impl Into<String>) -> ApiError {
    ApiError::bad_request(20_001, message)
}

/// A parameter that must be there.
pub(super) fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, ApiError> {
    form.get(name).ok_or_else(|| bad(format!("Missing required parameter {name} in the post body")))
}

/// A name, which has 64 characters at most.
pub(super) fn name<'a>(form: &'a Form, parameter: &str) -> Result<Option<&'a str>, ApiError> {
    match form.get(parameter) {
        Some(name) if name.chars().count() > 64 => {
            Err(bad(format!("{parameter} must be at most 64 characters long")))
        }
        name => Ok(name),
    }
}

/// A URL; an empty one takes the setting away. `None`: it was not sent.
pub(super) fn url(form: &Form, name: &str) -> Result<Option<Option<String>>, ApiError> {
    match form.sent(name) {
        None => Ok(None),
        Some("") => Ok(Some(None)),
        Some(url) if is_url(url) => Ok(Some(Some(url.to_owned()))),
        Some(url) => Err(bad(format!("{name} is not a valid URL: {url}"))),
    }
}

/// "`true`, `1`, or `yes`"; all other values are false.
pub(super) fn flag(form: &Form, name: &str) -> Option<bool> {
    form.get(name).map(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes"))
}

/// A whole number between bounds.
pub(super) fn number(
    form: &Form,
    name: &str,
    (least, most): (u64, u64),
) -> Result<Option<u64>, ApiError> {
    let Some(text) = form.get(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    let invalid = || bad(format!("{name} must be a whole number from {least} to {most}: {text}"));
    number.map(Some).ok_or_else(invalid)
}

/// Attributes, which are an object in JSON.
pub(super) fn attributes(form: &Form) -> Result<Option<String>, ApiError> {
    let Some(text) = form.get("Attributes") else { return Ok(None) };
    match serde_json::from_str::<Map<String, Value>>(text) {
        Ok(_) => Ok(Some(text.to_owned())),
        Err(problem) => Err(bad(format!("Attributes is not a valid JSON object: {problem}"))),
    }
}

/// Refuses parameters that would change what happens and are not carried out.
pub(super) fn refuse(form: &Form, names: &[&str]) -> Result<(), ApiError> {
    match names.iter().find(|name| form.get(name).is_some()) {
        Some(name) => Err(ApiError::unsupported(name)),
        None => Ok(()),
    }
}

/// Reads a workspace.
pub(super) fn read<T>(
    request: &Request<'_>,
    workspace: &str,
    read: impl FnOnce(&State, &Workspace) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let state = request.simulator.state();
    match state.task_router.workspace(workspace) {
        Some(workspace) => read(&state, workspace),
        None => Err(ApiError::not_found(request.uri.path())),
    }
}

/// Works on a workspace.
pub(super) fn change<T>(
    request: &Request<'_>,
    workspace: &str,
    work: impl FnOnce(&mut Desk<'_>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let missing = Err(ApiError::not_found(request.uri.path()));
    request.simulator.in_workspace(workspace, work).unwrap_or(missing)
}

/// The account's SID, the address of a workspace, and the parts of it.
pub(super) struct Links<'a> {
    pub(super) account: &'a str,
    base: String,
}

impl<'a> Links<'a> {
    pub(super) fn new(request: &Request<'a>, workspace: &str) -> Self {
        let simulator = request.simulator;
        let base = format!("{}/v1/Workspaces/{workspace}", simulator.base);
        Self { account: &simulator.account_sid, base }
    }

    /// The address of something in the workspace; of itself for nothing.
    pub(super) fn to(&self, path: &str) -> String {
        match path {
            "" => self.base.clone(),
            path => format!("{}/{path}", self.base),
        }
    }
}
