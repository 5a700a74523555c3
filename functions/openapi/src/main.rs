//! `GET /api/openapi.json`: describes the API to whoever wants to know, signed in or not.

use shared::{Error, lambda, openapi, process::env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    // Where tokens come from, which in AWS is Cognito's address and here our own.
    let sign_in_url = env::optional("SIGN_IN_URL").unwrap_or_default();
    let document = openapi::document(sign_in_url.trim_end_matches('/'));
    lambda::public("application/json", document.to_json()?).await
}
