//! Describes the routes of agents, settings and our numbers.
#![expect(dead_code, reason = "only their description is used")]

use utoipa::IntoParams;

use super::parameters::Paging;
use crate::{
    aws::table::Page,
    company::{
        agents::{Agent, AgentChange, Colleague, OwnAgent},
        our_numbers::OurNumber,
        settings::{Settings, SettingsChange},
    },
    values::schema::EmailAddress,
};

/// The path parameter of an agent.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfAgent {
    /// The e-mail address that the agent signs in with.
    #[param(inline)]
    email: EmailAddress,
}

/// Show one's own agent
///
/// Returns the name and the phone of the agent to whom the token belongs.
#[utoipa::path(
    get,
    path = "/api/agent",
    tag = "Administration",
    responses(
        (status = 200, description = "The agent who asks.", body = Agent),
        (status = 404, description = "Whoever asks is no agent yet: `PUT /api/agent` makes one."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn get_own_agent() {}

/// Set one's own name and phone
///
/// The phone is the one that rings when the agent calls a contact. A program may have one, too. It
/// is where we may call and text anybody; only an administrator gives an agent another.
#[utoipa::path(
    put,
    path = "/api/agent",
    tag = "Administration",
    request_body(content = OwnAgent, example = json!({"name": "Bob", "phone_number": "+15005550155"})),
    responses((status = 200, description = "The agent as they are now.", body = Agent)),
    security(("oauth2" = ["switchboard/call"])),
)]
pub(super) fn put_own_agent() {}

/// List agents
///
/// Returns all agents, in no particular order.
#[utoipa::path(
    get,
    path = "/api/agents",
    tag = "Administration",
    params(Paging),
    responses((status = 200, description = "A page of agents.", body = Page<Agent>)),
    security(("oauth2" = ["switchboard/admin"])),
)]
pub(super) fn list_agents() {}

/// List colleagues
///
/// Returns all agents as every agent sees them, without their phones, in no particular order.
#[utoipa::path(
    get,
    path = "/api/colleagues",
    tag = "Administration",
    params(Paging),
    responses((status = 200, description = "A page of agents.", body = Page<Colleague>)),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_colleagues() {}

/// Add or change an agent
///
/// Lets a person sign in, and sets the name and the phone of their agent. When a request fails
/// halfway, the same request completes it.
#[utoipa::path(
    put,
    path = "/api/agents/{email}",
    tag = "Administration",
    params(OfAgent),
    request_body(content = AgentChange, example = json!({"name": "Bob", "phone_number": "+15005550155"})),
    responses(
        (status = 200, description = "The agent as they are now.", body = Agent),
        (status = 201, description = "The agent who was added.", body = Agent),
        (status = 409, description = "Nobody takes their own administrator's rights away."),
    ),
    security(("oauth2" = ["switchboard/admin"])),
)]
pub(super) fn put_agent() {}

/// Remove an agent
///
/// Removes the sign-in and the agent with their phone. It is no error if there is no such agent.
#[utoipa::path(
    delete,
    path = "/api/agents/{email}",
    tag = "Administration",
    params(OfAgent),
    responses(
        (status = 204, description = "There is no such agent any more."),
        (status = 409, description = "Nobody removes themselves."),
        (status = 422, description = "This is not an e-mail address."),
    ),
    security(("oauth2" = ["switchboard/admin"])),
)]
pub(super) fn remove_agent() {}

/// Show the settings
///
/// Returns all settings, also those that nobody has changed yet.
#[utoipa::path(
    get,
    path = "/api/settings",
    tag = "Administration",
    responses((status = 200, description = "All settings.", body = Settings)),
    security(("oauth2" = ["switchboard/admin"])),
)]
pub(super) fn get_settings() {}

/// Change settings
///
/// Changes what the body holds and leaves the rest as it is. Calls and texts follow within half a
/// minute.
#[utoipa::path(
    put,
    path = "/api/settings",
    tag = "Administration",
    request_body(content = SettingsChange, example = json!({"company_name": "Example Ltd", "time_zone": "Europe/Berlin"})),
    responses((status = 200, description = "All settings as they are now.", body = Settings)),
    security(("oauth2" = ["switchboard/admin"])),
)]
pub(super) fn put_settings() {}

/// List our numbers
///
/// Returns the phone numbers that the deployment has at Twilio.
#[utoipa::path(
    get,
    path = "/api/phone-numbers",
    tag = "Administration",
    params(Paging),
    responses(
        (status = 200, description = "A page of our numbers, as Twilio has them.", body = Page<OurNumber>),
        (status = 503, description = "Twilio cannot tell now."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_phone_numbers() {}
