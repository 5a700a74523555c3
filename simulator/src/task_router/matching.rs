//! Which worker gets which task.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::Desk;
use crate::expression::{self, Documents};
use crate::state::task_router::{QueueOrder, Reservation, Task, TaskQueue, TaskStatus, Worker};

/// Workers, and the channels of the tasks that they have or are offered.
type Busy<'a> = HashSet<(&'a str, &'a str)>;

impl Desk<'_> {
    /// Offers waiting tasks to free workers, the first task first.
    pub(super) fn route(&mut self) {
        // Each offer may change who is free, and which task is first.
        while let Some((task_sid, workers)) = self.next_match() {
            self.offer(&task_sid, &workers);
        }
    }

    /// The first task that somebody is free for, and those who are to be offered it.
    fn next_match(&self) -> Option<(String, Vec<String>)> {
        let busy = self.busy();
        if !self.workspace.workers.iter().any(|it| self.workspace.is_available(it)) {
            return None;
        }
        let mut waiting: Vec<(&Task, &TaskQueue)> = Vec::new();
        for task in self.workspace.tasks.iter().filter(|it| it.status == TaskStatus::Pending) {
            let queue = task.queue_sid.as_deref().and_then(|sid| self.workspace.queue(sid));
            waiting.extend(queue.map(|queue| (task, queue)));
        }
        waiting.sort_by(|left, right| self.precedence(*left, *right));
        waiting.into_iter().find_map(|(task, queue)| {
            let workers = self.free_for(task, queue, &busy);
            (!workers.is_empty()).then(|| (task.sid.clone(), workers))
        })
    }

    /// Which of two tasks comes first: those of the kind of queue that the workspace prefers, then
    /// by priority, then the older one, in a LIFO queue the younger.
    fn precedence(&self, left: (&Task, &TaskQueue), right: (&Task, &TaskQueue)) -> Ordering {
        let preferred = |queue: &TaskQueue| queue.order == self.workspace.prioritized;
        let kind = preferred(right.1).cmp(&preferred(left.1));
        let priority = right.0.priority.cmp(&left.0.priority);
        let age = left.0.virtual_start.cmp(&right.0.virtual_start);
        let age = match left.1.order {
            QueueOrder::Lifo => age.reverse(),
            QueueOrder::Fifo => age,
        };
        kind.then(priority).then(age)
    }

    /// Whom a task can be offered to at once, the one who is idle the longest first.
    fn free_for(&self, task: &Task, queue: &TaskQueue, busy: &Busy<'_>) -> Vec<String> {
        let has_capacity = |worker: &Worker| !busy.contains(&self.place(worker, task.channel));
        let mut workers: Vec<&Worker> = self.suitable(task, queue, has_capacity).collect();
        workers.sort_by_key(|worker| worker.idle_since);
        let target = task.step.and_then(|step| self.target(&task.workflow_sid, step));
        for (reference, greatest_first) in
            target.iter().flat_map(|(it, _)| it.order_by.iter().rev())
        {
            let value = |worker: &Worker| {
                let document = self.document_of(worker);
                let documents = Documents { worker: Some(&document), ..Documents::default() };
                expression::resolve(reference, documents).unwrap_or_default()
            };
            workers.sort_by(|left, right| {
                let (left, right) = (value(left), value(right));
                let order = expression::order(&left, &right).unwrap_or(Ordering::Equal);
                let order = if *greatest_first { order.reverse() } else { order };
                // Whoever has no such attribute comes last.
                rank(&left).cmp(&rank(&right)).then(order)
            });
        }
        workers.iter().take(queue.max_reserved).map(|worker| worker.sid.clone()).collect()
    }

    /// The available workers that a queue and the task's target are for.
    fn suitable<'a>(
        &'a self,
        task: &'a Task,
        queue: &'a TaskQueue,
        is_free: impl Fn(&Worker) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Worker> {
        let document = task.document();
        let target = task.step.and_then(|step| self.target(&task.workflow_sid, step));
        let target = target.map(|(target, _)| target);
        let workers = self.workspace.workers.iter();
        let free = workers.filter(move |it| self.workspace.is_available(it) && is_free(it));
        free.filter(move |worker| {
            let own = self.document_of(worker);
            let documents =
                Documents { task: Some(&document), worker: Some(&own), ..Documents::default() };
            let is_known = || match target.and_then(|target| target.known_worker.as_ref()) {
                None => true,
                Some((field, reference)) => {
                    let wanted = expression::resolve(reference, documents);
                    wanted.is_some_and(|wanted| Some(&wanted) == own.get(*field))
                }
            };
            let expression = target.and_then(|target| target.expression.as_ref());
            self.serves(worker, queue)
                && expression.is_none_or(|expression| expression.holds(documents))
                && is_known()
        })
    }

    /// Whether a queue is for a worker.
    pub(crate) fn serves(&self, worker: &Worker, queue: &TaskQueue) -> bool {
        let own = self.document_of(worker);
        let documents = Documents { own: Some(&own), worker: Some(&own), ..Documents::default() };
        queue.target_workers.as_ref().is_some_and(|expression| expression.holds(documents))
    }

    /// What expressions know of a worker.
    pub(crate) fn document_of(&self, worker: &Worker) -> serde_json::Value {
        let activity = self.workspace.activity(&worker.activity_sid);
        worker.document(activity.map_or("", |it| it.friendly_name.as_str()))
    }

    /// How many workers are available for a task, busy or not.
    pub(super) fn available_for(&self, task: &Task) -> usize {
        let queue = task.queue_sid.as_deref().and_then(|sid| self.workspace.queue(sid));
        queue.map_or(0, |queue| self.suitable(task, queue, |_| true).count())
    }

    /// What a task of a channel takes up of a worker: there is room for one task of each channel,
    /// in a single-tasking workspace for one in all.
    fn place<'a>(&self, worker: &'a Worker, channel: &'a str) -> (&'a str, &'a str) {
        (worker.sid.as_str(), if self.workspace.multi_task { channel } else { "" })
    }

    /// What is taken up.
    fn busy(&self) -> Busy<'_> {
        let open = self.workspace.reservations.iter().filter(|it| it.is_open());
        open.filter_map(|reservation: &Reservation| {
            let worker = self.workspace.worker(&reservation.worker_sid)?;
            let task = self.workspace.task(&reservation.task_sid)?;
            Some(self.place(worker, task.channel))
        })
        .collect()
    }
}

/// Which kinds of values come before which others.
fn rank(value: &serde_json::Value) -> u8 {
    match value {
        serde_json::Value::Number(_) => 0,
        serde_json::Value::String(_) => 1,
        _ => 2,
    }
}
