//! Documents: what an app's answer tells to do, and where it goes on.

use std::time::Duration;

use reqwest::Url;

use crate::state::leg_input::DocumentSource;
use crate::state::params::Params;
use crate::state::transcript::spoken;
use crate::twiml::{Action, Document, MessagingDocument, Prompt, Text};
use crate::webhook::{Answer, Failure};

/// A document and the URL that relative ones in it start from.
pub(crate) struct Loaded {
    pub(crate) document: Document,
    pub(crate) text: String,
    pub(crate) url: Option<Url>,
}

/// What an answer tells to do, by its content type.
///
/// <https://www.twilio.com/docs/voice/twiml#twilio-understands-mime-types>
///
/// # Errors
/// It is of no content type that can be run, or its TwiML cannot be run.
pub(crate) fn understand(answer: Answer) -> Result<Loaded, Failure> {
    let content_type = answer.content_type.unwrap_or_default();
    let mime = content_type.split(';').next().unwrap_or_default();
    let document = match mime.trim().to_ascii_lowercase().as_str() {
        "text/xml" | "application/xml" | "text/html" => Document::parse(&answer.body)
            .map_err(|warning| Failure::new(warning.code, warning.message))?,
        "text/plain" => {
            let text = spoken(&answer.body);
            Document::of("Say", Prompt::Say { text, times: 1, breaks: Duration::ZERO })
        }
        audio if audio.starts_with("audio/") => {
            Document::of("Play", Prompt::Play { url: answer.url.to_string(), times: 1 })
        }
        other => {
            let message = format!("Invalid Content-Type: {other:?}");
            return Err(Failure::new(12_300, message));
        }
    };
    Ok(Loaded { document, text: answer.body, url: Some(answer.url) })
}

/// The URL of a verb's action, by default the current document's, and what it is told.
///
/// # Errors
/// It is no URL, or there is none.
pub(crate) fn resolve_action(
    action: &Action,
    current: Option<&Url>,
    params: Params,
) -> Result<DocumentSource, Failure> {
    let invalid = || Failure::new(11_100, format!("invalid URL: {:?}", action.url));
    let url = match (&action.url, current) {
        (Some(url), current) => absolute(current, url).ok_or_else(invalid)?,
        (None, Some(current)) => current.to_string(),
        (None, None) => return Err(invalid()),
    };
    Ok(DocumentSource::Fetch { url, method: action.method, params })
}

/// A URL of a document, absolute: one that is so already stays as it is written, because that is
/// what Twilio signs.
fn absolute(current: Option<&Url>, url: &str) -> Option<String> {
    let url = url.trim();
    if Url::parse(url).is_ok() {
        return Some(url.to_owned());
    }
    current?.join(url).ok().map(Url::into)
}

/// A URL of a document, relative to where the document came from.
pub(crate) fn resolve(current: Option<&Url>, url: &str) -> String {
    absolute(current, url).unwrap_or_else(|| url.to_owned())
}

/// What an answer tells to do, by its content type: a text is the reply, and so
/// is a picture.
///
/// # Errors
/// It is of no content type that answers a text, or its TwiML cannot be read.
pub(crate) fn understand_reply(answer: &Answer) -> Result<MessagingDocument, Failure> {
    let content_type = answer.content_type.clone().unwrap_or_default();
    let mime = content_type.split(';').next().unwrap_or_default();
    match mime.trim().to_ascii_lowercase().as_str() {
        "text/xml" | "application/xml" | "text/html" => MessagingDocument::parse(&answer.body)
            .map_err(|warning| Failure::new(warning.code, warning.message)),
        "text/plain" if answer.body.trim().is_empty() => Ok(MessagingDocument::default()),
        "text/plain" => Ok(MessagingDocument::of(Text {
            body: answer.body.trim().to_owned(),
            ..Text::default()
        })),
        // As a 204 has none.
        "" if answer.body.is_empty() => Ok(MessagingDocument::default()),
        image if image.starts_with("image/") => Ok(MessagingDocument::of(Text {
            media: vec![answer.url.to_string()],
            ..Text::default()
        })),
        other => Err(Failure::new(12_300, format!("Invalid Content-Type: {other:?}"))),
    }
}
