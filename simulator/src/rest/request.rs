//! A request to the REST API as it is read, and a successful answer.

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::simulator::Simulator;

/// A request to the REST API, with its query and form read.
pub(super) struct Request<'a> {
    pub(super) simulator: &'a Simulator,
    /// With the query, for the links of lists.
    pub(super) uri: &'a Uri,
    pub(super) query: Form,
    pub(super) form: Form,
}

/// A form or a query: names and values as they were sent; names may repeat.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(pub(super) Vec<(String, String)>);

impl Form {
    pub(super) fn parse(text: &[u8]) -> Self {
        Self(serde_urlencoded::from_bytes(text).unwrap_or_default())
    }

    /// The value, unless it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.sent(name).filter(|value| !value.is_empty())
    }

    /// The value, even an empty one, which takes a setting away.
    pub(super) fn sent(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(sent, _)| sent == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(sent, _)| sent == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// A successful answer of the REST API.
pub(super) enum Reply {
    Json(StatusCode, Value),
    Deleted,
    /// A file: its content type and its content.
    Media(String, Bytes),
}

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        Self::Json(StatusCode::OK, body)
    }

    pub(super) fn created(body: Value) -> Self {
        Self::Json(StatusCode::CREATED, body)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Json(status, body) => (status, axum::Json(body)).into_response(),
            Self::Deleted => StatusCode::NO_CONTENT.into_response(),
            // Bytes are counted references: a large recording is not copied.
            Self::Media(content_type, bytes) => {
                let nosniff = [(X_CONTENT_TYPE_OPTIONS, "nosniff")];
                ([(CONTENT_TYPE, content_type)], nosniff, bytes).into_response()
            }
        }
    }
}
