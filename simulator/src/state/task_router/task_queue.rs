//! A task queue: the workers that tasks in it can go to.
//!
//! <https://www.twilio.com/docs/taskrouter/api/task-queue>

use time::OffsetDateTime;

use crate::expression::Expression;

/// Which task of a queue comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum QueueOrder {
    #[default]
    Fifo,
    Lifo,
}

impl QueueOrder {
    /// `FIFO` or `LIFO`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "FIFO" => Some(Self::Fifo),
            "LIFO" => Some(Self::Lifo),
            _ => None,
        }
    }

    /// The order as Twilio writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fifo => "FIFO",
            Self::Lifo => "LIFO",
        }
    }
}

/// A task queue.
#[derive(Clone, Debug)]
pub(crate) struct TaskQueue {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    /// Whom tasks in it can go to; without one they wait.
    pub(crate) target_workers: Option<Expression>,
    /// How many workers are offered a task at once.
    pub(crate) max_reserved: usize,
    pub(crate) order: QueueOrder,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
}
