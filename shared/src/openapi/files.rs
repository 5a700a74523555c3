//! Describes the routes that give links to recordings and media.
#![expect(dead_code, reason = "only their description is used")]

use utoipa::IntoParams;

use crate::{
    recordings::Link,
    values::{MediaSid, RecordingSid},
};

/// The path parameter of a recording.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfRecording {
    /// Twilio's SID of the recording, which entries and calls name.
    #[param(inline)]
    sid: RecordingSid,
}

/// The path parameter of a file.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfMedia {
    /// Twilio's SID of the file, which the text's entry names.
    #[param(inline)]
    sid: MediaSid,
}

/// Link to a recording
///
/// Gives an address at which the recording can be heard for five minutes without signing in.
#[utoipa::path(
    get,
    path = "/api/recordings/{sid}",
    tag = "Files",
    params(OfRecording),
    responses(
        (status = 200, description = "The link.", body = Link),
        (status = 404, description = "There is no such recording, or it has not been copied yet."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn link_recording() {}

/// Link to a file of a text
///
/// Gives an address at which the file can be fetched for five minutes without signing in.
#[utoipa::path(
    get,
    path = "/api/media/{sid}",
    tag = "Files",
    params(OfMedia),
    responses(
        (status = 200, description = "The link.", body = Link),
        (status = 404, description = "There is no such file, or it has not been copied yet."),
    ),
    security(("oauth2" = ["switchboard/read"])),
)]
pub(super) fn link_media() {}
