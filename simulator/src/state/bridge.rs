//! What two legs that are, or will be, connected tell each other.

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::state::call_status::CallStatus;
use crate::state::webhook::Method;

/// What a leg tells the `<Dial>` that it is to be connected with.
#[derive(Debug)]
pub(crate) enum Progress {
    /// It was picked up; a whisper may run now.
    Answered,
    /// It is ready to be bridged: it passes on what it hears once it is told that it is.
    Accepted(oneshot::Sender<()>),
    /// Its person said something while bridged.
    Spoke(Vec<i16>),
    /// It is over, or has gone elsewhere.
    Left(CallStatus),
}

/// A leg's way to the `<Dial>` that it is to be connected with.
#[derive(Clone, Debug)]
pub(crate) struct Parent {
    pub(crate) sid: String,
    pub(crate) progress: UnboundedSender<(String, Progress)>,
}

impl Parent {
    pub(crate) fn tell(&self, child: &str, progress: Progress) {
        // The <Dial> may be over.
        let _ = self.progress.send((child.to_owned(), progress));
    }
}

/// How a call gets out of the queue that it waits in.
#[derive(Debug)]
pub(crate) enum WayOut {
    /// Somebody has dialled the queue.
    Dequeued(Dequeue),
    /// Its task was canceled.
    Leave,
}

/// A call that is taken out of its queue is to be connected with somebody.
#[derive(Debug)]
pub(crate) struct Dequeue {
    pub(crate) parent: Parent,
    /// What the caller hears before being connected.
    pub(crate) whisper: Option<(String, Method)>,
    /// Resolves when whoever dialled is gone.
    pub(crate) released: oneshot::Receiver<()>,
}
