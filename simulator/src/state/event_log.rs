//! The event log: the newest events, and the streams that tell of those to come.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use crate::clock;
use crate::state::event::{Event, Happening};
use crate::state::webhook::Webhook;

/// How many events and webhooks stay in memory.
const KEPT: usize = 10_000;

/// How many events a slow reader of the stream may lag behind.
const LAG: usize = 4_096;

/// Keeps the newest events and tells each new one to all listeners.
#[derive(Debug)]
pub(crate) struct EventLog {
    kept: Mutex<Kept>,
    listeners: broadcast::Sender<Arc<Event>>,
}

#[derive(Debug, Default)]
struct Kept {
    last_event: u64,
    last_webhook: u64,
    events: VecDeque<Arc<Event>>,
    webhooks: VecDeque<Arc<Event>>,
}

impl EventLog {
    pub(crate) fn new() -> Self {
        Self { kept: Mutex::default(), listeners: broadcast::Sender::new(LAG) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs that something happens now.
    pub(crate) fn add(&self, mut what: Happening) {
        let mut kept = self.kept();
        kept.last_event += 1;
        let is_webhook = if let Happening::Webhook { webhook } = &mut what {
            kept.last_webhook += 1;
            webhook.id = kept.last_webhook;
            true
        } else {
            false
        };
        let event = Arc::new(Event { id: kept.last_event, at: clock::rfc3339_now(), what });
        if is_webhook {
            keep(&mut kept.webhooks, Arc::clone(&event));
        }
        keep(&mut kept.events, Arc::clone(&event));
        // Sent under the lock, so that listeners see events in order. Nobody
        // listening is no error.
        let _ = self.listeners.send(event);
    }

    /// The kept webhooks after `since`, oldest first.
    pub(crate) fn webhooks(&self, since: u64) -> Vec<Webhook> {
        let kept = self.kept();
        let webhooks = kept.webhooks.iter().filter_map(|event| match &event.what {
            Happening::Webhook { webhook } if webhook.id > since => Some(webhook.clone()),
            _ => None,
        });
        webhooks.collect()
    }

    /// The kept events after `since` (none of them for `None`), and those to come.
    pub(crate) fn listen(
        &self,
        since: Option<u64>,
    ) -> (VecDeque<Arc<Event>>, broadcast::Receiver<Arc<Event>>) {
        let kept = self.kept();
        let since = since.unwrap_or(kept.last_event);
        let past = kept.events.iter().filter(|event| event.id > since);
        (past.cloned().collect(), self.listeners.subscribe())
    }

    /// Forgets everything; numbers go on rising.
    pub(crate) fn clear(&self) {
        let mut kept = self.kept();
        kept.events.clear();
        kept.webhooks.clear();
    }
}

fn keep(queue: &mut VecDeque<Arc<Event>>, event: Arc<Event>) {
    if queue.len() == KEPT {
        queue.pop_front();
    }
    queue.push_back(event);
}
