//! `GET /`: the agents' console, a page with its assets, and what it needs to know before anybody has
//! signed in.

use serde_json::json;
use shared::{
    Error,
    lambda::{
        self, Request,
        site::{self, Asset, Origins},
    },
    process::env,
};

/// What `build.rs` has found.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    // Cognito's address in AWS. Here the issuer is at the page's own.
    let sign_in = env::optional("SIGN_IN_URL").unwrap_or_default();
    let configuration = &json!({
        "client_id": env::required("CONSOLE_CLIENT_ID")?,
        "authorization_endpoint": format!("{sign_in}/oauth2/authorize"),
        "token_endpoint": format!("{sign_in}/oauth2/token"),
        "revocation_endpoint": format!("{sign_in}/oauth2/revoke"),
        "logout_endpoint": format!("{sign_in}/logout"),
        "scopes": env::required("CONSOLE_SCOPES")?,
        "company_name": env::required("COMPANY_NAME")?,
    });
    let origins = Origins { sign_in, files: env::required("FILES_URL")? };
    lambda::site(&origins, |request: Request| async move {
        match site::path(&request) {
            "/console.json" => site::configuration(configuration),
            path => site::asset(ASSETS, path, &request),
        }
    })
    .await
}
