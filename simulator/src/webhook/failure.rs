//! Why there is no answer to a webhook, as Twilio says it.

use std::error::Error as _;

use super::overrides::RetryClass;

/// Why there is no answer to a webhook: Twilio's error code and text.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: u32,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: u32, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    /// There is no HTTP client that the request could be made with.
    pub(super) fn no_client(error: &reqwest::Error) -> Self {
        Self::new(11_200, chain(error))
    }
}

/// Twilio's error for a failed exchange, and whether it counts as a failure to
/// connect.
pub(super) fn classify(error: &reqwest::Error) -> (RetryClass, Failure) {
    let text = chain(error);
    let lower = text.to_lowercase();
    if !error.is_connect() {
        let class = if error.is_timeout() { RetryClass::Read } else { RetryClass::Never };
        return (class, Failure::new(11_200, text));
    }
    let code = if lower.contains("dns") || lower.contains("resolve") {
        11_210
    } else if lower.contains("certificate") || lower.contains("handshake") {
        11_220
    } else {
        11_205
    };
    (RetryClass::Connect, Failure::new(code, text))
}

/// An error and its sources, without the URL: that may hold personal data.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::from("request failed");
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
