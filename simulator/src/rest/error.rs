//! Errors in Twilio's shape: `{"code","message","more_info","status"}`.
//!
//! <https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions>

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error of the REST API.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: u32,
    message: String,
    details: Option<Value>,
}

impl ApiError {
    /// 400 with one of Twilio's codes.
    pub(super) fn bad_request(code: u32, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into(), details: None }
    }

    /// Says more of what is wrong.
    pub(super) fn with_details(self, details: Value) -> Self {
        Self { details: Some(details), ..self }
    }

    /// 409: the resource cannot do this now.
    pub(super) fn conflict(code: u32, message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, code, message: message.into(), details: None }
    }

    /// 16099: a conference is not in the status that this needs.
    ///
    /// <https://www.twilio.com/docs/api/errors/16099>
    pub(super) fn conference_status(status: &str) -> Self {
        Self::bad_request(16_099, format!("Unexpected conference status: it is {status}"))
    }

    /// A parameter that Twilio knows and the simulator does not carry out.
    pub(super) fn unsupported(name: &str) -> Self {
        Self::bad_request(20_001, format!("Parameter '{name}' is not supported by the simulator"))
    }

    pub(super) fn unauthorized() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: 20_003,
            message: "Authenticate".to_owned(),
            details: None,
        }
    }

    /// 404: the account has no such resource.
    pub(super) fn not_found(path: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: 20_404,
            message: format!("The requested resource {path} was not found"),
            details: None,
        }
    }

    /// There is such a route at Twilio, perhaps, but not here.
    pub(super) fn not_simulated(method: &Method, path: &str) -> Self {
        Self {
            message: format!(
                "The requested resource {path} was not found: the simulator does not have {method} of it"
            ),
            ..Self::not_found(path)
        }
    }

    pub(super) fn too_many_requests() -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: 20_429,
            message: "Too Many Requests".to_owned(),
            details: None,
        }
    }

    pub(super) fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: 20_500,
            message: "An internal server error has occurred".to_owned(),
            details: None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        });
        if let Some(details) = self.details {
            body["details"] = details;
        }
        (self.status, axum::Json(body)).into_response()
    }
}
