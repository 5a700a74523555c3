//! How far a call is, as the addresses of its webhooks say.

use super::{CallPurpose, Invitation};
use crate::{Error, error::bad_request, twilio::Form, values::PhoneNumber};

/// A widget of the flow at which a call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WidgetStep {
    /// The number of the step that this webhook records.
    pub step: usize,
    /// The widget's name in the flow.
    pub widget: String,
}

/// How far a caller is who waits for an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitStep {
    /// The caller begins to wait.
    Begins,
    /// The caller could have pressed a key.
    Asked {
        /// Whether the caller was offered to be called back.
        may_return: bool,
    },
    /// The caller wants to be called back, and was asked whether at this number.
    Confirming,
}

impl WaitStep {
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Begins => None,
            Self::Asked { may_return: false } => Some("asked"),
            Self::Asked { may_return: true } => Some("offered"),
            Self::Confirming => Some("confirming"),
        }
    }

    pub(super) fn read(word: Option<&str>) -> Result<Self, Error> {
        match word {
            None => Ok(Self::Begins),
            Some("asked") => Ok(Self::Asked { may_return: false }),
            Some("offered") => Ok(Self::Asked { may_return: true }),
            Some("confirming") => Ok(Self::Confirming),
            Some(_) => Err(bad_request("parameter step is not valid")),
        }
    }
}

/// How far the call to an agent is who calls a customer back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnStep {
    /// The agent has answered, and is to be asked for a key.
    Answered,
    /// The agent has answered, and that is enough.
    Accepted,
    /// The agent was asked for a key.
    Asked,
    /// The conversation with the customer has ended, or there was none.
    Ended,
}

impl ReturnStep {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::Asked => "asked",
            Self::Ended => "ended",
        }
    }

    pub(super) fn read(word: Option<&str>) -> Result<Self, Error> {
        match word {
            Some("answered") => Ok(Self::Answered),
            Some("accepted") => Ok(Self::Accepted),
            Some("asked") => Ok(Self::Asked),
            Some("ended") => Ok(Self::Ended),
            _ => Err(bad_request("parameter step is not valid")),
        }
    }
}

/// How far a call from the console is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeStep {
    /// The agent has answered their phone.
    Answered,
    /// The agent was asked for a key.
    Asked,
    /// The conversation has ended, or there was none.
    Ended,
}

impl BridgeStep {
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Answered => None,
            Self::Asked => Some("asked"),
            Self::Ended => Some("ended"),
        }
    }

    pub(super) fn read(word: Option<&str>) -> Result<Self, Error> {
        match word {
            None => Ok(Self::Answered),
            Some("asked") => Ok(Self::Asked),
            Some("ended") => Ok(Self::Ended),
            Some(_) => Err(bad_request("parameter step is not valid")),
        }
    }
}

/// How far a person is on the way into a conference, or out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinStep {
    /// A caller gives the code of a conference.
    Code {
        /// The number of the code among those that the call gives; 0 before the first.
        attempt: u32,
        /// The number that the caller says they were invited at, if they were asked.
        invited_at: Option<PhoneNumber>,
    },
    /// A caller gives the number at which they were invited, before another code.
    Number {
        /// The number of the code among those that the call gives.
        attempt: u32,
    },
    /// A participant whom we called has answered.
    Called {
        /// What the call is for: it holds an invitation.
        purpose: CallPurpose,
        /// How far the call to the participant is.
        step: CalledStep,
    },
    /// A participant is no longer in the conference.
    Left,
}

impl JoinStep {
    pub(super) fn read(query: &Form) -> Result<Self, Error> {
        let step = query.get("step");
        if step == Some("left") {
            return Ok(Self::Left);
        }
        if Invitation::read(query)?.is_none() {
            let attempt = query.parse_optional("attempt")?.unwrap_or(0);
            return Ok(match step {
                Some("number") => Self::Number { attempt },
                _ => Self::Code { attempt, invited_at: query.parse_optional("invited_at")? },
            });
        }
        let step = match step {
            Some("answered") => CalledStep::Answered,
            Some("accepted") => CalledStep::Accepted,
            Some("asked") => CalledStep::Asked,
            _ => return Err(bad_request("parameter step is not valid")),
        };
        Ok(Self::Called { purpose: CallPurpose::expect(query)?, step })
    }
}

/// How far the call to a participant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalledStep {
    /// The call is answered, and a key is to be asked for.
    Answered,
    /// The call is answered, and that is enough to join.
    Accepted,
    /// The participant was asked for a key.
    Asked,
}

impl CalledStep {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::Asked => "asked",
        }
    }
}
