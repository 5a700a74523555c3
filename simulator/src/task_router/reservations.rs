//! Offers: how reservations are made, and what becomes of them.

use std::time::Duration;

use time::OffsetDateTime;

use super::events::assignment_params;
use super::tasks::MOST_OFFERS;
use super::{About, Desk};
use crate::sid;
use crate::state::params::Params;
use crate::state::task_router::{
    Assignment, EventType, Reservation, ReservationStatus, TaskStatus,
};

/// Why a task is canceled that was offered too often, as people report it.
const OFFERED_TOO_OFTEN: &str = "Task TTL Exceeded or Max assignment count exceeded";

/// A reservation is not, or no longer, an offer.
#[derive(Debug)]
pub(crate) struct NotPending(pub(crate) Option<ReservationStatus>);

impl Desk<'_> {
    /// Offers a task to workers, and asks the app what to do with each of them.
    pub(super) fn offer(&mut self, task_sid: &str, workers: &[String]) {
        let Some(task) = self.workspace.task(task_sid) else { return };
        if task.offers >= MOST_OFFERS {
            self.cancel(task_sid, OFFERED_TOO_OFTEN);
            return self.tell_caller(task_sid);
        }
        let queue_sid = task.queue_sid.clone().unwrap_or_default();
        let workflow = self.workspace.workflow(&task.workflow_sid);
        let timeout = workflow.map_or(120, |workflow| workflow.reservation_timeout);
        let urls = workflow.map(|it| [it.assignment_url.clone(), it.fallback_url.clone()]);
        let urls: Vec<String> = urls.into_iter().flatten().flatten().collect();
        self.change(task_sid, |task| {
            task.status = TaskStatus::Reserved;
            task.offers += 1;
        });
        for worker_sid in workers {
            let Some(worker) = self.workspace.worker(worker_sid) else { continue };
            let now = OffsetDateTime::now_utc();
            let reservation = Reservation {
                sid: sid::new("WR"),
                task_sid: task_sid.to_owned(),
                worker_sid: worker.sid.clone(),
                worker_name: worker.friendly_name.clone(),
                queue_sid: queue_sid.clone(),
                status: ReservationStatus::Pending,
                created: now,
                updated: now,
                version: 0,
            };
            let sid = reservation.sid.clone();
            self.workspace.reservations.push(reservation.clone());
            self.tell(EventType::ReservationCreated, About::Reservation(&sid), Params::default());
            if !urls.is_empty() {
                self.simulator.assign(Assignment {
                    workspace_sid: self.workspace.sid.clone(),
                    reservation_sid: sid.clone(),
                    urls: urls.clone(),
                    params: assignment_params(self.simulator, self.workspace, &reservation),
                });
            }
            let after = Duration::from_secs(timeout.into());
            self.later(task_sid, after, move |desk, _| desk.time_out(&sid));
        }
    }

    /// The reservations of a task that are offers, or that workers have.
    pub(crate) fn open_reservations(&self, task_sid: &str) -> Vec<String> {
        let of_task = |it: &&Reservation| it.task_sid == task_sid && it.is_open();
        self.workspace.reservations.iter().filter(of_task).map(|it| it.sid.clone()).collect()
    }

    /// Gives a reservation a new status and tells of it; a worker who has nothing more to do with it
    /// is idle from now on.
    pub(super) fn close(&mut self, sid: &str, status: ReservationStatus, event: EventType) {
        let Some(reservation) = self.workspace.reservation_mut(sid) else { return };
        reservation.status = status;
        reservation.updated = OffsetDateTime::now_utc();
        reservation.version += 1;
        let (worker, is_open) = (reservation.worker_sid.clone(), reservation.is_open());
        if !is_open {
            self.workspace.becomes_idle(&worker);
        }
        self.tell(event, About::Reservation(sid), Params::default());
    }

    fn pending(&self, sid: &str) -> Result<&Reservation, NotPending> {
        let found = self.workspace.reservation(sid);
        let reservation = found.ok_or(NotPending(None))?;
        match reservation.status {
            ReservationStatus::Pending => Ok(reservation),
            status => Err(NotPending(Some(status))),
        }
    }

    /// A worker takes the task; others who were offered it do not get it.
    ///
    /// # Errors
    /// It is no offer any more.
    pub(crate) fn accept(&mut self, sid: &str) -> Result<(), NotPending> {
        let task_sid = self.pending(sid)?.task_sid.clone();
        self.close(sid, ReservationStatus::Accepted, EventType::ReservationAccepted);
        self.assigned(&task_sid);
        for other in self.open_reservations(&task_sid).iter().filter(|other| *other != sid) {
            self.close(other, ReservationStatus::Rescinded, EventType::ReservationRescinded);
        }
        Ok(())
    }

    /// A worker does not take the task, and perhaps goes to do something else.
    ///
    /// # Errors
    /// It is no offer any more.
    pub(crate) fn reject(&mut self, sid: &str, activity: Option<&str>) -> Result<(), NotPending> {
        let worker = self.pending(sid)?.worker_sid.clone();
        self.close(sid, ReservationStatus::Rejected, EventType::ReservationRejected);
        if let Some(activity) = activity {
            self.set_activity(&worker, activity);
        }
        self.offer_failed(sid);
        Ok(())
    }

    /// A worker did not react: "the Worker is moved to the timeout activity".
    ///
    /// <https://www.twilio.com/docs/taskrouter/api/workspace#workspace-properties>
    fn time_out(&mut self, sid: &str) {
        self.take_back(sid, ReservationStatus::Timeout, EventType::ReservationTimeout);
    }

    /// A worker could not be reached.
    pub(crate) fn fail(&mut self, sid: &str) {
        self.take_back(sid, ReservationStatus::Canceled, EventType::ReservationFailed);
    }

    fn take_back(&mut self, sid: &str, status: ReservationStatus, event: EventType) {
        let Ok(reservation) = self.pending(sid) else { return };
        let worker = reservation.worker_sid.clone();
        self.close(sid, status, event);
        let activity = self.workspace.timeout_activity_sid.clone();
        self.set_activity(&worker, &activity);
        self.offer_failed(sid);
    }

    /// The task waits again, unless somebody else is still being offered it; it goes on in its
    /// workflow if its time there is over.
    fn offer_failed(&mut self, sid: &str) {
        let reservation = self.workspace.reservation(sid);
        let Some(task_sid) = reservation.map(|it| it.task_sid.clone()) else { return };
        let is_reserved =
            self.workspace.task(&task_sid).is_some_and(|it| it.status == TaskStatus::Reserved);
        if !is_reserved || !self.open_reservations(&task_sid).is_empty() {
            return;
        }
        self.change(&task_sid, |task| task.status = TaskStatus::Pending);
        if self.is_late(&task_sid) {
            self.advance(&task_sid);
        }
    }
}
