//! Describes the parameters that several routes take.
#![expect(dead_code, reason = "only their description is used")]

use utoipa::IntoParams;

use crate::values::Address;

/// The parameters that select a page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// How many items a page has at most.
    #[param(minimum = 1, maximum = 100, default = 50, example = 20)]
    limit: Option<u32>,
    /// `next` of the page before. When left out, the list begins.
    cursor: Option<String>,
}

/// A contact, by any of its numbers.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfContact {
    /// One of the contact's numbers, as lists of contacts show it, with `+` as `%2B`.
    #[param(inline)]
    number: Address,
}

/// A request that can be sent again.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct Repeatable {
    /// Any text, new for each new request. For 24 hours, the same request with the same key has the
    /// first one's answer and no second effect; another request with the same key is refused.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]([ -~]*[!-~])?$",
        nullable = false,
        example = "5e0b6a4c-1f0d-4f3e-9f7a-2d6f5a1c8b90"
    )]
    key: Option<String>,
}
