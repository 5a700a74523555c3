//! Describes the route of the OpenAPI document.
#![expect(dead_code, reason = "only its description is used")]

/// Show this document
///
/// Returns the OpenAPI description of this API. No token is needed.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "About",
    responses((status = 200, description = "An OpenAPI 3.1 document.", body = Object)),
)]
pub(super) fn get_openapi() {}
