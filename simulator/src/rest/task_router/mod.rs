//! TaskRouter's part of the REST API: `/v1/Workspaces`.
//!
//! Shapes follow Twilio's OpenAPI file `twilio_taskrouter_v1.json`.

mod activities;
mod channels;
mod queues;
mod reading;
mod reservations;
mod tasks;
mod workers;
mod workflows;
mod workspaces;

use axum::http::Method;

use super::error::ApiError;
use super::request::{Reply, Request};

/// Answers everything under `/v1/Workspaces`; `parts` is what follows it.
pub(super) fn route(
    request: &Request<'_>,
    method: &Method,
    parts: &[&str],
) -> Result<Reply, ApiError> {
    match (method.as_str(), parts) {
        ("GET", []) => workspaces::list(request),
        ("POST", []) => workspaces::create(request),
        ("GET", [workspace]) => workspaces::fetch(request, workspace),
        ("POST", [workspace]) => workspaces::update(request, workspace),
        ("DELETE", [workspace]) => workspaces::delete(request, workspace),
        ("GET", [workspace, "Activities"]) => activities::list(request, workspace),
        ("POST", [workspace, "Activities"]) => activities::create(request, workspace),
        ("GET", [workspace, "Activities", sid]) => activities::fetch(request, workspace, sid),
        ("POST", [workspace, "Activities", sid]) => activities::update(request, workspace, sid),
        ("DELETE", [workspace, "Activities", sid]) => activities::delete(request, workspace, sid),
        ("GET", [workspace, "TaskChannels"]) => channels::list(request, workspace),
        ("GET", [workspace, "TaskChannels", key]) => channels::fetch(request, workspace, key),
        ("GET", [workspace, "TaskQueues"]) => queues::list(request, workspace),
        ("POST", [workspace, "TaskQueues"]) => queues::create(request, workspace),
        ("GET", [_, "TaskQueues", "Statistics"]) => {
            Err(ApiError::not_simulated(method, request.uri.path()))
        }
        ("GET", [workspace, "TaskQueues", sid]) => queues::fetch(request, workspace, sid),
        ("POST", [_, "TaskQueues", "RealTimeStatistics"]) => {
            Err(ApiError::not_simulated(method, request.uri.path()))
        }
        ("POST", [workspace, "TaskQueues", sid]) => queues::update(request, workspace, sid),
        ("DELETE", [workspace, "TaskQueues", sid]) => queues::delete(request, workspace, sid),
        ("GET", [workspace, "Workflows"]) => workflows::list(request, workspace),
        ("POST", [workspace, "Workflows"]) => workflows::create(request, workspace),
        ("GET", [workspace, "Workflows", sid]) => workflows::fetch(request, workspace, sid),
        ("POST", [workspace, "Workflows", sid]) => workflows::update(request, workspace, sid),
        ("DELETE", [workspace, "Workflows", sid]) => workflows::delete(request, workspace, sid),
        ("GET", [workspace, "Workers"]) => workers::list(request, workspace),
        ("POST", [workspace, "Workers"]) => workers::create(request, workspace),
        ("GET", [_, "Workers", "Statistics" | "CumulativeStatistics" | "RealTimeStatistics"]) => {
            Err(ApiError::not_simulated(method, request.uri.path()))
        }
        ("GET", [workspace, "Workers", sid]) => workers::fetch(request, workspace, sid),
        ("POST", [workspace, "Workers", sid]) => workers::update(request, workspace, sid),
        ("DELETE", [workspace, "Workers", sid]) => workers::delete(request, workspace, sid),
        ("GET", [workspace, "Tasks"]) => tasks::list(request, workspace),
        ("POST", [workspace, "Tasks"]) => tasks::create(request, workspace),
        ("GET", [workspace, "Tasks", sid]) => tasks::fetch(request, workspace, sid),
        ("POST", [workspace, "Tasks", sid]) => tasks::update(request, workspace, sid),
        ("DELETE", [workspace, "Tasks", sid]) => tasks::delete(request, workspace, sid),
        (_, [workspace, of @ ("Tasks" | "Workers"), parent, "Reservations", rest @ ..]) => {
            let place = reservations::Place::of(of, workspace, parent);
            match (method.as_str(), rest) {
                ("GET", []) => reservations::list(request, &place),
                ("GET", [sid]) => reservations::fetch(request, &place, sid),
                ("POST", [sid]) => reservations::update(request, &place, sid),
                _ => Err(ApiError::not_simulated(method, request.uri.path())),
            }
        }
        _ => Err(ApiError::not_simulated(method, request.uri.path())),
    }
}
