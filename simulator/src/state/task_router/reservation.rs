//! A reservation: a worker who is offered a task, or has it.
//!
//! <https://www.twilio.com/docs/taskrouter/api/reservations>

use time::OffsetDateTime;

use super::view::ReservationStatus;

/// A reservation of a task for a worker.
#[derive(Clone, Debug)]
pub(crate) struct Reservation {
    pub(crate) sid: String,
    pub(crate) task_sid: String,
    pub(crate) worker_sid: String,
    pub(crate) worker_name: String,
    pub(crate) queue_sid: String,
    pub(crate) status: ReservationStatus,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    pub(crate) version: u64,
}

impl Reservation {
    /// Whether the worker is being offered the task, or has it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.status,
            ReservationStatus::Pending | ReservationStatus::Accepted | ReservationStatus::Wrapping
        )
    }
}
