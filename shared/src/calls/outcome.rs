//! What came of a call, and who took it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Leg;
use crate::{
    flow::Step,
    phone_number::Party,
    twilio::voice::{CallStatus, Direction, UnknownWord},
};

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It has not ended.
    InProgress,
    /// Somebody took it.
    Answered,
    /// The caller left a message.
    Voicemail,
    /// It was in a conference.
    Conference,
    /// The caller pressed a key or waited for the voicemail, and reached nobody and left nothing;
    /// or we called, and nobody answered.
    Missed,
    /// The caller hung up without having done anything, or without a conference's code.
    Abandoned,
    /// We did not take it: the caller is blocked.
    Rejected,
}

impl Outcome {
    /// The word for it in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Answered => "answered",
            Self::Voicemail => "voicemail",
            Self::Conference => "conference",
            Self::Missed => "missed",
            Self::Abandoned => "abandoned",
            Self::Rejected => "rejected",
        }
    }
}

impl FromStr for Outcome {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let all = [
            Self::InProgress,
            Self::Answered,
            Self::Voicemail,
            Self::Conference,
            Self::Missed,
            Self::Abandoned,
            Self::Rejected,
        ];
        all.into_iter().find(|outcome| outcome.as_str() == word).ok_or(UnknownWord)
    }
}

/// The step with which a conversation ended. `DialBridged` tells that the two were connected; a
/// carrier's voicemail that answered and never pressed a key was not.
fn bridged(steps: &[Step]) -> Option<&Step> {
    steps
        .iter()
        .find(|step| step.params.get("DialBridged").is_some_and(|bridged| bridged == "true"))
}

/// Who took the call. Where the caller hangs up, the step that tells of the conversation may come
/// after the call has ended, or never; the key that somebody pressed to take it is there before.
pub(super) fn answered_by(direction: Direction, steps: &[Step], legs: &[Leg]) -> Option<Party> {
    if let Some(sid) = bridged(steps).and_then(|step| step.params.get("DialCallSid")) {
        return legs.iter().find(|leg| leg.call_sid.as_str() == sid).map(|leg| leg.to.clone());
    }
    let took = |leg: &&Leg| match direction {
        Direction::Inbound => leg.accepted_at.is_some(),
        // The contact, whom nobody asks for a key.
        Direction::OutboundApi | Direction::OutboundDial => leg.answered_at.is_some(),
    };
    legs.iter().find(took).map(|leg| leg.to.clone())
}

pub(super) fn outcome(
    direction: Direction,
    status: CallStatus,
    steps: &[Step],
    answered: bool,
    voicemail: bool,
) -> Outcome {
    let tried = steps.iter().any(|step| !matches!(&*step.event, "incomingCall" | "timeout"));
    if answered || bridged(steps).is_some() {
        Outcome::Answered
    } else if voicemail {
        Outcome::Voicemail
    } else if !status.is_final() {
        Outcome::InProgress
    } else if tried || direction != Direction::Inbound {
        Outcome::Missed
    } else if steps.is_empty() && status != CallStatus::Completed {
        Outcome::Rejected
    } else {
        Outcome::Abandoned
    }
}
