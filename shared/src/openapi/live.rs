//! Describes the routes of what has changed and of who waits.
#![expect(dead_code, reason = "only its description is used")]

use utoipa::IntoParams;

use crate::{aws::table::Page, contact_centre::queues::WaitingQueue, live::Changes};

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
    responses(
        (status = 200, description = "What has changed.", body = Changes),
        (status = 400, description = "`since` is not `next` of an answer."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_changes() {}

/// List waiting callers
///
/// Returns all queues of the contact centre with the callers who wait in them, as they were a few
/// seconds ago at most. There are none without a contact centre.
#[utoipa::path(
    get,
    path = "/api/queues",
    tag = "Live",
    responses(
        (status = 200, description = "The queues, all on one page.", body = Page<WaitingQueue>),
        (status = 503, description = "Twilio does not tell who waits."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_queues() {}
