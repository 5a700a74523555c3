//! Calls that Twilio places: through REST and by `<Dial>`.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::conference::Participation;
use super::recording::CallRecording;
use super::{Flow, Interrupt, LONGEST_CALL, Leg, Over, turns};
use crate::conference::Exit;
use crate::person;
use crate::simulator::Simulator;
use crate::state::bridge::{Parent, Progress};
use crate::state::call::{Far, NewCall};
use crate::state::call_status::{CallStatus, Direction};
use crate::state::callback::CallbackTarget;
use crate::state::conference::LeaveReason;
use crate::state::leg_input::{DocumentSource, LegInput};
use crate::state::phone::{Behavior, OnCall};
use crate::state::recording::{OF_CALL, RecordingCallback};
use crate::state::webhook::Method;

/// A call that is to be placed, with all that can be asked of it.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) direction: Direction,
    /// The `<Dial>` that places it, if one does.
    pub(crate) parent: Option<Parent>,
    /// How long the app lets it ring, which Twilio extends; a `<Dial>` sees to that itself.
    pub(crate) ring_for: Option<Duration>,
    /// The longest it may last once answered.
    pub(crate) time_limit: Duration,
    /// What runs when it is answered: a REST call's document or a whisper.
    pub(crate) first: Option<DocumentSource>,
    pub(crate) fallback: Option<(String, Method)>,
    pub(crate) send_digits: Option<String>,
    pub(crate) detect_machine: bool,
    /// Whether all of it is recorded, and the callback that tells of the recording.
    pub(crate) record: Option<Option<RecordingCallback>>,
    pub(crate) status_callback: Option<CallbackTarget>,
    /// The conference that it takes part in, instead of running a document.
    pub(crate) conference: Option<Participation>,
    /// Who is told that it is answered, and how it ends.
    pub(crate) told: Option<UnboundedSender<CallStatus>>,
}

impl Outbound {
    /// A call that only rings and is answered, without anything more.
    pub(crate) fn new(from: String, to: String, direction: Direction) -> Self {
        Self {
            from,
            to,
            direction,
            parent: None,
            ring_for: None,
            time_limit: LONGEST_CALL,
            first: None,
            fallback: None,
            send_digits: None,
            detect_machine: false,
            record: None,
            status_callback: None,
            conference: None,
            told: None,
        }
    }

    fn tell(&self, status: CallStatus) {
        if let Some(told) = &self.told {
            // Nobody may be interested any more.
            let _ = told.send(status);
        }
    }
}

/// Places a call and gives back its SID; its own task carries it.
pub(crate) fn place(simulator: &Simulator, order: Outbound) -> String {
    place_for(simulator, order, |_| None)
}

/// Places a call whose SID somebody must know before it is dialled.
pub(crate) fn place_for(
    simulator: &Simulator,
    mut order: Outbound,
    conference: impl FnOnce(&str) -> Option<Participation>,
) -> String {
    let own = match order.direction {
        // The number of the account that a REST call comes from or goes to.
        Direction::OutboundApi => {
            simulator.own_number(&order.from).or_else(|| simulator.own_number(&order.to))
        }
        _ => None,
    };
    let (sid, inputs) = simulator.add_call(NewCall {
        from: order.from.clone(),
        to: order.to.clone(),
        direction: order.direction,
        far: Far::Phone(order.to.clone()),
        parent_sid: order.parent.as_ref().map(|parent| parent.sid.clone()),
        caller_name: None,
        forwarded_from: None,
        phone_number_sid: own.map(|number| number.sid),
        status: CallStatus::Queued,
        status_callback: order.status_callback.clone(),
    });
    order.conference = conference(&sid);
    if order.direction == Direction::OutboundApi {
        let queue_time = turns::wait_for_one(simulator, &sid);
        simulator.with_call(&sid, |call| call.queue_time = queue_time);
    }
    simulator.spawn(carry(simulator.clone(), sid.clone(), inputs, order));
    sid
}

/// Carries a call from dialling to its end.
async fn carry(
    simulator: Simulator,
    sid: String,
    inputs: UnboundedReceiver<LegInput>,
    order: Outbound,
) {
    let mut leg = Leg::new(simulator.clone(), sid.clone(), inputs);
    leg.fallback = order.fallback.clone();
    let status = match leg.ring(&order).await {
        Err(status) => status,
        Ok(behavior) => {
            let over = leg.after_answer(&order, behavior).await;
            leg.end_recording();
            match over {
                Over::Ended(status) => status,
                _ => CallStatus::Completed,
            }
        }
    };
    simulator.finish(&sid, status);
    if let Some(place) = &order.conference {
        // It never came in, or is out already.
        let exit = Exit::new(LeaveReason::AddFailed, status);
        simulator.leave_conference(&place.admission, exit);
    }
    if let Some(parent) = &order.parent {
        parent.tell(&sid, Progress::Left(status));
    }
    order.tell(status);
}

impl Leg {
    /// Runs an answered call to its end.
    async fn after_answer(&mut self, order: &Outbound, phone: Option<Behavior>) -> Over {
        self.time_limit = Some(self.clock().after(order.time_limit.min(LONGEST_CALL)));
        self.simulator.set_status(&self.sid, CallStatus::InProgress);
        order.tell(CallStatus::InProgress);
        if let Some(parent) = &order.parent {
            parent.tell(&self.sid, Progress::Answered);
            self.is_whisper = true;
        }
        if let Some(behavior) = phone {
            person::pick_up(&self.simulator, &self.sid, &order.to, behavior);
        }
        if let Some(callback) = &order.record {
            let sid = self.simulator.start_recording(&self.sid, OF_CALL, callback.clone());
            self.recording = Some(CallRecording::new(sid));
        }
        if let Some(digits) = &order.send_digits {
            self.dial_tones(digits);
        }
        if order.direction == Direction::OutboundApi {
            match self.announce_trial().await {
                Ok(Flow::Over(over)) => return over,
                Ok(_) => {}
                Err(interrupt) => return self.interrupted(interrupt).await,
            }
        }
        if order.detect_machine
            && let Err(interrupt) = self.detect_machine(&order.to).await
        {
            return self.interrupted(interrupt).await;
        }
        let over = match (&order.conference, &order.first) {
            (Some(place), _) => self.participate(place).await,
            (None, Some(source)) => self.run(source.clone()).await,
            (None, None) => Over::Finished,
        };
        match (&order.parent, over) {
            (Some(parent), Over::Finished) => self.bridged(parent).await,
            _ => over,
        }
    }

    /// What becomes of a call that is interrupted before its document.
    async fn interrupted(&mut self, interrupt: Interrupt) -> Over {
        match interrupt {
            Interrupt::Ended(status) => Over::Ended(status),
            Interrupt::Redirect(source) => self.run(source).await,
            Interrupt::FarHungUp => Over::FarHungUp,
        }
    }

    /// Twilio listens for a while before it asks the app what to do.
    ///
    /// <https://www.twilio.com/docs/voice/answering-machine-detection>
    async fn detect_machine(&mut self, to: &str) -> Result<(), Interrupt> {
        let machine = self.simulator.state().behavior(to).on_call == OnCall::CarrierVoicemail;
        let (listens, answered_by) = if machine { (4, "machine_start") } else { (2, "human") };
        self.pass(Duration::from_secs(listens)).await?;
        self.simulator.with_call(&self.sid, |call| call.answered_by = Some(answered_by));
        Ok(())
    }
}
