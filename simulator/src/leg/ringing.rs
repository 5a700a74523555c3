//! From dialling a phone to its answer, or to none.

use std::time::Duration;

use tokio::time::Instant;

use super::outbound::Outbound;
use super::{Leg, TIMEOUT_EXTENSION, inbound};
use crate::state::call_status::{CallStatus, Direction};
use crate::state::leg_input::LegInput;
use crate::state::phone::{Behavior, OnCall};

/// Time (simulated) from dialling until something happens.
const POST_DIAL_DELAY: Duration = Duration::from_millis(500);

impl Leg {
    /// Dials and waits for an answer: by a phone with its behaviour, or by another call. An error
    /// is how it ended without one.
    pub(super) async fn ring(&mut self, order: &Outbound) -> Result<Option<Behavior>, CallStatus> {
        if order.direction == Direction::OutboundApi {
            self.wait_unanswered(None).await?;
        }
        self.simulator.set_status(&self.sid, CallStatus::Initiated);
        let dialled = self.clock().after(POST_DIAL_DELAY);
        self.wait_unanswered(Some(dialled)).await?;
        // Both deadlines count from here, so that their order never depends on
        // when this task is run.
        let rings = Instant::now();
        let patience = order.ring_for.map(|length| length + TIMEOUT_EXTENSION);
        let give_up = patience.map(|length| rings + self.clock().real(length));
        if let Some(number) = self.simulator.own_number(&order.to) {
            inbound::link(&self.simulator, &self.sid, &order.from, &number);
            self.ringing(order);
            self.until_answer(give_up, None, CallStatus::NoAnswer).await?;
            return Ok(None);
        }
        let behavior = self.simulator.state().behavior(&order.to);
        self.ring_phone(order, &behavior, rings, give_up).await?;
        Ok(Some(behavior))
    }

    /// Lets the phone ring, which early media let a conference hear.
    fn ringing(&self, order: &Outbound) {
        self.simulator.set_status(&self.sid, CallStatus::Ringing);
        if let Some(place) = order.conference.as_ref().filter(|place| place.early_media) {
            self.simulator.ring_in_room(&place.admission);
        }
    }

    async fn ring_phone(
        &mut self,
        order: &Outbound,
        behavior: &Behavior,
        rings: Instant,
        give_up: Option<Instant>,
    ) -> Result<(), CallStatus> {
        let default = match behavior.on_call {
            OnCall::Ring | OnCall::NoAnswer => None,
            OnCall::CarrierVoicemail => Some(20_000),
            _ => Some(2_000),
        };
        let acts = behavior.after_ms.or(default).map(Duration::from_millis);
        let acts = acts.map(|after| rings + self.clock().real(after));
        let outcome = match behavior.on_call {
            OnCall::Busy | OnCall::Decline => CallStatus::Busy,
            OnCall::Unreachable => CallStatus::Failed,
            OnCall::NoAnswer => CallStatus::NoAnswer,
            OnCall::Ring => {
                self.ringing(order);
                return self.until_answer(give_up, None, CallStatus::NoAnswer).await;
            }
            OnCall::Answer | OnCall::CarrierVoicemail => CallStatus::InProgress,
        };
        if !matches!(behavior.on_call, OnCall::Busy | OnCall::Unreachable) {
            self.ringing(order);
        }
        self.until_answer(give_up, acts, outcome).await
    }

    /// Waits until somebody answers, the phone acts by itself (`outcome` then)
    /// or the caller gives up.
    async fn until_answer(
        &mut self,
        give_up: Option<Instant>,
        acts: Option<Instant>,
        outcome: CallStatus,
    ) -> Result<(), CallStatus> {
        let first = match (give_up, acts) {
            (Some(give_up), Some(acts)) => Some(give_up.min(acts)),
            (give_up, acts) => give_up.or(acts),
        };
        if self.wait_unanswered(first).await? {
            return Ok(());
        }
        let acted = acts.is_some_and(|acts| give_up.is_none_or(|give_up| acts <= give_up));
        match outcome {
            CallStatus::InProgress if acted => Ok(()),
            status if acted => Err(status),
            _ => Err(CallStatus::NoAnswer),
        }
    }

    /// Waits until the deadline, or for its turn to be dialled; true if the call is answered
    /// meanwhile, an error if it ends.
    async fn wait_unanswered(&mut self, deadline: Option<Instant>) -> Result<bool, CallStatus> {
        loop {
            match self.receive(deadline).await {
                None | Some(LegInput::Turn) => return Ok(false),
                Some(LegInput::Answer) => return Ok(true),
                Some(LegInput::Decline) => return Err(CallStatus::Busy),
                Some(LegInput::HangUp) => return Err(CallStatus::NoAnswer),
                Some(LegInput::FarOver(status) | LegInput::End(status)) => return Err(status),
                Some(input) => {
                    // Early sounds; documents need an answered call.
                    let _ = self.understand(input);
                }
            }
        }
    }
}
