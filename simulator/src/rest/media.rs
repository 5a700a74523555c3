//! The media of a message.
//!
//! <https://www.twilio.com/docs/messaging/api/media-resource>

use serde_json::{Value, json};

use super::error::ApiError;
use super::page;
use super::request::{Reply, Request};
use crate::clock::rfc2822;
use crate::state::media::Media;

pub(super) fn list(request: &Request<'_>, message_sid: &str) -> Result<Reply, ApiError> {
    let media = of_message(request, message_sid)?;
    let wanted =
        media.iter().filter(|it| page::within(&request.query, "DateCreated", Some(it.created)));
    let sids: Vec<String> = wanted.map(|it| it.sid.clone()).collect();
    Ok(page::reply(request, "media_list", &sids, |sid| {
        let found = media.iter().find(|it| it.sid == sid)?;
        Some(show(request, message_sid, found))
    }))
}

pub(super) fn fetch(
    request: &Request<'_>,
    message_sid: &str,
    sid: &str,
) -> Result<Reply, ApiError> {
    let found = find(request, message_sid, sid)?;
    Ok(Reply::ok(show(request, message_sid, &found)))
}

/// Answers with the medium itself, in its own content type.
pub(super) fn bytes(
    request: &Request<'_>,
    message_sid: &str,
    sid: &str,
) -> Result<Reply, ApiError> {
    let found = find(request, message_sid, sid)?;
    if found.missing {
        return Err(ApiError::not_found(request.uri.path()));
    }
    Ok(Reply::Media(found.content_type, found.bytes))
}

pub(super) fn delete(
    request: &Request<'_>,
    message_sid: &str,
    sid: &str,
) -> Result<Reply, ApiError> {
    find(request, message_sid, sid)?;
    request.simulator.with_message(message_sid, |message| {
        for medium in message.media.iter_mut().filter(|it| it.sid == sid) {
            medium.deleted = true;
        }
    });
    Ok(Reply::Deleted)
}

fn of_message(request: &Request<'_>, message_sid: &str) -> Result<Vec<Media>, ApiError> {
    let state = request.simulator.state();
    let missing = || ApiError::not_found(request.uri.path());
    let message = state.message(message_sid).ok_or_else(missing)?;
    Ok(message.media.iter().filter(|it| !it.deleted).cloned().collect())
}

fn find(request: &Request<'_>, message_sid: &str, sid: &str) -> Result<Media, ApiError> {
    let found = of_message(request, message_sid)?.into_iter().find(|it| it.sid == sid);
    found.ok_or_else(|| ApiError::not_found(request.uri.path()))
}

fn show(request: &Request<'_>, message_sid: &str, media: &Media) -> Value {
    let account = &request.simulator.account_sid;
    json!({
        "account_sid": account,
        "content_type": media.content_type,
        "date_created": rfc2822(media.created),
        "date_updated": rfc2822(media.created),
        "parent_sid": message_sid,
        "sid": media.sid,
        "uri": format!(
            "/2010-04-01/Accounts/{account}/Messages/{message_sid}/Media/{}.json",
            media.sid
        ),
    })
}
