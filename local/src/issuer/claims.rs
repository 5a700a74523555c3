//! What tokens say, as Cognito's do.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>,
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html>

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{directory::User, grants::Grant, now};
use crate::template::Client;

/// The access token of a program: the client is its own subject, and there is no username.
pub(super) fn of_a_program(issuer: &str, client: &Client, scopes: &[String]) -> Value {
    let now = now();
    json!({
        "sub": client.id,
        "token_use": "access",
        "scope": scopes.join(" "),
        "auth_time": now,
        "iss": issuer,
        "exp": now + client.access_token.as_secs(),
        "iat": now,
        "version": 2,
        "jti": Uuid::new_v4().to_string(),
        "client_id": client.id,
    })
}

/// The access token of a person.
pub(super) fn of_a_person(issuer: &str, client: &Client, user: &User, grant: &Grant) -> Value {
    let now = now();
    let mut claims = Map::from_iter([("sub".to_owned(), Value::from(user.sub.clone()))]);
    if !user.groups.is_empty() {
        claims.insert("cognito:groups".to_owned(), json!(user.groups));
    }
    let rest = json!({
        "iss": issuer,
        "version": 2,
        "client_id": client.id,
        "origin_jti": grant.origin,
        "token_use": "access",
        "scope": grant.scopes.join(" "),
        "auth_time": grant.auth_time,
        "exp": now + client.access_token.as_secs(),
        "iat": now,
        "jti": Uuid::new_v4().to_string(),
        "username": user.username,
    });
    claims.extend(rest.as_object().cloned().unwrap_or_default());
    Value::Object(claims)
}

/// The ID token of a person: who they are, for the client only.
pub(super) fn identity(issuer: &str, client: &Client, user: &User, grant: &Grant) -> Value {
    let now = now();
    let mut claims: Map<String, Value> =
        user.attributes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    if !user.groups.is_empty() {
        claims.insert("cognito:groups".to_owned(), json!(user.groups));
    }
    if let Some(nonce) = &grant.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    let rest = json!({
        "sub": user.sub,
        "email_verified": true,
        "iss": issuer,
        "cognito:username": user.username,
        "origin_jti": grant.origin,
        "aud": client.id,
        "token_use": "id",
        "auth_time": grant.auth_time,
        "exp": now + client.id_token.as_secs(),
        "iat": now,
        "jti": Uuid::new_v4().to_string(),
    });
    claims.extend(rest.as_object().cloned().unwrap_or_default());
    Value::Object(claims)
}
