//! What people have granted: authorization codes and refresh tokens.
//!
//! Both are kept in memory: after a restart people sign in again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use uuid::Uuid;

use super::{directory::User, now};
use crate::template::Client;

/// How long a code is good for, in seconds.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html>
const CODE_LASTS: u64 = 300;

/// A person's consent that a client acts for them.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    /// The client's id.
    pub(super) client: String,
    /// The person.
    pub(super) sub: String,
    pub(super) scopes: Vec<String>,
    /// When the person signed in, in seconds since 1970.
    pub(super) auth_time: u64,
    /// Tells all tokens of one sign-in.
    pub(super) origin: String,
    /// What the client wants to see again in the ID token.
    pub(super) nonce: Option<String>,
}

impl Grant {
    /// A person has just signed in.
    pub(super) fn new(
        client: &Client,
        user: &User,
        scopes: Vec<String>,
        nonce: Option<String>,
    ) -> Self {
        Self {
            client: client.id.clone(),
            sub: user.sub.clone(),
            scopes,
            auth_time: now(),
            origin: Uuid::new_v4().to_string(),
            nonce,
        }
    }
}

/// A grant on its way through the browser.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) redirect_uri: String,
    /// The PKCE challenge, of method S256.
    pub(super) challenge: Option<String>,
}

#[derive(Default)]
pub(super) struct Grants(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    codes: HashMap<String, (Code, u64)>,
    refresh_tokens: HashMap<String, (Grant, u64)>,
}

impl Grants {
    pub(super) fn add_code(&self, code: Code) -> String {
        let secret = secret();
        let mut kept = self.lock();
        kept.codes.retain(|_, (_, until)| *until > now());
        kept.codes.insert(secret.clone(), (code, now() + CODE_LASTS));
        secret
    }

    /// A code is good for one try, also for one that fails.
    pub(super) fn take_code(&self, secret: &str) -> Option<Code> {
        let (code, until) = self.lock().codes.remove(secret)?;
        (until > now()).then_some(code)
    }

    pub(super) fn add_refresh_token(&self, grant: Grant, lasts: u64) -> String {
        let secret = secret();
        let mut kept = self.lock();
        kept.refresh_tokens.retain(|_, (_, until)| *until > now());
        kept.refresh_tokens.insert(secret.clone(), (grant, now() + lasts));
        secret
    }

    /// The grant of a refresh token, and until when the token is good.
    pub(super) fn refresh(&self, secret: &str) -> Option<(Grant, u64)> {
        self.lock().refresh_tokens.get(secret).filter(|(_, until)| *until > now()).cloned()
    }

    /// Ends a refresh token at this time, if it does not end earlier.
    pub(super) fn end_refresh_token(&self, secret: &str, at: u64) {
        if let Some((_, until)) = self.lock().refresh_tokens.get_mut(secret) {
            *until = at.min(*until);
        }
    }

    /// Ends everything that a person has granted.
    pub(super) fn end_all_of(&self, sub: &str) {
        let mut kept = self.lock();
        kept.codes.retain(|_, (code, _)| code.grant.sub != sub);
        kept.refresh_tokens.retain(|_, (grant, _)| grant.sub != sub);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("no holder panics")
    }
}

/// 244 random bits.
fn secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
