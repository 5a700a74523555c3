//! What every process needs, whatever function it runs: environment, cache, metrics, chance.

use sha2::{Digest, Sha256};

pub mod cache;
pub mod env;
pub mod metrics;

/// A text's SHA-256 in hexadecimal: a name for it that does not tell what it says.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Draws a random byte for jitter; it need not be hard to guess.
pub(crate) fn random_byte() -> u8 {
    uuid::Uuid::new_v4().as_bytes()[0]
}
