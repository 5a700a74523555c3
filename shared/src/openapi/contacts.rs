//! Describes the routes of the inbox and of a contact.
#![expect(dead_code, reason = "only their description is used")]

use utoipa::IntoParams;

use super::parameters::{OfContact, Paging};
use crate::{
    aws::table::Page,
    contacts::{Change, Contact, ConversationStatus, Erasure},
};

/// What is asked for in a list of contacts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WantedContacts {
    /// Only contacts whose conversation has this status.
    #[param(inline)]
    status: Option<ConversationStatus>,
    /// Only contacts that this agent looks after: `me`, `none`, or an agent as `assignee` of contacts
    /// names them. `me` is whoever asks, by e-mail address or, where that is not known, by name.
    #[param(example = "none")]
    assignee: Option<String>,
    /// The beginning of a number, or of a word of a name. The list is in alphabetical order then, and
    /// of contacts of any status and assignee.
    #[param(pattern = r"[^#\s]", example = "ann")]
    search: Option<String>,
}

/// List contacts
///
/// Returns the inbox: contacts with the latest activity first, each with its last entry and the
/// number of entries that no agent has read.
#[utoipa::path(
    get,
    path = "/api/contacts",
    tag = "Contacts",
    params(Paging, WantedContacts),
    responses((status = 200, description = "A page of contacts.", body = Page<Contact>)),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_contacts() {}

/// Show a contact
///
/// Returns the contact that a number belongs to, with its last entry.
#[utoipa::path(
    get,
    path = "/api/contacts/{number}",
    tag = "Contacts",
    params(OfContact),
    responses(
        (status = 200, description = "The contact.", body = Contact),
        (status = 404, description = "There is no contact with this number."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn get_contact() {}

/// Create or change a contact
///
/// Changes what the body holds and leaves the rest as it is. A number that belongs to no contact
/// yet becomes a new contact.
#[utoipa::path(
    put,
    path = "/api/contacts/{number}",
    tag = "Contacts",
    params(OfContact),
    request_body(content = Change, example = json!({"name": "Ann Smith", "assignee": "bob@example.com"})),
    responses(
        (status = 200, description = "The contact as it is now.", body = Contact),
        (status = 201, description = "The contact that was made.", body = Contact),
        (status = 404, description = "This is not a number that a contact can have."),
        (status = 409, description = "A number belongs to another contact, or others are changing \
            the contact at the same time."),
    ),
    security(("oauth2" = ["switchboard/send"])),
)]
pub(super) fn change_contact() {}

/// Mark a contact as read
///
/// For all agents: `unread` is 0 until something new comes.
#[utoipa::path(
    put,
    path = "/api/contacts/{number}/read",
    tag = "Contacts",
    params(OfContact),
    responses(
        (status = 200, description = "The contact, read.", body = Contact),
        (status = 404, description = "There is no contact with this number."),
    ),
    security(("oauth2" = ["switchboard/send"])),
)]
pub(super) fn mark_contact_read() {}

/// Erase a contact
///
/// The contact is gone at once; its entries, recordings and media follow within minutes, and what
/// Twilio has of them as soon as Twilio deletes it: it keeps records for up to 14 days. The same
/// request again tells how many are left there, and 404 once none is. This cannot be undone.
#[utoipa::path(
    delete,
    path = "/api/contacts/{number}",
    tag = "Contacts",
    params(OfContact),
    responses(
        (status = 202, description = "The contact is gone, or has been; what belongs to it follows.", body = Erasure),
        (status = 404, description = "There is no contact with this number."),
    ),
    security(("oauth2" = ["switchboard/admin"])),
)]
pub(super) fn erase_contact() {}
