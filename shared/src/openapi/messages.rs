//! Describes the route that sends texts.
#![expect(dead_code, reason = "only their description is used")]

use super::parameters::Repeatable;
use crate::messages::{MessageForm, NewMessage, SentMessage};

/// Send a text
///
/// Sends a text from one of our numbers and puts it on the contact's timeline. Before Twilio is
/// asked, the recipient must not have opted out or be blocked, the country must be allowed, and the
/// caps on texts must not be reached.
#[utoipa::path(
    post,
    path = "/api/messages",
    tag = "Texts",
    params(Repeatable),
    request_body(
        content(
            (NewMessage = "application/json", example = json!({"to": "+15005550111", "body": "We will call you at three."})),
            (MessageForm = "application/x-www-form-urlencoded", example = json!({"To": "+15005550111", "Body": "We will call you at three."})),
        ),
    ),
    responses(
        (status = 201, description = "Twilio has taken the text.", body = SentMessage),
        (status = 202, description = "Twilio's answer was lost: it may have the text. `status` is \
            `unknown`; the same request with the same `Idempotency-Key` finds out and never sends it \
            twice.", body = SentMessage),
        (status = 422, description = "Refused for a value of `field`, by Twilio for the reason of \
            `code`, because the recipient has opted out or is blocked, or because the \
            `Idempotency-Key` was used for another request."),
        (status = 429, description = "Too many requests, or the cap on texts is reached, to this \
            recipient or of this day."),
        (status = 503, description = "Twilio cannot take the text now. Nothing was sent."),
    ),
    security(("oauth2" = ["switchboard/send"])),
)]
pub(super) fn send_message() {}
