//! Links to recordings and media, for API users who have been authorised to hear or see them.

use std::time::Duration;

use aws_sdk_s3::{
    Client, error::SdkError, operation::head_object::HeadObjectOutput, presigning::PresigningConfig,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    Error,
    error::not_found,
    values::{MediaSid, RecordingSid},
};

/// How long a link works, for everybody who has it.
const WORKS_FOR: Duration = Duration::from_secs(5 * 60);

/// The media types that a browser may show by itself, because they hold no script: not HTML, not
/// SVG.
const SHOWN: [&str; 12] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/bmp",
    "image/avif",
    "image/heic",
    "image/heif",
    "image/tiff",
    "image/x-icon",
    "image/vnd.microsoft.icon",
    "video/mp4",
];

/// A link to a file that works without signing in, for five minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// The address of the file, signed by us.
    #[schema(format = "uri")]
    pub url: String,
    /// The time until which the link works.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// Makes links to files in our S3 bucket.
#[derive(Debug)]
pub struct Links {
    s3: Client,
    bucket: String,
}

/// The headers with which S3 gives the file that a link leads to.
struct Shown {
    content_type: Option<&'static str>,
    disposition: &'static str,
}

impl Links {
    /// Links to files in the bucket with this name.
    pub fn new(s3: Client, bucket: String) -> Self {
        Self { s3, bucket }
    }

    /// Makes a link to a recording, which a browser plays.
    ///
    /// # Errors
    /// 404 when the recording has not been copied or has been erased.
    pub async fn recording(&self, recording: &RecordingSid) -> Result<Link, Error> {
        let key = format!("recordings/{recording}.wav");
        self.head(&key).await?.ok_or_else(|| not_found("there is no such recording"))?;
        let shown = Shown { content_type: Some("audio/wav"), disposition: "inline" };
        self.link(&key, shown).await
    }

    /// Makes a link to a file that came with a text. A browser saves the file, unless it is a
    /// picture, a sound or a video that it can show safely.
    ///
    /// # Errors
    /// 404 when the file has not been copied or has been erased.
    pub async fn media(&self, media: &MediaSid) -> Result<Link, Error> {
        let key = format!("media/{media}");
        let head = self.head(&key).await?.ok_or_else(|| not_found("there is no such file"))?;
        let disposition = disposition(head.content_type().unwrap_or_default());
        self.link(&key, Shown { content_type: None, disposition }).await
    }

    /// Asks S3 what it knows of an object; `None` if there is none.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>
    async fn head(&self, key: &str) -> Result<Option<HeadObjectOutput>, Error> {
        match self.s3.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(head) => Ok(Some(head)),
            Err(SdkError::ServiceError(error)) if error.err().is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Signs a link to an object.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html>
    async fn link(&self, key: &str, shown: Shown) -> Result<Link, Error> {
        let now = OffsetDateTime::now_utc().truncate_to_second();
        let valid =
            PresigningConfig::builder().start_time(now.into()).expires_in(WORKS_FOR).build()?;
        let request = self
            .s3
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .set_response_content_type(shown.content_type.map(str::to_owned))
            .response_content_disposition(shown.disposition)
            .response_cache_control("no-store")
            .presigned(valid)
            .await?;
        Ok(Link { url: request.uri().to_owned(), expires_at: now + WORKS_FOR })
    }
}

/// Whether a browser may show a file that a stranger sent (`inline`) or must save it
/// (`attachment`).
fn disposition(content_type: &str) -> &'static str {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if SHOWN.contains(&essence.as_str()) || essence.starts_with("audio/") {
        "inline"
    } else {
        "attachment"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_can_hold_a_script_is_shown() {
        for shown in ["image/jpeg", "IMAGE/PNG", "audio/amr", "audio/mpeg; x=y", "video/mp4"] {
            assert_eq!(disposition(shown), "inline", "{shown}");
        }
        for saved in [
            "text/html",
            "image/svg+xml",
            "IMAGE/SVG+XML; charset=utf-8",
            "image/jpeg, text/html",
            "image/x-unknown",
            "application/xhtml+xml",
            "text/xml",
            "application/pdf",
            "text/vcard",
            "",
        ] {
            assert_eq!(disposition(saved), "attachment", "{saved}");
        }
    }
}
