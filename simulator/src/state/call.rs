//! A call: one connection between Twilio and a phone, or another call.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::number;
use crate::state::call_status::{CallStatus, Direction};
use crate::state::callback::{Callback, CallbackTarget};
use crate::state::leg_input::LegInput;
use crate::state::params::Params;
use crate::state::transcript::Transcript;

/// A call as the control API shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallView {
    /// Its identifier, `CA…`.
    pub sid: String,
    /// The call whose `<Dial>` made this one.
    pub parent_call_sid: Option<String>,
    /// The number that calls, as the other side sees it.
    pub from: String,
    /// The number that is called.
    pub to: String,
    /// Who started it: a phone, the REST API or a `<Dial>`.
    pub direction: Direction,
    /// Where it stands now.
    pub status: CallStatus,
    /// The phone at its far end; absent when that is another call.
    pub phone: Option<String>,
    /// Simulated seconds since it was answered, until it ended.
    pub duration_seconds: Option<u64>,
}

/// What is at the far end of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Far {
    /// A simulated phone and its person.
    Phone(String),
    /// Another call of the account: one of its numbers was called by the account.
    Call(String),
}

/// What a new call is made of.
#[derive(Clone, Debug)]
pub(crate) struct NewCall {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) direction: Direction,
    pub(crate) far: Far,
    pub(crate) parent_sid: Option<String>,
    pub(crate) caller_name: Option<String>,
    pub(crate) forwarded_from: Option<String>,
    pub(crate) phone_number_sid: Option<String>,
    pub(crate) status: CallStatus,
    pub(crate) status_callback: Option<CallbackTarget>,
}

/// A call and all that is known of it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) sid: String,
    pub(crate) parent_sid: Option<String>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) direction: Direction,
    pub(crate) far: Far,
    pub(crate) status: CallStatus,
    pub(crate) caller_name: Option<String>,
    pub(crate) forwarded_from: Option<String>,
    pub(crate) phone_number_sid: Option<String>,
    pub(crate) answered_by: Option<&'static str>,
    /// `CallToken`, with which an incoming call could be forwarded with its caller's number.
    pub(crate) token: Option<String>,
    /// Absent while a call of the REST API waits for its turn, as there.
    pub(crate) created: Option<OffsetDateTime>,
    pub(crate) updated: Option<OffsetDateTime>,
    /// How long (simulated) it waits for its turn to be dialled, as foreseen when it was placed.
    pub(crate) queue_time: Duration,
    /// When it was dialled or came in.
    pub(crate) started: Option<OffsetDateTime>,
    pub(crate) ended: Option<OffsetDateTime>,
    pub(crate) answered_at: Option<Instant>,
    pub(crate) ended_at: Option<Instant>,
    /// Simulated seconds from answer to end, once it is over.
    pub(crate) duration: Option<u64>,
    pub(crate) price: Option<String>,
    pub(crate) transcript: Transcript,
    /// The way to the task that carries the call.
    pub(crate) input: mpsc::UnboundedSender<LegInput>,
    /// To the task that sends the call's callbacks, one after the other.
    pub(crate) callbacks: mpsc::UnboundedSender<Callback>,
    pub(crate) status_callback: Option<CallbackTarget>,
    /// `SequenceNumber` of the next status callback.
    pub(crate) sequence: u32,
    /// A person has one mouth: speech waits for speech.
    pub(crate) mouth: Arc<Mutex<()>>,
}

impl Call {
    /// Notes that something about the call changed, and when.
    pub(crate) fn touch(&mut self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc();
        self.created.get_or_insert(now);
        self.updated = Some(now);
        now
    }

    /// Whether the call was answered and is not over.
    pub(crate) fn in_progress(&self) -> bool {
        self.status == CallStatus::InProgress
    }

    /// The call as the control API shows it.
    pub(crate) fn view(&self, clock: Clock) -> CallView {
        let running = || self.answered_at.map(|at| clock.since(at).as_secs());
        CallView {
            sid: self.sid.clone(),
            parent_call_sid: self.parent_sid.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            direction: self.direction,
            status: self.status,
            phone: match &self.far {
                Far::Phone(number) => Some(number.clone()),
                Far::Call(_) => None,
            },
            duration_seconds: self.duration.or_else(running),
        }
    }

    /// What every voice webhook of this call tells.
    ///
    /// <https://www.twilio.com/docs/voice/twiml#twilios-request-to-your-application>
    pub(crate) fn params(&self, account_sid: &str) -> Params {
        let mut params = Params::default();
        params.set("AccountSid", account_sid);
        params.set("ApiVersion", "2010-04-01");
        params.set("CallSid", &self.sid);
        params.set("CallStatus", self.status.as_str());
        params.set("Direction", self.direction.as_str());
        for (name, alias, number) in [("From", "Caller", &self.from), ("To", "Called", &self.to)] {
            for prefix in [name, alias] {
                params.set(prefix, number);
                params.set_place(prefix, number);
            }
        }
        if let Some(parent) = &self.parent_sid {
            params.set("ParentCallSid", parent);
        }
        if let Some(name) = &self.caller_name {
            params.set("CallerName", name);
        }
        if let Some(number) = &self.forwarded_from {
            params.set("ForwardedFrom", number);
            params.set("CalledVia", number);
        }
        if self.direction == Direction::Inbound && number::is_north_american(&self.from) {
            // How far the caller's carrier vouches for the number:
            // https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
            params.set("StirVerstat", "TN-Validation-Passed-A");
        }
        if let Some(answered_by) = self.answered_by {
            params.set("AnsweredBy", answered_by);
        }
        params
    }
}

/// Twilio's US list price, in dollars: per minute that was begun.
pub(crate) fn price(direction: Direction, seconds: f64) -> String {
    let per_minute = match direction {
        Direction::Inbound => 0.0085,
        Direction::OutboundApi | Direction::OutboundDial => 0.0140,
    };
    format!("-{:.5}", per_minute * (seconds / 60.0).ceil().max(1.0))
}
