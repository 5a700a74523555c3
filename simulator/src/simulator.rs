//! The simulator's state, in one place, and what its parts do to it.

use std::collections::HashMap;
use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::Config;
use crate::call::{Call, CallStatus, CallView, Direction, Far, NewCall, Params, price};
use crate::clock::Clock;
use crate::conference::Rooms;
use crate::event::{Happening, Subject};
use crate::event_log::EventLog;
use crate::faults::FaultDice;
use crate::leg::LegInput;
use crate::message::{Message, OptedOut};
use crate::messaging::ReplyRates;
use crate::phone::Behavior;
use crate::recording::Recording;
use crate::rest::credentials::ApiKey;
use crate::rest::numbers::PhoneNumber;
use crate::settings::Settings;
use crate::sid;
use crate::transcript::{Source, Transcript, What};
use crate::webhook::{HttpClients, callbacks};

/// A handle on the one simulator; cheap to clone.
#[derive(Clone)]
pub(crate) struct Simulator(Arc<Inner>);

/// What all parts share.
pub(crate) struct Inner {
    pub(crate) account_sid: String,
    pub(crate) auth_token: String,
    /// `http://` and the address that it listens on; recording URLs begin with it.
    pub(crate) base: String,
    pub(crate) clock: Clock,
    pub(crate) log: EventLog,
    pub(crate) http: HttpClients,
    pub(crate) api_keys: Mutex<Vec<ApiKey>>,
    dice: Mutex<FaultDice>,
    state: Mutex<State>,
    /// Bumped when everything that runs must stop.
    epoch: watch::Sender<u64>,
    /// True once the simulator shuts down.
    closing: watch::Sender<bool>,
}

/// Everything that changes.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) numbers: Vec<PhoneNumber>,
    pub(crate) calls: HashMap<String, Call>,
    /// The calls' SIDs, oldest first.
    pub(crate) call_order: Vec<String>,
    /// Oldest first.
    pub(crate) recordings: Vec<Recording>,
    /// Oldest first.
    pub(crate) messages: Vec<Message>,
    pub(crate) rooms: Rooms,
    /// By number of the account: what waits for its turn to be sent.
    pub(crate) outboxes: HashMap<String, mpsc::UnboundedSender<String>>,
    pub(crate) replies: ReplyRates,
    pub(crate) opted_out: OptedOut,
    pub(crate) behaviors: HashMap<String, Behavior>,
    pub(crate) settings: Settings,
    /// When the account may dial its next call through REST.
    pub(crate) next_dial: Option<Instant>,
}

impl Deref for Simulator {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Simulator {
    pub(crate) fn new(config: Config, base: String) -> Self {
        Self(Arc::new(Inner {
            account_sid: config.account_sid,
            auth_token: config.auth_token,
            base,
            clock: Clock::new(config.speed),
            log: EventLog::new(),
            http: HttpClients::default(),
            api_keys: Mutex::default(),
            dice: Mutex::default(),
            state: Mutex::default(),
            epoch: watch::Sender::new(0),
            closing: watch::Sender::new(false),
        }))
    }

    /// The state, locked: never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults, locked.
    pub(crate) fn dice(&self) -> MutexGuard<'_, FaultDice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a task until it is done, the simulator is reset or shut down.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut epoch = self.epoch.subscribe();
        let spawned = tokio::spawn(async move {
            tokio::select! {
                () = task => {}
                _ = epoch.changed() => {}
            }
        });
        spawned.abort_handle()
    }

    /// Resolves at shutdown.
    pub(crate) async fn closed(&self) {
        let mut closing = self.closing.subscribe();
        let _ = closing.wait_for(|closing| *closing).await;
    }

    /// Ends whatever runs and forgets calls, conferences, messages, recordings and logs; numbers,
    /// behaviours, settings and faults stay, the latter from their first roll.
    pub(crate) fn reset(&self) {
        self.epoch.send_modify(|epoch| *epoch += 1);
        {
            let mut state = self.state();
            *state = State {
                numbers: std::mem::take(&mut state.numbers),
                behaviors: std::mem::take(&mut state.behaviors),
                settings: std::mem::take(&mut state.settings),
                ..State::default()
            };
        }
        let mut dice = self.dice();
        let faults = dice.faults.clone();
        dice.set(faults);
        self.log.clear();
        self.log.add(Happening::Reset);
    }

    /// Ends all calls; their apps are not told, for they end as well.
    pub(crate) fn shut_down(&self) {
        let sids = self.state().call_order.clone();
        for sid in sids {
            let answered = self.with_call(&sid, |call| call.answered_at.is_some());
            let status = match answered {
                Some(true) => CallStatus::Completed,
                _ => CallStatus::Canceled,
            };
            self.finish(&sid, status);
        }
        self.closing.send_replace(true);
        self.epoch.send_modify(|epoch| *epoch += 1);
    }

