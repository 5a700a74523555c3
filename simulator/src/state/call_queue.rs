//! Queues of calls: who waits in `<Enqueue>`.
//!
//! <https://www.twilio.com/docs/voice/api/queue-resource>

use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::sid;
use crate::state::bridge::WayOut;

/// How many calls a queue holds, unless REST says otherwise.
const DEFAULT_SIZE: usize = 1_000;

/// How many a queue holds that TaskRouter makes for a workflow.
///
/// <https://www.twilio.com/docs/taskrouter/limits#other-limits>
const WORKFLOW_SIZE: usize = 100;

/// The most that REST may say.
pub(crate) const LARGEST_SIZE: usize = 5_000;

/// All queues of the account, oldest first.
#[derive(Debug, Default)]
pub(crate) struct CallQueues {
    pub(crate) queues: Vec<CallQueue>,
    /// Changes when somebody enters one, for those who dial it.
    pub(crate) entered: watch::Sender<u64>,
}

/// A queue of calls.
#[derive(Debug)]
pub(crate) struct CallQueue {
    pub(crate) sid: String,
    /// Its name, by which documents know it; for TaskRouter a workflow's SID.
    pub(crate) name: String,
    pub(crate) max_size: usize,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    /// Those who wait, the longest first.
    pub(crate) members: Vec<Member>,
}

/// A call that waits.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) call_sid: String,
    pub(crate) way_out: UnboundedSender<WayOut>,
    pub(crate) enqueued: OffsetDateTime,
    pub(crate) since: Instant,
}

impl CallQueues {
    pub(crate) fn get(&self, sid: &str) -> Option<&CallQueue> {
        self.queues.iter().find(|queue| queue.sid == sid)
    }

    pub(crate) fn named(&mut self, name: &str) -> Option<&mut CallQueue> {
        self.queues.iter_mut().find(|queue| queue.name == name)
    }

    /// The queue of this name, which is made if there is none.
    pub(crate) fn open(&mut self, name: &str) -> &mut CallQueue {
        let at = self.queues.iter().position(|queue| queue.name == name);
        let at = at.unwrap_or_else(|| {
            self.queues.push(CallQueue::new(name));
            self.queues.len() - 1
        });
        &mut self.queues[at]
    }

    /// Takes a call out of its queue, if it waits in one.
    pub(crate) fn take(&mut self, call_sid: &str) -> Option<Member> {
        self.queues.iter_mut().find_map(|queue| queue.take(call_sid))
    }
}

impl CallQueue {
    pub(crate) fn new(name: &str) -> Self {
        let now = OffsetDateTime::now_utc();
        let is_workflow = name.starts_with("WW") && name.len() == 34;
        Self {
            sid: sid::new("QU"),
            name: name.to_owned(),
            max_size: if is_workflow { WORKFLOW_SIZE } else { DEFAULT_SIZE },
            created: now,
            updated: now,
            members: Vec::new(),
        }
    }

    fn take(&mut self, call_sid: &str) -> Option<Member> {
        let at = self.members.iter().position(|member| member.call_sid == call_sid)?;
        Some(self.members.remove(at))
    }

    /// How long (simulated seconds) those in it have waited on average.
    pub(crate) fn average_wait(&self, clock: Clock) -> u64 {
        let waits = self.members.iter().map(|member| clock.since(member.since).as_secs());
        waits.sum::<u64>() / self.members.len().max(1) as u64
    }
}
