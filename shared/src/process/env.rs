//! Environment variables, which `template.yaml` declares.

use std::{env, str::FromStr};

use thiserror::Error;

/// A variable that the template should have set.
#[derive(Debug, Error)]
pub enum EnvError {
    /// It is absent or empty.
    #[error("environment variable {0} is not set")]
    Missing(&'static str),
    /// Its value is not of the kind that is expected.
    #[error("environment variable {0} has a value that is not valid")]
    Invalid(&'static str),
}

/// A variable that must be set and not empty.
pub fn required(name: &'static str) -> Result<String, EnvError> {
    optional(name).ok_or(EnvError::Missing(name))
}

/// A variable that may be absent; empty counts as absent.
pub fn optional(name: &'static str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable that must be set to something that parses.
pub fn parsed<T: FromStr>(name: &'static str) -> Result<T, EnvError> {
    parsed_optional(name)?.ok_or(EnvError::Missing(name))
}

/// A variable that may be absent, but if it is there must parse.
pub fn parsed_optional<T: FromStr>(name: &'static str) -> Result<Option<T>, EnvError> {
    let parsed = optional(name).map(|value| value.parse());
    parsed.transpose().map_err(|_| EnvError::Invalid(name))
}
