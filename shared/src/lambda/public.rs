//! A document that anybody may read, without signing in.

use lambda_http::http::{HeaderValue, header::CACHE_CONTROL};

use super::{api::refusal, response, serve};
use crate::Error;

/// Serves one document. It is the same until the next deployment; a client that has it need not ask
/// again for five minutes.
pub async fn public(content_type: &'static str, document: String) -> Result<(), Error> {
    let mut answer = response(200, content_type, document);
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    let answer = &answer;
    serve(|_| async { Ok(answer.clone()) }, refusal).await
}
