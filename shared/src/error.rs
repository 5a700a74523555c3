//! The one error of a function.

use std::{
    borrow::Cow,
    error::Error as StdError,
    fmt::{self, Write},
};

/// Why a request was not answered as asked.
///
/// Use [`bad_request`], [`forbidden`] and their like for what the sender did wrong: the sender is
/// told. Everything else becomes [`Error::Internal`] through `?`: the sender learns nothing, and
/// [`crate::lambda`] logs it once, with its chain of sources.
pub enum Error {
    /// The sender's mistake.
    Client {
        /// HTTP status, 4xx.
        status: u16,
        /// What to tell the sender. Never holds a value that the sender gave.
        message: Cow<'static, str>,
    },
    /// Our failure, or that of something we depend on.
    Internal(Box<dyn StdError + Send + Sync>),
}

/// 400: the request is not one that we understand.
pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Error {
    client(400, message)
}

/// 403: the request is not from whom it says.
pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Error {
    client(403, message)
}

/// 413: the body is larger than any that is legitimate.
pub fn too_large(message: impl Into<Cow<'static, str>>) -> Error {
    client(413, message)
}

/// 415: the body is of another kind than the route takes.
pub fn unsupported_media_type(message: impl Into<Cow<'static, str>>) -> Error {
    client(415, message)
}

fn client(status: u16, message: impl Into<Cow<'static, str>>) -> Error {
    Error::Client { status, message: message.into() }
}

impl Error {
    /// An internal error that has no type of its own.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into().into())
    }

    /// The error and its sources on one line, for the log.
    pub fn chain(&self) -> String {
        match self {
            Self::Client { status, message } => format!("{status}: {message}"),
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

/// What `main` prints when a function cannot start.
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
