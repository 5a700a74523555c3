//! What workers do.

use time::OffsetDateTime;
use tokio::time::Instant;

use super::{About, Desk};
use crate::state::params::Params;
use crate::state::task_router::{EventType, Reservation, ReservationStatus};

impl Desk<'_> {
    /// A worker begins to do something else, unless it does that already, or nobody can do that any
    /// more.
    pub(crate) fn set_activity(&mut self, worker_sid: &str, activity_sid: &str) {
        let Some(activity) = self.workspace.activity(activity_sid) else { return };
        let available = activity.available;
        let clock = self.simulator.clock;
        let Some(worker) = self.workspace.worker_mut(worker_sid) else { return };
        if worker.activity_sid == activity_sid {
            return;
        }
        let previous = std::mem::replace(&mut worker.activity_sid, activity_sid.to_owned());
        let spent = clock.since(worker.in_activity_since);
        worker.in_activity_since = Instant::now();
        worker.status_changed = OffsetDateTime::now_utc();
        worker.updated = worker.status_changed;
        worker.version += 1;
        if available {
            self.workspace.becomes_idle(worker_sid);
        }
        let name = self.workspace.activity(&previous).map(|it| it.friendly_name.clone());
        let more = Params::default()
            .with("WorkerPreviousActivitySid", previous)
            .with("WorkerPreviousActivityName", name.unwrap_or_default())
            .with("WorkerTimeInPreviousActivity", spent.as_secs().to_string())
            .with("WorkerTimeInPreviousActivityMs", spent.as_millis().to_string());
        self.tell(EventType::WorkerActivityUpdate, About::Worker(worker_sid), more);
    }

    /// The offers that a worker has not reacted to.
    pub(crate) fn offers_to(&self, worker_sid: &str) -> Vec<String> {
        let pending = |it: &&Reservation| {
            it.worker_sid == worker_sid && it.status == ReservationStatus::Pending
        };
        self.workspace.reservations.iter().filter(pending).map(|it| it.sid.clone()).collect()
    }
}
