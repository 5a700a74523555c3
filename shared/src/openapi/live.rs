//! Describes the route of what has changed.
#![expect(dead_code, reason = "only its description is used")]

use utoipa::IntoParams;

use crate::live::Changes;

/// The parameter that tells where to go on.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// `next` of the answer before. When left out, the answer has no changes and tells where to begin.
    #[param(example = "2026-11-28T16:59:58.001Z")]
    since: Option<String>,
}

/// List changes
///
/// Returns what has changed since the last answer: ids, by which to load it again. To ask about once
/// a second. A change is told within two seconds, and again in answers of the five seconds after it.
#[utoipa::path(
    get,
    path = "/api/live",
    tag = "Live",
    params(Since),
    responses((status = 200, description = "What has changed.", body = Changes)),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_changes() {}
