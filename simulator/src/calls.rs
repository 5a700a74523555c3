//! Calls: how one is made, moves forward and ends, and how its app is told.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::sid;
use crate::simulator::Simulator;
use crate::state::call::{Call, Far, NewCall, price};
use crate::state::call_status::{CallStatus, Direction};
use crate::state::event::Happening;
use crate::state::leg_input::LegInput;
use crate::state::transcript::{Transcript, What};
use crate::webhook::callbacks;

/// A `CallToken` as long, and as full of odd characters, as Twilio's are.
fn call_token(sid: &str) -> String {
    let payload = STANDARD.encode(sid).repeat(8);
    let token = format!("eyJhbGciOiJFUzI1NiJ9.{payload}.{}", STANDARD.encode(&sid[2..]));
    format!(r#"{{"parentCallInfoToken":"{token}","identityHeaderTokens":[]}}"#)
}

impl Simulator {
    /// Makes a call and gives back its SID and what its task listens to.
    pub(crate) fn add_call(&self, new: NewCall) -> (String, mpsc::UnboundedReceiver<LegInput>) {
        let sid = sid::new("CA");
        let (input, inputs) = mpsc::unbounded_channel();
        let (callbacks, queue) = mpsc::unbounded_channel();
        let now = (new.direction != Direction::OutboundApi).then(OffsetDateTime::now_utc);
        let call = Call {
            sid: sid.clone(),
            parent_sid: new.parent_sid,
            from: new.from,
            to: new.to,
            direction: new.direction,
            far: new.far,
            status: new.status,
            caller_name: new.caller_name,
            forwarded_from: new.forwarded_from,
            phone_number_sid: new.phone_number_sid,
            answered_by: None,
            token: (new.direction == Direction::Inbound).then(|| call_token(&sid)),
            created: now,
            updated: now,
            queue_time: Duration::ZERO,
            started: now.filter(|_| new.direction == Direction::Inbound),
            ended: None,
            answered_at: None,
            ended_at: None,
            duration: None,
            price: None,
            transcript: Transcript::new(),
            input,
            callbacks,
            status_callback: new.status_callback,
            sequence: 0,
            mouth: Arc::default(),
        };
        {
            let mut state = self.state();
            state.calls.insert(sid.clone(), call);
            state.call_order.push(sid.clone());
        }
        self.spawn(callbacks::send_in_order(self.clone(), queue));
        self.note(&sid, What::Status { status: new.status });
        self.log_call(&sid);
        (sid, inputs)
    }

    /// Moves a call forward: `initiated`, `ringing` or `in-progress`.
    pub(crate) fn set_status(&self, sid: &str, status: CallStatus) {
        let changed = self.with_call(sid, |call| {
            if call.status.is_final() || call.status == status {
                return false;
            }
            call.status = status;
            let now = call.touch();
            call.started.get_or_insert(now);
            if status == CallStatus::InProgress {
                call.answered_at = Some(Instant::now());
            }
            true
        });
        if changed == Some(true) {
            self.announce(sid, status);
        }
    }

    /// Ends a call, unless it is over already; its far end is told.
    pub(crate) fn finish(&self, sid: &str, status: CallStatus) {
        let clock = self.clock;
        let far = self.with_call(sid, |call| {
            if call.status.is_final() {
                return None;
            }
            call.status = status;
            call.ended = Some(call.touch());
            call.ended_at = Some(Instant::now());
            let length = call.answered_at.map(|at| clock.since(at).as_secs_f64().ceil());
            call.duration = Some(length.unwrap_or(0.0) as u64);
            call.price = length.map(|seconds| price(call.direction, seconds));
            let never_answered = call.answered_at.is_none();
            let told = if call.direction == Direction::Inbound && never_answered {
                LegInput::FarOver(status)
            } else {
                LegInput::HangUp
            };
            Some((call.far.clone(), told))
        });
        let Some(Some((far, told))) = far else {
            return;
        };
        self.announce(sid, status);
        if let Far::Call(other) = far {
            self.send(&other, told);
        }
    }

    /// A new status goes into the transcript, the log and to the app.
    fn announce(&self, sid: &str, status: CallStatus) {
        self.note(sid, What::Status { status });
        self.log_call(sid);
        callbacks::queue_status(self, sid);
    }

    fn log_call(&self, sid: &str) {
        if let Some(call) = self.view(sid) {
            self.log.add(Happening::Call { call });
        }
    }

    /// Ends all calls; their apps are not told, for they end as well.
    pub(crate) fn end_calls(&self) {
        let sids = self.state().call_order.clone();
        for sid in sids {
            let answered = self.with_call(&sid, |call| call.answered_at.is_some());
            let status = match answered {
                Some(true) => CallStatus::Completed,
                _ => CallStatus::Canceled,
            };
            self.finish(&sid, status);
        }
    }
}
