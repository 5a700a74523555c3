//! Describes the routes of the call log, and of calls from an agent's phone.
#![expect(dead_code, reason = "only their description is used")]

use utoipa::{IntoParams, ToSchema};

use super::parameters::{Paging, Repeatable};
use crate::{
    aws::table::Page,
    calls::{CallEntry, CallSummary, NewCall, PlacedCall},
    contacts::CallOutcome,
    twilio::voice::CallStatus,
    values::{CallSid, Party, schema::DateOrTime},
};

/// Which way a call went, from our point of view.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(super) enum CallDirection {
    Inbound,
    Outbound,
}

/// The kind of a call in the log.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(super) enum CallKind {
    Call,
    Voicemail,
}

/// The filter of a list of calls: it gives calls that fulfil all conditions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WantedCalls {
    /// Only calls that went this way.
    #[param(inline)]
    direction: Option<CallDirection>,
    /// Only calls whose callers left a voicemail, or only calls whose callers left none.
    #[param(inline)]
    kind: Option<CallKind>,
    /// Only calls with this status, in Twilio's words.
    #[param(inline)]
    status: Option<CallStatus>,
    /// Only calls with this outcome.
    #[param(inline)]
    outcome: Option<CallOutcome>,
    /// Only calls from this party.
    #[param(inline)]
    from: Option<Party>,
    /// Only calls to this party; a call that was placed for an agent is to the agent's phone.
    #[param(inline)]
    to: Option<Party>,
    /// Only calls that began at this time or later. A date stands for its first moment in UTC.
    #[param(inline, example = "2026-11-01")]
    started_after: Option<DateOrTime>,
    /// Only calls that began before this time. A date stands for its first moment in UTC.
    #[param(inline, example = "2026-12-01T00:00:00Z")]
    started_before: Option<DateOrTime>,
}

/// The path parameter of a call.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfCall {
    /// Twilio's SID of the call, which the lists name.
    #[param(inline)]
    sid: CallSid,
}

/// List calls
///
/// Returns the call log, the newest call first. With filters, a page may be shorter than `limit`
/// though it is not the last. `Accept: text/csv` asks for rows of a spreadsheet instead: as many as
/// fit into an answer, with the address of the next ones in `Link`.
#[utoipa::path(
    get,
    path = "/api/calls",
    tag = "Calls",
    params(Paging, WantedCalls),
    responses((
        status = 200,
        description = "A page of calls.",
        content((Page<CallSummary> = "application/json"), (String = "text/csv")),
        headers(("Link" = String, description = "Of rows: `<address>; rel=\"next\"` where \
            there are more.")),
    )),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_calls() {}

/// Show a call
///
/// Returns the call's way through the menu, the phones that it was forwarded to, and the voicemail
/// that the caller left.
#[utoipa::path(
    get,
    path = "/api/calls/{sid}",
    tag = "Calls",
    params(OfCall),
    responses(
        (status = 200, description = "The call.", body = CallEntry),
        (status = 404, description = "There is no such call."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn get_call() {}

/// Call a contact
///
/// Rings the agent's own phone. The person who answers there and presses a key is connected with
/// `to`, whose phone shows our number. Programs call by the phone of their own agent, as `PUT
/// /api/agent` sets it.
#[utoipa::path(
    post,
    path = "/api/calls",
    tag = "Calls",
    params(Repeatable),
    request_body(content = NewCall, example = json!({"to": "+15005550111"})),
    responses(
        (status = 201, description = "The agent's phone rings.", body = PlacedCall),
        (status = 202, description = "Twilio's answer was lost: the phone may ring. The same request \
            with the same `Idempotency-Key` finds out and never rings twice.", body = PlacedCall),
        (status = 409, description = "The agent has no phone yet, or a request with this \
            `Idempotency-Key` is running."),
        (status = 422, description = "Refused for a value of `field`, by Twilio for the reason of \
            `code`, or because the `Idempotency-Key` was used for another request."),
        (status = 429, description = "Too many requests, or the cap on calls is reached, to this \
            number or of this day."),
        (status = 503, description = "Twilio cannot place the call now. Nothing rang."),
    ),
    security(("oauth2" = ["switchboard/call"])),
)]
pub(super) fn place_call() {}
