//! The error that functions fail with, and the problem that API users are told.

use std::{
    borrow::Cow,
    error::Error as StdError,
    fmt::{self, Write},
};

use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not answered as asked.
///
/// Use [`bad_request`], [`forbidden`] and their like for what the sender did wrong: the sender is
/// told. Everything else becomes [`Error::Internal`] through `?`: the sender learns nothing, and
/// [`crate::lambda`] logs it once, with its chain of sources.
pub enum Error {
    /// The sender's mistake, or a state that the sender can wait for to end.
    Client(Box<Problem>),
    /// Our failure, or that of something we depend on.
    Internal(Box<dyn StdError + Send + Sync>),
}

/// Why a request was refused, as problem details of RFC 9457.
/// <https://www.rfc-editor.org/rfc/rfc9457>
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The HTTP status in words, e.g. `Not Found`.
    pub title: &'static str,
    /// What went wrong, for a person. Never holds a value that the sender gave.
    #[schema(value_type = String)]
    pub detail: Cow<'static, str>,
    /// The field of the request that was refused; left out when it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Twilio's code of the error, when Twilio refused; else left out.
    /// <https://www.twilio.com/docs/api/errors>
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// How many seconds to wait before trying again, as header `Retry-After` says too; else left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

/// 400: the request is not one that we understand.
pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Error {
    client(400, detail)
}

/// 403: the request is not from the sender that it names, or that sender may not do this.
pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Error {
    client(403, detail)
}

/// 404: there is no such thing.
pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Error {
    client(404, detail)
}

/// 409: what the request asks for contradicts what is there.
pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Error {
    client(409, detail)
}

/// 413: the body is larger than any that is legitimate.
pub fn too_large(detail: impl Into<Cow<'static, str>>) -> Error {
    client(413, detail)
}

/// 415: the body is of another kind than the route takes.
pub fn unsupported_media_type(detail: impl Into<Cow<'static, str>>) -> Error {
    client(415, detail)
}

/// 422: understood, and refused for the value of a field.
pub fn invalid(field: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Error {
    Error::Client(Box::new(Problem { field: Some(field.into()), ..problem(422, detail) }))
}

/// 422: understood, and refused for a reason that is in no field of the request.
pub fn unprocessable(detail: impl Into<Cow<'static, str>>) -> Error {
    client(422, detail)
}

/// 422 with Twilio's code: Twilio refused, or would have.
pub fn refused_by_twilio(code: u32, detail: impl Into<Cow<'static, str>>) -> Error {
    Error::Client(Box::new(Problem { code: Some(code), ..problem(422, detail) }))
}

/// 429: a cap on texts or calls is reached.
pub fn too_many(retry_after_seconds: u32, detail: impl Into<Cow<'static, str>>) -> Error {
    later(429, retry_after_seconds, detail)
}

/// 503: it cannot be done now, but later.
pub fn unavailable(retry_after_seconds: u32, detail: impl Into<Cow<'static, str>>) -> Error {
    later(503, retry_after_seconds, detail)
}

fn later(status: u16, seconds: u32, detail: impl Into<Cow<'static, str>>) -> Error {
    Error::Client(Box::new(Problem {
        retry_after_seconds: Some(seconds),
        ..problem(status, detail)
    }))
}

fn client(status: u16, detail: impl Into<Cow<'static, str>>) -> Error {
    Error::Client(Box::new(problem(status, detail)))
}

fn problem(status: u16, detail: impl Into<Cow<'static, str>>) -> Problem {
    let title = match status {
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    };
    Problem {
        status,
        title,
        detail: detail.into(),
        field: None,
        code: None,
        retry_after_seconds: None,
    }
}

impl Problem {
    /// 500, which tells the sender nothing of our failure.
    pub fn internal() -> Self {
        problem(500, "internal error")
    }
}

impl Error {
    /// An internal error that has no type of its own.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into().into())
    }

    /// The problem that the sender is told; `None` for our own failures.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Client(problem) => Some(problem),
            Self::Internal(_) => None,
        }
    }

    /// The error and its sources on one line, for the log.
    pub fn chain(&self) -> String {
        match self {
            Self::Client(problem) => format!("{}: {}", problem.status, problem.detail),
            Self::Internal(error) => {
                let mut line = error.to_string();
                let mut source = error.source();
                while let Some(cause) = source {
                    let _ = write!(line, ": {cause}");
                    source = cause.source();
                }
                line
            }
        }
    }
}

/// Writes the chain of sources, because `main` prints this when a function cannot start.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chain())
    }
}

// `Error` is no `std::error::Error` itself, which is what makes this conversion possible.
impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Internal(Box::new(error))
    }
}
