//! The issuer of tokens that stands in for Cognito, on the API's own port.
//!
//! Which clients, scopes and groups there are is the template's; who can sign in is the directory's.
//! Nobody has a password: whoever reaches the page may be anybody.

mod claims;
pub(crate) mod directory;
mod grants;
pub(crate) mod keys;
mod pages;
mod token;

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::template::{Client, UserPool};
use directory::UserDirectory;
use grants::Grants;
use keys::Keys;

/// Issues tokens for the clients of the template's user pool.
pub(crate) struct Issuer {
    /// The claim `iss`: the API's address.
    pub(crate) url: String,
    pub(crate) keys: Arc<Keys>,
    pub(crate) directory: Arc<UserDirectory>,
    pool: UserPool,
    grants: Grants,
}

impl Issuer {
    pub(crate) fn new(
        url: String,
        keys: Arc<Keys>,
        directory: Arc<UserDirectory>,
        pool: UserPool,
    ) -> Self {
        Self { url, keys, directory, pool, grants: Grants::default() }
    }

    fn client(&self, id: &str) -> Option<&Client> {
        self.pool.clients.iter().find(|client| client.id == id)
    }

    /// Answers what is the issuer's; `None` for all other paths.
    pub(crate) fn answer(
        &self,
        method: &Method,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Option<Response> {
        Some(match (method.as_str(), path) {
            ("GET", "/.well-known/openid-configuration") => public(self.configuration()),
            ("GET", "/.well-known/jwks.json") => public(self.keys.jwks()),
            ("POST", "/oauth2/token") => self.token(headers, body),
            ("POST", "/oauth2/revoke") => self.revoke(headers, body),
            ("GET", "/oauth2/authorize") => self.sign_in_page(query),
            ("POST", "/oauth2/authorize") => self.sign_in(body),
            ("GET", "/oauth2/userInfo") => self.user_info(headers),
            ("GET", "/logout") => self.sign_out(query),
            (_, path) if path.starts_with("/oauth2/") || path.starts_with("/.well-known/") => {
                (StatusCode::NOT_FOUND, Json(json!({"message": "Not Found"}))).into_response()
            }
            _ => return None,
        })
    }

    /// <https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata>
    fn configuration(&self) -> Value {
        let url = &self.url;
        json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/oauth2/authorize"),
            "token_endpoint": format!("{url}/oauth2/token"),
            "userinfo_endpoint": format!("{url}/oauth2/userInfo"),
            "revocation_endpoint": format!("{url}/oauth2/revoke"),
            "end_session_endpoint": format!("{url}/logout"),
            "jwks_uri": format!("{url}/.well-known/jwks.json"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": ["openid", "email", "phone", "profile"],
        })
    }

    /// Ends all that a person has granted. Access tokens stay good until they expire, as Cognito's
    /// do for API Gateway.
    pub(crate) fn sign_out_everywhere(&self, sub: &str) {
        self.grants.end_all_of(sub);
    }

    /// A token of a client for itself, as `make token` prints it.
    ///
    /// # Errors
    /// There is no such program, or it may not have one of the scopes.
    pub(crate) fn program_token(&self, client: &str, scopes: &[&str]) -> Result<String> {
        let client = self.client(client).context("there is no such client")?;
        let wanted = (!scopes.is_empty()).then(|| scopes.join(" "));
        let scopes = token::scopes(client, wanted.as_deref()).context("a scope is not allowed")?;
        self.keys.sign(&self.keys.header(), &claims::of_a_program(&self.url, client, &scopes))
    }

    /// The access token of a person who has signed in with a client.
    ///
    /// # Errors
    /// There is no such client or person.
    pub(crate) fn person_token(
        &self,
        client: &str,
        email: &str,
        scopes: &[&str],
    ) -> Result<String> {
        let client = self.client(client).context("there is no such client")?;
        let user = self.directory.find(email).context("there is no such person")?;
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let grant = grants::Grant::new(client, &user, scopes, None);
        self.keys.sign(&self.keys.header(), &claims::of_a_person(&self.url, client, &user, &grant))
    }
}

fn public(value: Value) -> Response {
    ([(CACHE_CONTROL, "public, max-age=300")], Json(value)).into_response()
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}
