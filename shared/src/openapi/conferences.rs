//! Describes the routes of conferences.
#![expect(dead_code, reason = "only their description is used")]

use utoipa::IntoParams;

use super::parameters::{Paging, Repeatable};
use crate::{
    aws::table::Page,
    conferences::{
        ConferenceStatus, ConferenceSummary, ConferenceView, InviteParticipants,
        ModerateParticipant, NewConference, ParticipantView,
    },
    values::{CallSid, ConferenceId},
};

/// The filter of a list of conferences.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WantedConferences {
    /// Only conferences with this status.
    #[param(inline)]
    status: Option<ConferenceStatus>,
}

/// The path parameter of a conference.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfConference {
    /// The id of the conference, as `POST /api/conferences` gave it.
    #[param(inline)]
    id: ConferenceId,
}

/// The path parameters of a participant.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfParticipant {
    /// The id of the participant's conference.
    #[param(inline)]
    id: ConferenceId,
    /// Twilio's SID of the participant's call.
    #[param(inline)]
    call_sid: CallSid,
}

/// Hold a conference
///
/// Each `dial_in` participant is texted a code and the number to call; each `dial_out` participant
/// is called at once and presses a key to join. The conference starts when two participants are in
/// it, and ends when all have hung up, or at its longest duration. The state of a participant tells
/// whether they could be reached.
#[utoipa::path(
    post,
    path = "/api/conferences",
    tag = "Conferences",
    params(Repeatable),
    request_body(
        content = NewConference,
        example = json!({"participants": [
            {"phone_number": "+15005550111", "join": "dial_in", "name": "Ada"},
            {"phone_number": "+15005550112", "join": "dial_out"},
        ]}),
    ),
    responses(
        (status = 201, description = "Its participants are being invited.", body = ConferenceView),
        (status = 409, description = "A request with this `Idempotency-Key` is running."),
        (status = 422, description = "Refused for a value of `field`, or because the \
            `Idempotency-Key` was used for another request. Nobody was invited."),
        (status = 503, description = "All codes of this length are in use. Nobody was invited."),
    ),
    security(("oauth2" = ["switchboard/call"])),
)]
pub(super) fn create_conference() {}

/// List conferences
///
/// Returns all conferences, the newest first, without their participants. With a filter, a page may
/// be shorter than `limit` though it is not the last.
#[utoipa::path(
    get,
    path = "/api/conferences",
    tag = "Conferences",
    params(Paging, WantedConferences),
    responses((status = 200, description = "A page of conferences.", body = Page<ConferenceSummary>)),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn list_conferences() {}

/// Show a conference
///
/// Returns which participants were invited, how each was reached, when each came and left, and why
/// the conference ended.
#[utoipa::path(
    get,
    path = "/api/conferences/{id}",
    tag = "Conferences",
    params(OfConference),
    responses(
        (status = 200, description = "The conference.", body = ConferenceView),
        (status = 404, description = "There is no such conference."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn get_conference() {}

/// End a conference
///
/// Tells the participants who are in it that it has ended. The code leads nowhere from now on.
#[utoipa::path(
    delete,
    path = "/api/conferences/{id}",
    tag = "Conferences",
    params(OfConference),
    responses(
        (status = 200, description = "It has ended.", body = ConferenceView),
        (status = 404, description = "There is no such conference."),
    ),
    security(("oauth2" = ["switchboard/call"])),
)]
pub(super) fn end_conference() {}

/// Invite more participants
///
/// Texts or calls the new participants as when the conference was created.
#[utoipa::path(
    post,
    path = "/api/conferences/{id}/participants",
    tag = "Conferences",
    params(OfConference, Repeatable),
    request_body(
        content = InviteParticipants,
        example = json!({"participants": [{"phone_number": "+15005550113", "join": "dial_out"}]}),
    ),
    responses(
        (status = 201, description = "They are being invited.", body = ConferenceView),
        (status = 404, description = "There is no such conference."),
        (status = 409, description = "It has ended, or a request with this `Idempotency-Key` is \
            running."),
        (status = 422, description = "Refused for a value of `field`, or because the \
            `Idempotency-Key` was used for another request. Nobody was invited."),
    ),
    security(("oauth2" = ["switchboard/call"])),
)]
pub(super) fn invite_participants() {}

/// Mute a participant, or put them on hold
#[utoipa::path(
    patch,
    path = "/api/conferences/{id}/participants/{call_sid}",
    tag = "Conferences",
    params(OfParticipant),
    request_body(content = ModerateParticipant, example = json!({"muted": true})),
    responses(
        (status = 200, description = "So it is.", body = ParticipantView),
        (status = 404, description = "There is no such conference or participant."),
        (status = 409, description = "The participant is not in the conference."),
        (status = 422, description = "Refused for a value of `field`, or by Twilio for the reason of \
            `code`."),
        (status = 503, description = "Twilio cannot do it now."),
    ),
    security(("oauth2" = ["switchboard/call"])),
)]
pub(super) fn moderate_participant() {}

/// Remove a participant
///
/// Puts the participant out, or gives up calling them. A participant who has the code can come
/// again while the conference lasts.
#[utoipa::path(
    delete,
    path = "/api/conferences/{id}/participants/{call_sid}",
    tag = "Conferences",
    params(OfParticipant),
    responses(
        (status = 204, description = "They are out."),
        (status = 404, description = "There is no such conference or participant."),
        (status = 409, description = "The participant is neither in the conference nor being called."),
    ),
    security(("oauth2" = ["switchboard/call"])),
)]
pub(super) fn remove_participant() {}
