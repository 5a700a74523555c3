//! What a process has of its own, whatever it serves.

pub mod cache;
pub mod env;
pub mod metrics;

/// Draws a byte, for jitter: it need not be hard to guess.
pub(crate) fn random_byte() -> u8 {
    uuid::Uuid::new_v4().as_bytes()[0]
}
