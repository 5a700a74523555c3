//! Describes the answers that many routes have in common.

use serde::Serialize;
use utoipa::{
    Modify, ToSchema,
    openapi::{
        Content, Header, HeaderBuilder, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Response,
        path::{Operation, ParameterIn},
        schema::Type,
    },
};

/// An answer that API Gateway gives by itself.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html>
#[derive(Serialize, ToSchema)]
pub(super) struct GatewayError {
    /// The HTTP status in words, e.g. `Unauthorized`.
    #[schema(example = "Unauthorized")]
    message: String,
}

/// Which part of the system gives an answer.
#[derive(Clone, Copy)]
enum By {
    /// API Gateway, before or instead of the function.
    Gateway,
    /// The function behind the route.
    Function,
    Either,
}

impl By {
    fn content(self) -> Vec<(String, Content)> {
        let content = |media_type: &str, schema| {
            (media_type.to_owned(), Content::new(Some(Ref::from_schema_name(schema))))
        };
        let gateway = || content("application/json", "GatewayError");
        let function = || content("application/problem+json", "Problem");
        match self {
            Self::Gateway => vec![gateway()],
            Self::Function => vec![function()],
            Self::Either => vec![function(), gateway()],
        }
    }
}

fn retry_after() -> Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
    HeaderBuilder::new()
        .schema(seconds)
        .description(Some("After how many seconds to try again, where the answer is a `Problem`."))
        .build()
}

/// Adds to each operation the refusals that follow from what it takes, and gives the refusals that
/// it describes itself a body.
pub(super) struct CommonAnswers;

impl Modify for CommonAnswers {
    fn modify(&self, document: &mut OpenApi) {
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                complete(operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
        .into_iter()
        .flatten()
}

fn complete(operation: &mut Operation) {
    let parameters = operation.parameters.iter().flatten();
    let takes = |place| parameters.clone().any(|parameter| parameter.parameter_in == place);
    let named = |name| parameters.clone().any(|parameter| parameter.name == name);
    let has_body = operation.request_body.is_some();
    let has_key = named("Idempotency-Key");
    let is_read = has_body || has_key || named("cursor");
    let has_values = has_body || takes(ParameterIn::Query);
    let signed_in = operation.security.is_some();
    let cases = [
        (400, By::Function, is_read, "This cannot be read."),
        (401, By::Gateway, signed_in, "No token, or one that is not valid any more."),
        (403, By::Either, signed_in, "The token does not allow it."),
        (404, By::Either, takes(ParameterIn::Path), "There is no such thing."),
        (409, By::Function, has_key, "A request with this `Idempotency-Key` is running."),
        (413, By::Either, has_body, "The body is over 64 KiB."),
        (415, By::Function, has_body, "The body is not `application/json`."),
        (422, By::Function, has_values, "Refused for a value of `field`."),
        (429, By::Gateway, true, "Too many requests."),
        (500, By::Either, true, "Our own failure."),
        (503, By::Gateway, true, "Not now: try again later."),
    ];
    for (status, by, can_occur, description) in cases {
        let answers = &mut operation.responses.responses;
        let status = status.to_string();
        // What an operation describes itself comes from its function, too.
        let (own, by) = match (answers.remove(&status), by) {
            (Some(RefOr::T(own)), By::Gateway) => (Some(own), By::Either),
            (Some(RefOr::T(own)), by) => (Some(own), by),
            (_, _) if !can_occur => continue,
            (_, by) => (None, by),
        };
        let mut answer = own.unwrap_or_else(|| Response::new(description));
        answer.content.extend(by.content());
        // API Gateway does not say when to try again.
        if matches!((&*status, by), ("429" | "503", By::Either)) {
            answer.headers.insert("Retry-After".to_owned(), retry_after());
        }
        answers.insert(status, RefOr::T(answer));
    }
}
