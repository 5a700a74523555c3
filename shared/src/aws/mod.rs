//! What this system uses of AWS. S3's part is in [`crate::recordings`].

pub mod clients;
pub mod queue;
pub mod secrets;
pub mod table;
