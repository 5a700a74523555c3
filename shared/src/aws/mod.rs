//! The AWS services that this system uses. S3 is in [`crate::recordings`].

pub mod clients;
pub mod queue;
pub mod secrets;
pub mod table;
