//! Describes the route of the overview.
#![expect(dead_code, reason = "only its description is used")]

use utoipa::IntoParams;

use crate::{overview::Overview, values::schema::Date};

/// The days of an overview.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// The first day, by the office's calendar. When left out, a week is shown.
    #[param(inline, example = "2026-11-01")]
    from: Option<Date>,
    /// The last day; with the first, 31 at most. When left out, today.
    #[param(inline, example = "2026-11-28")]
    to: Option<Date>,
}

/// Show how much happened
///
/// Returns the calls and texts of some days by hour, and how long callers waited in each queue, all by
/// the clocks of the office. Hours without anything are left out.
#[utoipa::path(
    get,
    path = "/api/overview",
    tag = "Overview",
    params(Days),
    responses((status = 200, description = "The overview.", body = Overview)),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn get_overview() {}
