//! The calls of the REST API that wait for their turn to be dialled.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The calls that wait to be dialled, oldest first, and when the last one was.
#[derive(Debug, Default)]
pub(crate) struct DialQueue {
    pub(crate) waiting: VecDeque<String>,
    pub(crate) last_turn: Option<Instant>,
    /// Whether a task gives turns, as it does while there is somebody to give one to.
    pub(crate) is_served: bool,
}

impl DialQueue {
    /// When the next turn is, with so much time between two of them.
    pub(crate) fn next_turn(&self, spacing: Duration) -> Instant {
        let now = Instant::now();
        self.last_turn.map_or(now, |last| (last + spacing).max(now))
    }
}
