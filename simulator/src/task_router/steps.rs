//! A task's way through its workflow: filters, targets and their timeouts.
//!
//! <https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment>

use std::time::Duration;

use serde_json::json;
use time::OffsetDateTime;
use tokio::time::Instant;

use super::tasks::WORKFLOW_TIMEOUT;
use super::{About, Desk};
use crate::expression::Documents;
use crate::state::params::Params;
use crate::state::task_router::{EventType, Step, Target, Task, TaskStatus};

/// How often a task may skip on before it is taken to go in a circle.
const MOST_SKIPS: usize = 100;

impl Desk<'_> {
    /// Where a task begins: at the first filter that takes it, else at the default.
    pub(super) fn first_step(&self, task: &Task) -> Option<Step> {
        let filter = self.filter_from(task, 0);
        let default = || {
            let workflow = self.workspace.workflow(&task.workflow_sid)?;
            workflow.configuration.default.as_ref().map(|_| Step::Default)
        };
        filter.or_else(default)
    }

    /// The first filter, from this one on, that takes a task.
    fn filter_from(&self, task: &Task, from: usize) -> Option<Step> {
        let workflow = self.workspace.workflow(&task.workflow_sid)?;
        let document = task.document();
        let documents =
            Documents { own: Some(&document), task: Some(&document), ..Documents::default() };
        let filters = workflow.configuration.filters.iter().enumerate().skip(from);
        let mut taken = filters.filter(|(_, filter)| filter.expression.holds(documents));
        taken.next().map(|(filter, _)| Step::Target { filter, target: 0 })
    }

    /// The target of a step, and the name of the filter that it is of.
    pub(super) fn target(&self, workflow_sid: &str, step: Step) -> Option<(&Target, &str)> {
        let configuration = &self.workspace.workflow(workflow_sid)?.configuration;
        match step {
            Step::Default => configuration.default.as_ref().map(|target| (target, "")),
            Step::Target { filter, target } => {
                let filter = configuration.filters.get(filter)?;
                filter.targets.get(target).map(|target| (target, filter.name.as_str()))
            }
        }
    }

    /// The step after this one: the next target, else the next filter that takes the task.
    fn step_after(&self, task: &Task, step: Step) -> Option<Step> {
        let Step::Target { filter, target } = step else { return None };
        let next = Step::Target { filter, target: target + 1 };
        match self.target(&task.workflow_sid, next) {
            Some(_) => Some(next),
            None => self.filter_from(task, filter + 1),
        }
    }

    /// A task comes to a step, and skips on while that is to be skipped.
    pub(super) fn enter(&mut self, task_sid: &str, first: Step) {
        let mut step = first;
        for _ in 0..MOST_SKIPS {
            self.arrive(task_sid, step);
            if !self.skips(task_sid, step) {
                return self.time(task_sid, step);
            }
            let Some(task) = self.workspace.task(task_sid) else { return };
            let next = self.step_after(task, step).or_else(|| {
                let workflow = self.workspace.workflow(&task.workflow_sid)?;
                let is_default = step == Step::Default;
                workflow.configuration.default.as_ref().filter(|_| !is_default)?;
                Some(Step::Default)
            });
            match next {
                Some(next) => step = next,
                None => return self.fall_out(task_sid, EventType::WorkflowSkipped),
            }
        }
    }

    /// The step's queue and priority become the task's.
    fn arrive(&mut self, task_sid: &str, step: Step) {
        let Some(task) = self.workspace.task(task_sid) else { return };
        let Some((target, name)) = self.target(&task.workflow_sid, step) else { return };
        let (queue, priority, name) = (target.queue.clone(), target.priority, name.to_owned());
        let before = task.queue_sid.clone();
        let queue = queue.or(before.clone());
        let moves = queue != before;
        self.change(task_sid, |task| {
            task.step = Some(step);
            task.priority = priority.unwrap_or(task.priority);
            task.queue_sid = queue;
            if moves {
                task.queue_entered = Some(OffsetDateTime::now_utc());
            }
        });
        let more = match name.as_str() {
            "" => Params::default(),
            name => Params::default().with("WorkflowFilterName", name),
        };
        self.tell(EventType::WorkflowTargetMatched, About::Task(task_sid), more);
        if moves && before.is_some() {
            self.tell(EventType::TaskQueueMoved, About::Task(task_sid), Params::default());
        }
        if moves {
            self.tell(EventType::TaskQueueEntered, About::Task(task_sid), Params::default());
        }
    }

    /// Whether `skip_if` holds: <https://www.twilio.com/docs/taskrouter/worker-presence>.
    fn skips(&self, task_sid: &str, step: Step) -> bool {
        let Some(task) = self.workspace.task(task_sid) else { return false };
        let target = self.target(&task.workflow_sid, step);
        let Some(skip_if) = target.and_then(|(target, _)| target.skip_if.as_ref()) else {
            return false;
        };
        let (document, workers) =
            (task.document(), json!({ "available": self.available_for(task) }));
        skip_if.holds(Documents {
            task: Some(&document),
            workers: Some(&workers),
            ..Documents::default()
        })
    }

    /// Starts the timeout of a step. "The queue timeout will be based on the current age of the Task":
    /// <https://www.twilio.com/docs/taskrouter/task-evaluation>.
    fn time(&mut self, task_sid: &str, step: Step) {
        let Some(task) = self.workspace.task(task_sid) else { return };
        let timeout = self.target(&task.workflow_sid, step).and_then(|(target, _)| target.timeout);
        let Some(timeout) = timeout.map(Duration::from_secs) else {
            return self.change(task_sid, |task| task.step_ends = None);
        };
        let clock = self.simulator.clock;
        let age = task.step_age + timeout;
        let ends = task.born + clock.real(age);
        self.change(task_sid, |task| {
            task.step_age = age;
            task.step_ends = Some(ends);
        });
        let left = clock.between(Instant::now(), ends.max(Instant::now()));
        self.later(task_sid, left, move |desk, sid| {
            let at_step = desk.workspace.task(sid).filter(|task| task.step_ends == Some(ends));
            // Who is being offered it may still accept.
            if at_step.is_some_and(|task| task.status == TaskStatus::Pending) {
                desk.advance(sid);
            }
        });
    }

    /// Whether the timeout of a task's step is over.
    pub(super) fn is_late(&self, task_sid: &str) -> bool {
        let ends = self.workspace.task(task_sid).and_then(|task| task.step_ends);
        ends.is_some_and(|ends| Instant::now() >= ends)
    }

    /// The timeout of a task's step is over.
    pub(super) fn advance(&mut self, task_sid: &str) {
        let Some(task) = self.workspace.task(task_sid) else { return };
        let next = task.step.and_then(|step| self.step_after(task, step));
        self.tell(EventType::TaskQueueTimeout, About::Task(task_sid), Params::default());
        match next {
            Some(step) => self.enter(task_sid, step),
            None => self.fall_out(task_sid, EventType::WorkflowTimeout),
        }
    }

    /// A task comes to the end of its workflow.
    pub(super) fn fall_out(&mut self, task_sid: &str, event: EventType) {
        self.change(task_sid, |task| task.step_ends = None);
        self.tell(event, About::Task(task_sid), Params::default());
        self.cancel(task_sid, WORKFLOW_TIMEOUT);
        self.tell_caller(task_sid);
    }
}