    /// Makes a call and gives back its SID and what its task listens to.
    pub(crate) fn add_call(&self, new: NewCall) -> (String, mpsc::UnboundedReceiver<LegInput>) {
        let sid = sid::new("CA");
        let (input, inputs) = mpsc::unbounded_channel();
        let (callbacks, queue) = mpsc::unbounded_channel();
        let now = OffsetDateTime::now_utc();
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
            created: now,
            updated: now,
            started: (new.direction == Direction::Inbound).then_some(now),
            ended: None,
            answered_at: None,
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

    /// Reads or changes a call; `None` if there is no such call.
    pub(crate) fn with_call<T>(&self, sid: &str, work: impl FnOnce(&mut Call) -> T) -> Option<T> {
        self.state().calls.get_mut(sid).map(work)
    }

    /// The call as the control API shows it.
    pub(crate) fn view(&self, sid: &str) -> Option<CallView> {
        let clock = self.clock;
        self.with_call(sid, |call| call.view(clock))
    }

    fn log_call(&self, sid: &str) {
        if let Some(call) = self.view(sid) {
            self.log.add(Happening::Call { call });
        }
    }

    /// Writes into a call's transcript.
    pub(crate) fn note(&self, sid: &str, what: What) {
        let clock = self.clock;
        let entry = self.with_call(sid, |call| call.transcript.push(clock, what));
        if let Some(entry) = entry.flatten() {
            self.log.add(Happening::Transcript { call_sid: sid.to_owned(), entry });
        }
    }

    /// The person at the far end hears something.
    pub(crate) fn hear(&self, sid: &str, source: Source, text: impl Into<String>) {
        let text = text.into();
        self.note(sid, What::Heard { source, text });
    }

    /// Tells a call's task something; whether it was there to hear it.
    pub(crate) fn send(&self, sid: &str, input: LegInput) -> bool {
        self.with_call(sid, |call| !call.status.is_final() && call.input.send(input).is_ok())
            .unwrap_or(false)
    }

    /// Sounds that leave through a call's far end: if that is another call, its
    /// task hears them; if it is a phone, they are in the transcript already.
    pub(crate) fn to_far(&self, sid: &str, input: LegInput) {
        let far = self.with_call(sid, |call| call.far.clone());
        if let Some(Far::Call(other)) = far {
            self.send(&other, input);
        }
    }

    /// Whether another call is at a call's far end.
    pub(crate) fn far_is_call(&self, sid: &str) -> bool {
        self.with_call(sid, |call| matches!(call.far, Far::Call(_))).unwrap_or(false)
    }

    /// What Twilio's debugger would show for a call.
    pub(crate) fn warn(&self, call_sid: &str, code: u32, message: impl Into<String>) {
        let message = message.into();
        let warning = What::Warning { code, message: message.clone() };
        self.note(call_sid, warning);
        self.log_warning(&Subject::Call(call_sid.to_owned()), code, message);
    }

    /// The same for whatever a webhook was about.
    pub(crate) fn warn_about(&self, about: &Subject, code: u32, message: impl Into<String>) {
        match about {
            Subject::Call(sid) => self.warn(sid, code, message),
            Subject::Message(_) | Subject::Conference { .. } => {
                self.log_warning(about, code, message.into());
            }
        }
    }

    fn log_warning(&self, about: &Subject, code: u32, message: String) {
        let (call_sid, message_sid, conference_sid) = about.sids();
        self.log.add(Happening::Warning { call_sid, message_sid, conference_sid, code, message });
    }

    /// The parameters of a webhook about this call.
    pub(crate) fn params(&self, sid: &str) -> Params {
        self.with_call(sid, |call| call.params(&self.account_sid)).unwrap_or_default()
    }

    /// Moves a call forward: `initiated`, `ringing` or `in-progress`.
    pub(crate) fn set_status(&self, sid: &str, status: CallStatus) {
        let changed = self.with_call(sid, |call| {
            if call.status.is_final() || call.status == status {
                return false;
            }
            call.status = status;
            call.updated = OffsetDateTime::now_utc();
            call.started.get_or_insert(call.updated);
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
            call.updated = OffsetDateTime::now_utc();
            call.ended = Some(call.updated);
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

    /// The account's number, if it is one.
    pub(crate) fn own_number(&self, number: &str) -> Option<PhoneNumber> {
        let state = self.state();
        let own = state.numbers.iter().find(|own| own.phone_number == number);
        own.cloned()
    }
}
