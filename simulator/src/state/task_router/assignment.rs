//! What is asked when a worker is reserved.

use crate::state::params::Params;

/// A reservation that the app is to be told of, and asked what to do with.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) workspace_sid: String,
    pub(crate) reservation_sid: String,
    /// `AssignmentCallbackUrl`, and the URL that is asked when it fails.
    pub(crate) urls: Vec<String>,
    pub(crate) params: Params,
}
