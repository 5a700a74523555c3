//! Describes the routes of a contact's timeline.
#![expect(dead_code, reason = "only their description is used")]

use utoipa::IntoParams;

use super::parameters::{OfContact, Paging, Repeatable};
use crate::{
    aws::table::Page,
    contacts::{Entry, NewEntry},
    values::CallSid,
};

/// The path parameter of a contact's voicemail.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfVoicemail {
    /// The `id` of the voicemail's entry.
    #[param(inline)]
    id: CallSid,
}

/// List a contact's entries
///
/// Returns calls, voicemails, texts, notes, conferences and entries of other systems, the newest
/// first, over all numbers of the contact.
#[utoipa::path(
    get,
    path = "/api/contacts/{number}/entries",
    tag = "Timeline",
    params(OfContact, Paging),
    responses(
        (status = 200, description = "A page of entries.", body = Page<Entry>),
        (status = 404, description = "There is no contact with this number."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_entries() {}

/// Write an entry
///
/// A note has a `body`. An external entry, for an interaction that lives in another system, has
/// `source`, `title` and `url`.
#[utoipa::path(
    post,
    path = "/api/contacts/{number}/entries",
    tag = "Timeline",
    params(OfContact, Repeatable),
    request_body(
        content = NewEntry,
        examples(
            ("note" = (summary = "A note", value = json!({"body": "Wants to be called in the evening."}))),
            ("external" = (summary = "An interaction in another system", value = json!({
                "type": "external",
                "source": "Tickets",
                "title": "#4711: no dial tone",
                "url": "https://tickets.example.com/4711",
                "direction": "inbound",
                "at": "2026-11-20T09:30:00Z"
            }))),
        ),
    ),
    responses(
        (status = 201, description = "The entry.", body = Entry),
        (status = 404, description = "There is no contact with this number."),
        (status = 422, description = "Refused for a value of `field`, or because the \
            `Idempotency-Key` was used for another request."),
    ),
    security(("oauth2" = ["switchboard/send"])),
)]
pub(super) fn add_entry() {}

/// Mark a voicemail as heard
///
/// For all agents: the voicemail's `heard` is true from now on.
#[utoipa::path(
    put,
    path = "/api/contacts/{number}/entries/{id}/heard",
    tag = "Timeline",
    params(OfContact, OfVoicemail),
    responses(
        (status = 204, description = "The voicemail has been heard."),
        (status = 404, description = "There is no contact with this number, or it has no such voicemail."),
    ),
    security(("oauth2" = ["switchboard/send"])),
)]
pub(super) fn mark_voicemail_heard() {}
