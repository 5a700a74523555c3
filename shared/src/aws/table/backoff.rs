//! How long to wait before DynamoDB is asked again.

use std::time::Duration;

/// How often a request is made again.
const MAX_ATTEMPTS: u32 = 6;

/// The waits of one request that DynamoDB could not serve yet: it met a transaction on the same
/// item, or there were too many requests.
#[derive(Debug)]
pub(super) struct Backoff {
    attempts: u32,
}

impl Backoff {
    pub(super) fn new() -> Self {
        Self { attempts: 0 }
    }

    /// Waits before the next attempt: each time twice as long, with a random part, so that two who
    /// met do not meet again. `false`, at once, when there were enough attempts.
    pub(super) async fn wait(&mut self) -> bool {
        if self.attempts == MAX_ATTEMPTS {
            return false;
        }
        let chance = u64::from(crate::process::random_byte());
        tokio::time::sleep(Duration::from_millis(10 * (1 << self.attempts) + chance)).await;
        self.attempts += 1;
        true
    }
}
