//! Media of messages: pictures and the like.

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::sid;

/// The largest medium that Twilio takes, in bytes.
pub(crate) const MAX_MEDIA: usize = 5 * 1024 * 1024;

/// A medium as the control API shows it; its bytes are at
/// `/simulator/media/{sid}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaView {
    /// Its identifier, `ME…`.
    pub sid: String,
    /// Its content type, such as `image/png`.
    pub content_type: String,
    /// How large it is, in bytes.
    pub bytes: usize,
}

/// A picture or the like that belongs to a message.
#[derive(Clone, Debug)]
pub(crate) struct Media {
    pub(crate) sid: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) created: OffsetDateTime,
    /// The app took it out of Twilio's store.
    pub(crate) deleted: bool,
    /// A fault keeps it from the app for good.
    pub(crate) missing: bool,
}

impl Media {
    pub(crate) fn new(content_type: String, bytes: Bytes) -> Self {
        let created = OffsetDateTime::now_utc();
        Self { sid: sid::new("ME"), content_type, bytes, created, deleted: false, missing: false }
    }
}

/// Whether Twilio sends media of this type on.
pub(crate) fn is_accepted(content_type: &str) -> bool {
    let kind = content_type.split('/').next().unwrap_or_default();
    let others = ["text/vcard", "text/x-vcard", "text/csv", "text/rtf", "text/calendar"];
    let documents = ["application/pdf", "application/vcard", "application/vnd.apple.pkpass"];
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.+-_".contains(&byte);
    let named = others.contains(&content_type) || documents.contains(&content_type);
    // It becomes a header.
    content_type.bytes().all(is_plain) && (named || matches!(kind, "image" | "audio" | "video"))
}
