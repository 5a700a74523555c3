//! The phones that one `<Dial>` rings, and what becomes of them.

use tokio::time::Instant;

use crate::simulator::Simulator;
use crate::state::call_status::CallStatus;
use crate::state::leg_input::LegInput;
use crate::state::params::Params;

/// One of the phones that a `<Dial>` rings.
pub(super) struct Child {
    pub(super) sid: String,
    pub(super) state: ChildState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChildState {
    Ringing,
    /// It was picked up and listens to its whisper.
    Answered,
    Bridged,
    /// Over; `answered` if it ever was.
    Over {
        status: CallStatus,
        answered: bool,
    },
}

/// A `<Dial>` while it runs: its phones, its bridge and its recording.
pub(super) struct Dialling {
    pub(super) simulator: Simulator,
    pub(super) children: Vec<Child>,
    /// The child whose fate is the dial's: the bridged, else the last that answered.
    decisive: Option<usize>,
    pub(super) bridged: bool,
    /// When the caller and a phone were connected.
    pub(super) started: Instant,
    /// The recording of the bridge, and what was spoken on it.
    pub(super) recording: Option<String>,
    pub(super) samples: Vec<i16>,
}

impl Dialling {
    pub(super) fn new(simulator: Simulator, children: Vec<Child>) -> Self {
        Self {
            simulator,
            children,
            decisive: None,
            bridged: false,
            started: Instant::now(),
            recording: None,
            samples: Vec::new(),
        }
    }

    pub(super) fn index(&self, sid: &str) -> Option<usize> {
        self.children.iter().position(|child| child.sid == sid)
    }

    pub(super) fn bridged_child(&self) -> Option<String> {
        let child = self.children.iter().find(|child| child.state == ChildState::Bridged);
        child.map(|child| child.sid.clone())
    }

    pub(super) fn all_over(&self) -> bool {
        let over = |child: &Child| matches!(child.state, ChildState::Over { .. });
        self.children.iter().all(over)
    }

    /// Keeps what was said on the bridge, if that is recorded.
    pub(super) fn record(&mut self, samples: &[i16]) {
        if self.recording.is_some() {
            self.samples.extend_from_slice(samples);
        }
    }

    /// Notes that a phone was picked up.
    pub(super) fn answered(&mut self, index: usize) {
        if self.children[index].state == ChildState::Ringing {
            self.children[index].state = ChildState::Answered;
            self.decisive = Some(index);
        }
    }

    /// Bridges a phone; false if another one is bridged already, or this one is over.
    pub(super) fn accepted(&mut self, index: usize) -> bool {
        if self.bridged || self.children[index].state != ChildState::Answered {
            self.end(index, CallStatus::Completed);
            return false;
        }
        self.children[index].state = ChildState::Bridged;
        self.decisive = Some(index);
        self.bridged = true;
        self.started = Instant::now();
        self.cancel_others(index);
        true
    }

    /// Ends the call to one phone now: it is over before this returns.
    pub(super) fn end(&mut self, index: usize, unanswered: CallStatus) {
        let status = match self.children[index].state {
            ChildState::Over { .. } => return,
            ChildState::Ringing => unanswered,
            ChildState::Answered | ChildState::Bridged => CallStatus::Completed,
        };
        let sid = self.children[index].sid.clone();
        self.simulator.send(&sid, LegInput::End(status));
        self.simulator.finish(&sid, status);
        self.left(index, status);
    }

    pub(super) fn left(&mut self, index: usize, status: CallStatus) {
        let child = &mut self.children[index];
        let answered = matches!(child.state, ChildState::Answered | ChildState::Bridged);
        if !matches!(child.state, ChildState::Over { .. }) {
            child.state = ChildState::Over { status, answered };
        }
    }

    pub(super) fn end_all(&mut self, unanswered: CallStatus) {
        for index in 0..self.children.len() {
            self.end(index, unanswered);
        }
    }

    pub(super) fn cancel_others(&mut self, winner: usize) {
        for index in (0..self.children.len()).filter(|index| *index != winner) {
            self.end(index, CallStatus::Canceled);
        }
    }

    pub(super) fn stop_ringing(&mut self, status: CallStatus) {
        for index in 0..self.children.len() {
            if self.children[index].state == ChildState::Ringing {
                self.end(index, status);
            }
        }
    }

    /// What the action is told. A callee whose whisper ended without a bridge,
    /// because it hung up or was hung up on, has answered all the same:
    /// `DialCallStatus=completed` with `DialBridged=false`. So report apps that
    /// screen calls and met it in production, e.g. the comment "a carrier
    /// voicemail that picks up and fails the press-1 screen still reports
    /// completed, with DialBridged=false".
    pub(super) fn outcome(&self) -> Params {
        let answered = |child: &&Child| {
            !matches!(child.state, ChildState::Over { answered: false, .. } | ChildState::Ringing)
        };
        let decisive = self.decisive.map(|index| &self.children[index]);
        let decisive = decisive.filter(answered);
        let status_of = |child: &Child| match child.state {
            ChildState::Over { answered: false, status } => status,
            ChildState::Ringing => CallStatus::Canceled,
            _ => CallStatus::Completed,
        };
        // Of several that were not reached, the one that came closest counts.
        const CLOSEST: [CallStatus; 4] =
            [CallStatus::NoAnswer, CallStatus::Busy, CallStatus::Canceled, CallStatus::Failed];
        let unreached = || {
            let closest = |child: &&Child| CLOSEST.iter().position(|it| *it == status_of(child));
            self.children.iter().min_by_key(closest)
        };
        let child = decisive.or_else(unreached);
        let status = child.map_or(CallStatus::Failed, status_of);
        let mut params = Params::default()
            .with("DialCallStatus", status.as_str())
            .with("DialBridged", self.bridged.to_string());
        if let Some(child) = child {
            params.set("DialCallSid", &child.sid);
            if decisive.is_some() {
                let clock = self.simulator.clock;
                let seconds = self.simulator.with_call(&child.sid, |call| {
                    let running = call.answered_at.map(|at| clock.since(at).as_secs());
                    call.duration.or(running)
                });
                params.set("DialCallDuration", seconds.flatten().unwrap_or(0).to_string());
            }
        }
        params
    }
}
