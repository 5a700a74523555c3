//! Ways for an invocation to end without an answer.

use std::fmt;

use axum::body::Bytes;

/// Why an invocation has no answer.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// As many processes are busy as the function may have.
    Throttled,
    /// The event is larger than Lambda accepts.
    TooLarge,
    /// The process could not be started, or ended before it asked for its first event.
    Init(String),
    /// The process was ended because the invocation took longer than the function's timeout.
    TimedOut(String),
    /// The process ended during the invocation.
    Exited(String),
    /// The function reported this error, a JSON document.
    Reported(Bytes),
    /// The process ended before it got the event.
    Gone(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Throttled => write!(out, "Rate Exceeded: too many invocations at a time"),
            Self::TooLarge => write!(out, "the event is larger than 6 MB"),
            Self::Init(reason) => write!(out, "init failed: {reason}"),
            Self::TimedOut(reason) | Self::Exited(reason) | Self::Gone(reason) => {
                write!(out, "{reason}")
            }
            Self::Reported(error) => write!(out, "{}", String::from_utf8_lossy(error)),
        }
    }
}
