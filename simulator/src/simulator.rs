//! The simulator's state, in one place, and what its parts do to it.

use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::door::Door;
use crate::http::HttpClients;
use crate::state::State;
use crate::state::api_key::ApiKey;
use crate::state::call::{Call, CallView, Far};
use crate::state::event::Happening;
use crate::state::event_log::EventLog;
use crate::state::faults::FaultDice;
use crate::state::leg_input::LegInput;
use crate::state::params::Params;
use crate::state::phone_number::PhoneNumber;
use crate::state::settings::{FreshDeletion, Settings, UnpromisedParams};
use crate::state::task_router::Assignment;
use crate::state::transcript::{Source, What};
use crate::state::webhook::Subject;

/// The account that is simulated, and how fast its time passes.
#[derive(Clone, Debug)]
pub struct Config {
    /// `AC…`: the user name of REST requests.
    pub account_sid: String,
    /// The password of REST requests and the key of webhook signatures.
    pub auth_token: String,
    /// Every simulated duration is divided by this; 1 is real time.
    pub speed: f64,
    /// The names and pages that the port answers to.
    pub door: Door,
}

/// A handle on the one simulator; cheap to clone.
#[derive(Clone)]
pub(crate) struct Simulator(Arc<Inner>);

/// What all handles share: the account, the clock, the log and the locked state.
pub(crate) struct Inner {
    pub(crate) account_sid: String,
    pub(crate) auth_token: String,
    /// `http://` and the address that it listens on; recording URLs begin with it.
    pub(crate) base: String,
    pub(crate) clock: Clock,
    pub(crate) log: EventLog,
    pub(crate) http: HttpClients,
    api_keys: Mutex<Vec<ApiKey>>,
    dice: Mutex<FaultDice>,
    state: Mutex<State>,
    /// Bumped when everything that runs must stop.
    epoch: watch::Sender<u64>,
    /// True once the simulator shuts down.
    closing: watch::Sender<bool>,
    /// To whoever asks apps what to do with reserved workers.
    assignments: mpsc::UnboundedSender<Assignment>,
}

impl Deref for Simulator {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Simulator {
    /// A simulator, and the reservations that its app is to be asked about.
    pub(crate) fn new(
        config: Config,
        base: String,
        plain_http: Vec<String>,
    ) -> (Self, mpsc::UnboundedReceiver<Assignment>) {
        let (assignments, made) = mpsc::unbounded_channel();
        let simulator = Self(Arc::new(Inner {
            account_sid: config.account_sid,
            auth_token: config.auth_token,
            base,
            clock: Clock::new(config.speed),
            log: EventLog::new(),
            http: HttpClients::new(plain_http),
            api_keys: Mutex::default(),
            dice: Mutex::default(),
            state: Mutex::default(),
            epoch: watch::Sender::new(0),
            closing: watch::Sender::new(false),
            assignments,
        }));
        (simulator, made)
    }

    /// Lets the app be asked what to do with a worker that is reserved.
    pub(crate) fn assign(&self, assignment: Assignment) {
        // The receiver goes only with the simulator.
        let _ = self.assignments.send(assignment);
    }

    /// The state, locked, which is never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults in force, locked as the state is.
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

    /// Resolves when the simulator shuts down.
    pub(crate) async fn closed(&self) {
        let mut closing = self.closing.subscribe();
        let _ = closing.wait_for(|closing| *closing).await;
    }

    /// Ends whatever runs and forgets calls, conferences, queues, tasks, messages, recordings and
    /// logs; numbers, workspaces with their workers, flows, behaviours, settings and faults stay, the latter
    /// from their first roll.
    pub(crate) fn reset(&self) {
        self.epoch.send_modify(|epoch| *epoch += 1);
        {
            let mut state = self.state();
            *state = State {
                numbers: std::mem::take(&mut state.numbers),
                behaviors: std::mem::take(&mut state.behaviors),
                settings: std::mem::take(&mut state.settings),
                task_router: std::mem::take(&mut state.task_router),
                flows: std::mem::take(&mut state.flows),
                ..State::default()
            };
            state.task_router.forget_tasks();
        }
        let mut dice = self.dice();
        let faults = dice.faults.clone();
        dice.set(faults);
        self.log.clear();
        self.log.add(Happening::Reset);
    }

    /// Ends whatever runs, and all streams of events, for good.
    pub(crate) fn shut_down(&self) {
        self.closing.send_replace(true);
        self.epoch.send_modify(|epoch| *epoch += 1);
    }

    /// The API keys that the REST API takes.
    pub(crate) fn api_keys(&self) -> Vec<ApiKey> {
        self.api_keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes an API key from now on; the secret of a known one may be another.
    pub(crate) fn add_api_key(&self, key: ApiKey) {
        let mut keys = self.api_keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|known| known.sid != key.sid);
        keys.push(key);
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

    /// Writes something that happened into a call's transcript and the log.
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

    /// What Twilio's debugger would show for whatever a webhook was about.
    pub(crate) fn warn_about(&self, about: &Subject, code: u32, message: impl Into<String>) {
        match about {
            Subject::Call(sid) => self.warn(sid, code, message),
            Subject::Message(_) | Subject::Conference { .. } | Subject::TaskRouter { .. } => {
                self.log_warning(about, code, message.into());
            }
        }
    }

    fn log_warning(&self, about: &Subject, code: u32, message: String) {
        let sids = about.sids();
        self.log.add(Happening::Warning {
            call_sid: sids.call,
            message_sid: sids.message,
            conference_sid: sids.conference,
            task_sid: sids.task,
            code,
            message,
        });
    }

    /// The parameters of a webhook about this call.
    pub(crate) fn params(&self, sid: &str) -> Params {
        self.with_call(sid, |call| call.params(&self.account_sid)).unwrap_or_default()
    }

    /// Whether webhooks carry nothing that Twilio does not promise.
    pub(crate) fn withholds_unpromised(&self) -> bool {
        self.state().settings.unpromised_params == UnpromisedParams::Withheld
    }

    /// Whether what ended at this moment has only just ended, so that Twilio does not delete it.
    pub(crate) fn is_fresh(&self, settings: &Settings, ended: Option<Instant>) -> bool {
        let fresh = Duration::from_secs(settings.fresh_seconds.into());
        settings.fresh_deletion == FreshDeletion::Refused
            && ended.is_some_and(|ended| self.clock.since(ended) < fresh)
    }

    /// Whether this is a trial account and a phone none that it has verified.
    pub(crate) fn bars(&self, phone: &str) -> bool {
        let state = self.state();
        state.settings.bars(phone) && state.own_number(phone).is_none()
    }

    /// The account's number, if it is one.
    pub(crate) fn own_number(&self, number: &str) -> Option<PhoneNumber> {
        self.state().own_number(number).cloned()
    }
}
