//! A workspace and its activities.
//!
//! <https://www.twilio.com/docs/taskrouter/api/workspace>

use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedSender;

use super::{QueueOrder, Reservation, Task, TaskQueue, Worker, Workflow};
use crate::sid;
use crate::state::callback::Callback;

/// The kinds of work that every workspace knows, one of which each task is.
const CHANNELS: [&str; 6] = ["default", "voice", "chat", "sms", "video", "email"];

/// A workspace with everything that is in it, each list oldest first.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    pub(crate) event_callback_url: Option<String>,
    /// The types of events that are told, separated by commas; all if there is none.
    pub(crate) events_filter: Option<String>,
    /// Whether a worker may have a task of each channel, or only one in all.
    pub(crate) multi_task: bool,
    pub(crate) prioritized: QueueOrder,
    /// What a new worker does.
    pub(crate) default_activity_sid: String,
    /// What a worker does who did not react to a reservation.
    pub(crate) timeout_activity_sid: String,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    pub(crate) activities: Vec<Activity>,
    /// SIDs and unique names of the task channels.
    pub(crate) channels: Vec<(String, &'static str)>,
    pub(crate) queues: Vec<TaskQueue>,
    pub(crate) workflows: Vec<Workflow>,
    pub(crate) workers: Vec<Worker>,
    /// Those that REST does not show any more too.
    pub(crate) tasks: Vec<Task>,
    pub(crate) reservations: Vec<Reservation>,
    /// To the task that sends events about the workspace itself, once there was one.
    pub(crate) callbacks: Option<UnboundedSender<Callback>>,
    last_idle: u64,
}

/// Something that a worker can be doing, such as having a break.
///
/// <https://www.twilio.com/docs/taskrouter/api/activity>
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    /// Whether it leaves time for tasks.
    pub(crate) available: bool,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
}

impl Activity {
    pub(crate) fn new(friendly_name: &str, available: bool) -> Self {
        let now = OffsetDateTime::now_utc();
        let friendly_name = friendly_name.to_owned();
        Self { sid: sid::new("WA"), friendly_name, available, created: now, updated: now }
    }
}

impl Workspace {
    /// A workspace with the activities that Twilio gives each: Offline, Available and Unavailable,
    /// of which Offline is both the default and the one after a timeout.
    pub(crate) fn new(friendly_name: &str) -> Self {
        let now = OffsetDateTime::now_utc();
        let activities = vec![
            Activity::new("Offline", false),
            Activity::new("Available", true),
            Activity::new("Unavailable", false),
        ];
        Self {
            sid: sid::new("WS"),
            friendly_name: friendly_name.to_owned(),
            event_callback_url: None,
            events_filter: None,
            multi_task: true,
            prioritized: QueueOrder::Fifo,
            default_activity_sid: activities[0].sid.clone(),
            timeout_activity_sid: activities[0].sid.clone(),
            created: now,
            updated: now,
            activities,
            channels: CHANNELS.iter().map(|name| (sid::new("TC"), *name)).collect(),
            queues: Vec::new(),
            workflows: Vec::new(),
            workers: Vec::new(),
            tasks: Vec::new(),
            reservations: Vec::new(),
            callbacks: None,
            last_idle: 0,
        }
    }

    pub(crate) fn activity(&self, sid: &str) -> Option<&Activity> {
        self.activities.iter().find(|it| it.sid == sid)
    }

    pub(crate) fn queue(&self, sid: &str) -> Option<&TaskQueue> {
        self.queues.iter().find(|it| it.sid == sid)
    }

    pub(crate) fn workflow(&self, sid: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|it| it.sid == sid)
    }

    pub(crate) fn worker(&self, sid: &str) -> Option<&Worker> {
        self.workers.iter().find(|it| it.sid == sid)
    }

    pub(crate) fn worker_mut(&mut self, sid: &str) -> Option<&mut Worker> {
        self.workers.iter_mut().find(|it| it.sid == sid)
    }

    pub(crate) fn task(&self, sid: &str) -> Option<&Task> {
        self.tasks.iter().rev().find(|it| it.sid == sid)
    }

    pub(crate) fn task_mut(&mut self, sid: &str) -> Option<&mut Task> {
        self.tasks.iter_mut().rev().find(|it| it.sid == sid)
    }

    pub(crate) fn reservation(&self, sid: &str) -> Option<&Reservation> {
        self.reservations.iter().rev().find(|it| it.sid == sid)
    }

    pub(crate) fn reservation_mut(&mut self, sid: &str) -> Option<&mut Reservation> {
        self.reservations.iter_mut().rev().find(|it| it.sid == sid)
    }

    /// The unique name of a task channel, by its SID or by that name.
    pub(crate) fn channel(&self, key: &str) -> Option<&'static str> {
        let known = |(sid, name): &&(String, &'static str)| sid == key || *name == key;
        self.channels.iter().find(known).map(|(_, name)| *name)
    }

    pub(crate) fn channel_sid(&self, name: &str) -> &str {
        let channel = self.channels.iter().find(|(_, known)| *known == name);
        channel.map_or("", |(sid, _)| sid.as_str())
    }

    /// Whether the worker does something that leaves time for tasks.
    pub(crate) fn is_available(&self, worker: &Worker) -> bool {
        self.activity(&worker.activity_sid).is_some_and(|activity| activity.available)
    }

    /// Notes that a worker has nothing to do from now on: who is idle the longest comes first.
    pub(crate) fn becomes_idle(&mut self, worker_sid: &str) {
        self.last_idle += 1;
        let now = self.last_idle;
        if let Some(worker) = self.worker_mut(worker_sid) {
            worker.idle_since = now;
        }
    }
}
