//! `POST /oauth2/token` and `POST /oauth2/revoke`.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html>,
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html>,
//! <https://www.rfc-editor.org/rfc/rfc6749#section-5>

use std::collections::HashMap;

use aws_lc_rs::digest;
use axum::{
    Json,
    body::Bytes,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, CACHE_CONTROL},
    },
    response::{IntoResponse, Response},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use super::{Issuer, claims, directory::User, grants::Grant, now};
use crate::template::Client;

/// An error's code, as OAuth has them.
type Refusal = &'static str;

impl Issuer {
    pub(super) fn token(&self, headers: &HeaderMap, body: &Bytes) -> Response {
        let form: HashMap<String, String> = serde_urlencoded::from_bytes(body).unwrap_or_default();
        let mut answer = match self.issue(headers, &form) {
            Ok(tokens) => ([(CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
            Err(code) => refused(code),
        };
        // For pages at other addresses, as far as this port's door lets them ask. Whether Cognito lets
        // them read the answer of a revocation is not documented: here it does not.
        let anybody = HeaderValue::from_static("*");
        answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, anybody);
        answer
    }

    /// Ends a refresh token of the client's. Any other text has no effect, and is no error.
    pub(super) fn revoke(&self, headers: &HeaderMap, body: &Bytes) -> Response {
        let form: HashMap<String, String> = serde_urlencoded::from_bytes(body).unwrap_or_default();
        let revoked = self.authenticated(headers, &form).and_then(|client| {
            let token = form.get("token").filter(|_| client.revokes).ok_or("invalid_request")?;
            if self.keys.verify(token).is_ok() {
                return Err("unsupported_token_type");
            }
            let grant = self.grants.refresh(token);
            if grant.is_some_and(|(grant, _)| grant.client == client.id) {
                self.grants.end_refresh_token(token, 0);
            }
            Ok(())
        });
        match revoked {
            Ok(()) => StatusCode::OK.into_response(),
            Err(code) => refused(code),
        }
    }

    fn issue(&self, headers: &HeaderMap, form: &HashMap<String, String>) -> Result<Value, Refusal> {
        let client = self.authenticated(headers, form)?;
        match form.get("grant_type").map(String::as_str) {
            Some("client_credentials") if client.is_program => {
                let scopes = scopes(client, form.get("scope").map(String::as_str));
                let scopes = scopes.ok_or("invalid_scope")?;
                let claims = claims::of_a_program(&self.url, client, &scopes);
                Ok(json!({
                    "access_token": self.signed(&claims)?,
                    "expires_in": client.access_token.as_secs(),
                    "token_type": "Bearer",
                }))
            }
            Some("authorization_code") if client.signs_in_people => {
                let grant = self.redeem(client, form)?;
                let user = self.directory.find(&grant.sub).ok_or("invalid_grant")?;
                let mut tokens = self.tokens(client, &user, &grant)?;
                let lasts = client.refresh_token.as_secs();
                tokens["refresh_token"] = self.grants.add_refresh_token(grant, lasts).into();
                Ok(tokens)
            }
            Some("refresh_token") if client.signs_in_people => {
                let secret = form.get("refresh_token").ok_or("invalid_request")?;
                let (grant, until) = self.grants.refresh(secret).ok_or("invalid_grant")?;
                if grant.client != client.id {
                    return Err("invalid_grant");
                }
                let user = self.directory.find(&grant.sub).ok_or("invalid_grant")?;
                let mut tokens = self.tokens(client, &user, &grant)?;
                if let Some(grace) = client.rotation {
                    self.grants.end_refresh_token(secret, now() + grace.as_secs());
                    let left = until.saturating_sub(now());
                    tokens["refresh_token"] = self.grants.add_refresh_token(grant, left).into();
                }
                Ok(tokens)
            }
            Some("client_credentials" | "authorization_code" | "refresh_token") => {
                Err("unauthorized_client")
            }
            Some(_) => Err("unsupported_grant_type"),
            None => Err("invalid_request"),
        }
    }

    /// The client that a request is of: by Basic authentication or by its form, with its secret if
    /// it has one.
    fn authenticated(
        &self,
        headers: &HeaderMap,
        form: &HashMap<String, String>,
    ) -> Result<&Client, Refusal> {
        let basic = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
            .and_then(|encoded| String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok());
        let (id, secret) = match basic.as_deref().and_then(|pair| pair.split_once(':')) {
            Some((id, secret)) => (id, Some(secret)),
            None => {
                let of = |name: &str| form.get(name).map(String::as_str);
                (of("client_id").ok_or("invalid_request")?, of("client_secret"))
            }
        };
        let client = self.client(id).ok_or("invalid_client")?;
        match &client.secret {
            Some(known) if secret != Some(known.as_str()) => Err("invalid_client"),
            _ => Ok(client),
        }
    }

    /// The grant of an authorization code, if the client is the one that asked for it.
    fn redeem(&self, client: &Client, form: &HashMap<String, String>) -> Result<Grant, Refusal> {
        let secret = form.get("code").ok_or("invalid_request")?;
        let code = self.grants.take_code(secret).ok_or("invalid_grant")?;
        let verifier = form.get("code_verifier");
        let proved = match (&code.challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => {
                let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
                *challenge == BASE64_URL_SAFE_NO_PAD.encode(digest)
            }
            _ => false,
        };
        let same_address = form.get("redirect_uri") == Some(&code.redirect_uri);
        (proved && same_address && code.grant.client == client.id)
            .then_some(code.grant)
            .ok_or("invalid_grant")
    }

    fn tokens(&self, client: &Client, user: &User, grant: &Grant) -> Result<Value, Refusal> {
        let mut tokens = json!({
            "access_token": self.signed(&claims::of_a_person(&self.url, client, user, grant))?,
            "expires_in": client.access_token.as_secs(),
            "token_type": "Bearer",
        });
        if grant.scopes.iter().any(|scope| scope == "openid") {
            let identity = claims::identity(&self.url, client, user, grant);
            tokens["id_token"] = self.signed(&identity)?.into();
        }
        Ok(tokens)
    }

    fn signed(&self, claims: &Value) -> Result<String, Refusal> {
        self.keys.sign(&self.keys.header(), claims).map_err(|error| {
            tracing::error!(%error, "no token");
            "server_error"
        })
    }

    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html>
    pub(super) fn user_info(&self, headers: &HeaderMap) -> Response {
        let token = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .and_then(|token| self.keys.verify(token).ok())
            .filter(|claims| claims["exp"].as_u64().is_some_and(|until| until > now()));
        let user = token.and_then(|claims| self.directory.find(claims["sub"].as_str()?));
        match user {
            Some(user) => {
                let mut about = json!({"sub": user.sub, "username": user.username});
                for (name, value) in &user.attributes {
                    about[name] = value.as_str().into();
                }
                Json(about).into_response()
            }
            None => {
                let body = json!({"error": "invalid_token"});
                (StatusCode::UNAUTHORIZED, Json(body)).into_response()
            }
        }
    }
}

fn refused(code: Refusal) -> Response {
    let status = match code {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, Json(json!({ "error": code }))).into_response()
}

/// What a client may have of the scopes that it wants, all of its own when it names none; `None`
/// when it wants others.
pub(super) fn scopes(client: &Client, wanted: Option<&str>) -> Option<Vec<String>> {
    let wanted = wanted.map(str::trim).filter(|wanted| !wanted.is_empty());
    let Some(wanted) = wanted else { return Some(client.scopes.clone()) };
    let wanted: Vec<_> = wanted.split_whitespace().map(str::to_owned).collect();
    wanted.iter().all(|scope| client.scopes.contains(scope)).then_some(wanted)
}
