//! An API key of the account.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An API key: another user name and password for the REST API. Webhooks are
/// signed with the auth token all the same.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Its identifier, `SK…`, which is the user name.
    pub sid: String,
    /// The password that belongs to it.
    pub secret: String,
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ApiKey").field("sid", &self.sid).finish_non_exhaustive()
    }
}
