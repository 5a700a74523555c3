//! The part of the control API that is about texts: phones send them, and shows
//! what became of them. Under `/simulator`.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::problem::{Problem, party, read, unprocessable};
use crate::files;
use crate::messaging::inbound;
use crate::messaging::outbound::MOST_MEDIA;
use crate::number;
use crate::simulator::Simulator;
use crate::state::media::{MAX_MEDIA, Media, is_accepted};
use crate::state::message::MessageView;
use crate::state::phone::{Attachment, SendText, SentText};

/// The longest text that a phone sends, in characters.
const LONGEST: usize = 1_600;

/// What a phone sends when nobody says what: a picture of one white dot.
const DOT: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==";

/// The routes on which phones send texts and show what became of them.
pub(super) fn routes() -> Router<Simulator> {
    Router::new()
        .route("/simulator/phones/{number}/messages", post(send))
        .route("/simulator/messages", get(messages))
        .route("/simulator/messages/{sid}", get(message))
        .route("/simulator/media/{sid}", get(media))
}

async fn send(
    State(simulator): State<Simulator>,
    Path(from): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<SentText>), Problem> {
    let text: SendText = read(&body)?;
    let to = party(&text.to);
    let own = simulator.own_number(&to).ok_or_else(|| {
        unprocessable(format!(
            "{to} is not a number of the account: create it as IncomingPhoneNumber"
        ))
    })?;
    let from = sender(&from)?;
    if simulator.own_number(&from).is_some() {
        return Err(unprocessable(format!("{from} is a number of the account, not a phone")));
    }
    if text.body.is_empty() && text.media.is_empty() {
        return Err(unprocessable("a text has a body, media or both"));
    }
    if text.body.chars().count() > LONGEST || text.media.len() > MOST_MEDIA {
        return Err(unprocessable("a text has at most 1600 characters and 10 media"));
    }
    let media = text.media.iter().map(attachment).collect::<Result<Vec<_>, _>>()?;
    let message_sid = inbound::receive(&simulator, from, &own, text.body, media);
    Ok((StatusCode::CREATED, Json(SentText { message_sid })))
}

/// Texts come from phones and from short codes; nobody texts anonymously.
fn sender(path: &str) -> Result<String, Problem> {
    let is_short_code =
        |text: &str| (3..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    number::normalize(path)
        .or_else(|| Some(path.to_owned()).filter(|path| is_short_code(path)))
        .ok_or_else(|| unprocessable(format!("{path} is no number that can send texts")))
}

fn attachment(given: &Attachment) -> Result<Media, Problem> {
    let bytes = match (&given.base64, &given.path) {
        (Some(_), Some(_)) => return Err(unprocessable("media: base64 or path, not both")),
        (Some(base64), None) => {
            STANDARD.decode(base64).map_err(|error| unprocessable(format!("media: {error}")))?
        }
        (None, Some(path)) => files::read(path, MAX_MEDIA as u64)
            .map_err(|error| unprocessable(format!("media: {}: {error}", path.display())))?,
        (None, None) => STANDARD.decode(DOT).unwrap_or_default(),
    };
    let content_type = given.content_type.as_deref().unwrap_or("image/png").to_ascii_lowercase();
    if !is_accepted(&content_type) {
        return Err(unprocessable(format!("media: Twilio does not take {content_type:?}")));
    }
    if bytes.len() > MAX_MEDIA {
        return Err(unprocessable("media: more than 5 MB"));
    }
    Ok(Media::new(content_type, bytes.into()))
}

/// All texts, oldest first.
async fn messages(State(simulator): State<Simulator>) -> Json<Vec<MessageView>> {
    Json(simulator.state().messages.iter().map(|message| message.view()).collect())
}

async fn message(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
) -> Result<Json<MessageView>, Problem> {
    let missing = || Problem(StatusCode::NOT_FOUND, format!("there is no message {sid}"));
    Ok(Json(simulator.message_view(&sid).ok_or_else(missing)?))
}

/// A medium, without the credentials that Twilio's REST API asks for. Its content type is the
/// word of an unknown sender, so only plain pictures are shown in place.
async fn media(
    State(simulator): State<Simulator>,
    Path(sid): Path<String>,
) -> Result<Response, Problem> {
    let state = simulator.state();
    let mut all = state.messages.iter().flat_map(|message| &message.media);
    let missing = || Problem(StatusCode::NOT_FOUND, format!("there is no medium {sid}"));
    let found = all.find(|medium| medium.sid == sid).ok_or_else(missing)?;
    let is_picture =
        matches!(found.content_type.as_str(), "image/png" | "image/jpeg" | "image/gif");
    let headers = [
        (CONTENT_TYPE, found.content_type.clone()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (CONTENT_DISPOSITION, if is_picture { "inline" } else { "attachment" }.to_owned()),
    ];
    Ok((headers, found.bytes.clone()).into_response())
}
