//! Errors of the control API, and how its requests are read.

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::number;
use crate::person::Refused;

/// An error of the control API: `{"error": "…"}`.
pub(super) struct Problem(pub(super) StatusCode, pub(super) String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let status = match refused {
            Refused::NoSuchCall(_) => StatusCode::NOT_FOUND,
            Refused::NoSuchKey(_) | Refused::Unspeakable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::CONFLICT,
        };
        Self(status, refused.to_string())
    }
}

pub(super) fn unprocessable(message: impl Into<String>) -> Problem {
    Problem(StatusCode::UNPROCESSABLE_ENTITY, message.into())
}

pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| unprocessable(format!("body: {error}")))
}

/// A phone's name: its number in E.164, or a word such as `anonymous`.
pub(super) fn party(path: &str) -> String {
    number::normalize(path).unwrap_or_else(|| path.trim().to_owned())
}
