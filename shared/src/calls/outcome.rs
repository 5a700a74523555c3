//! Decides the outcome of a call, and which phone took it.

use super::Leg;
use crate::{
    contacts::CallOutcome,
    flow::Step,
    twilio::voice::{CallStatus, Direction},
    values::Party,
};

/// The step with which a conversation ended. `DialBridged` tells that the caller was connected with
/// the called phone; a carrier's voicemail that answered and never pressed a key was not.
fn bridged(steps: &[Step]) -> Option<&Step> {
    steps
        .iter()
        .find(|step| step.params.get("DialBridged").is_some_and(|bridged| bridged == "true"))
}

/// The party that took the call. When the caller hangs up, the step that tells of the conversation
/// may come after the call has ended, or never; the key that was pressed to take the call, or that
/// a phone whose person is asked for none was answered, is recorded before.
pub(super) fn answered_by(direction: &Direction, steps: &[Step], legs: &[Leg]) -> Option<Party> {
    if let Some(sid) = bridged(steps).and_then(|step| step.params.get("DialCallSid")) {
        return legs.iter().find(|leg| leg.call_sid.as_str() == sid).map(|leg| leg.to.clone());
    }
    let took = |leg: &&Leg| match direction {
        Direction::Inbound => {
            leg.accepted_at.is_some() || (leg.unasked && leg.answered_at.is_some())
        }
        // The contact's phone, which is asked for a key only when a customer is called back.
        _ => leg.accepted_at.is_some() || (!leg.asked && leg.answered_at.is_some()),
    };
    legs.iter().find(took).map(|leg| leg.to.clone())
}

pub(super) fn outcome(
    direction: &Direction,
    status: &CallStatus,
    steps: &[Step],
    answered: bool,
    voicemail: bool,
) -> CallOutcome {
    let tried = steps.iter().any(|step| !matches!(&*step.event, "incomingCall" | "timeout"));
    if answered || bridged(steps).is_some() {
        CallOutcome::Answered
    } else if voicemail {
        CallOutcome::Voicemail
    } else if !status.is_final() {
        CallOutcome::InProgress
    } else if tried || *direction != Direction::Inbound {
        CallOutcome::Missed
    } else if steps.is_empty() && *status != CallStatus::Completed {
        CallOutcome::Rejected
    } else {
        CallOutcome::Abandoned
    }
}
