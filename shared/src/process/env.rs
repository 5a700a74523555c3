//! Reads environment variables, which `template.yaml` declares.

use std::{env, str::FromStr};

use thiserror::Error;

/// The error for an environment variable that the template should have set otherwise.
#[derive(Debug, Error)]
pub enum EnvError {
    /// The variable is absent or empty.
    #[error("environment variable {0} is not set")]
    Missing(&'static str),
    /// The variable's value does not parse.
    #[error("environment variable {0} has a value that is not valid")]
    Invalid(&'static str),
}

/// The value of a variable that must be set and not empty.
pub fn required(name: &'static str) -> Result<String, EnvError> {
    optional(name).ok_or(EnvError::Missing(name))
}

/// The value of a variable that may be absent; empty counts as absent.
pub fn optional(name: &'static str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The parsed value of a variable that must be set.
pub fn parsed<T: FromStr>(name: &'static str) -> Result<T, EnvError> {
    parsed_optional(name)?.ok_or(EnvError::Missing(name))
}

/// The parsed value of a variable that may be absent or empty, but must parse if it is set.
pub fn parsed_optional<T: FromStr>(name: &'static str) -> Result<Option<T>, EnvError> {
    let parsed = optional(name).map(|value| value.parse());
    parsed.transpose().map_err(|_| EnvError::Invalid(name))
}
