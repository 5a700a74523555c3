//! What every process needs, whatever function it runs: environment, cache, metrics, chance.

pub mod cache;
pub mod env;
pub mod metrics;

/// Draws a random byte for jitter; it need not be hard to guess.
pub(crate) fn random_byte() -> u8 {
    uuid::Uuid::new_v4().as_bytes()[0]
}
