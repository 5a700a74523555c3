//! Identifiers: Twilio's, which are two letters that tell the kind and 32 hexadecimal digits, and
//! ours.
//! <https://www.twilio.com/docs/glossary/what-is-a-sid>

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Address;
use crate::process::hash;

/// The error for a text that is not a SID of the expected kind.
#[derive(Debug, Error)]
#[error("not a {0} SID")]
pub struct InvalidSid(&'static str);

/// The error for a text that is not an id of ours of the expected kind.
#[derive(Debug, Error)]
#[error("not the id of a {0}")]
pub struct InvalidId(&'static str);

/// Whether a text is so many hexadecimal digits.
fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a text is one of `prefixes` (`SM|MM` allows both) and 32 digits.
fn is_sid(text: &str, prefixes: &str) -> bool {
    let digits = prefixes.split('|').find_map(|prefix| text.strip_prefix(prefix));
    digits.is_some_and(|digits| is_hex(digits, 32))
}

/// Makes a type of identifiers: its error with what that names, and which texts are valid.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $error:ident($kind:literal), $is_valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as a text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                let is_valid: fn(&str) -> bool = $is_valid;
                is_valid(text).then(|| Self(text.to_owned())).ok_or($error($kind))
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Makes a type of Twilio's SIDs with these prefixes.
macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $prefixes:literal) => {
        id!($(#[$doc])* $name, InvalidSid($prefixes), |text| is_sid(text, $prefixes));
    };
}

sid!(
    /// The SID of a Twilio account.
    AccountSid,
    "AC"
);
sid!(
    /// The SID of a call, or of one leg of a forwarded call.
    CallSid,
    "CA"
);
sid!(
    /// The SID of a recording of a call.
    RecordingSid,
    "RE"
);

sid!(
    /// The SID of a text: `SM…` without media, `MM…` with media.
    MessageSid,
    "SM|MM"
);

sid!(
    /// The SID of a file that came with a text.
    MediaSid,
    "ME"
);

sid!(
    /// The SID of a conference at Twilio. One of our conferences may have several there, one after
    /// the other.
    ConferenceSid,
    "CF"
);

sid!(
    /// The SID of a workspace of TaskRouter, which has the queues and workers of a company.
    WorkspaceSid,
    "WS"
);

sid!(
    /// The SID of a workflow of TaskRouter, which decides which queue a task waits in.
    WorkflowSid,
    "WW"
);

sid!(
    /// The SID of an activity of TaskRouter: whether a worker in it gets tasks.
    ActivitySid,
    "WA"
);

sid!(
    /// The SID of a queue of TaskRouter.
    TaskQueueSid,
    "WQ"
);

sid!(
    /// The SID of a worker of TaskRouter: an agent.
    WorkerSid,
    "WK"
);

sid!(
    /// The SID of a task of TaskRouter: a customer who waits for an agent.
    TaskSid,
    "WT"
);

sid!(
    /// The SID of a reservation of TaskRouter: a task that is offered to one worker.
    ReservationSid,
    "WR"
);

id!(
    /// Our id of a conference: 32 hexadecimal digits. Twilio's conference gets it as its name.
    ConferenceId,
    InvalidId("conference"),
    |text| is_hex(text, 32)
);

impl From<Uuid> for ConferenceId {
    fn from(id: Uuid) -> Self {
        Self(id.simple().to_string())
    }
}

id!(
    /// Our id of a participant of a conference: `CP` and 24 hexadecimal digits.
    ParticipantId,
    InvalidId("participant"),
    |text| text.strip_prefix("CP").is_some_and(|digits| is_hex(digits, 24))
);

impl ParticipantId {
    /// The id of the participant whose address and way into the conference have this digest: the
    /// same invitation has the same id, and the address cannot be told from it.
    pub fn of_digest(digest: [u8; 12]) -> Self {
        Self(digest.iter().fold("CP".to_owned(), |id, byte| format!("{id}{byte:02x}")))
    }
}

id!(
    /// Our id of a contact: 32 hexadecimal digits.
    ContactId,
    InvalidId("contact"),
    |text| is_hex(text, 32)
);

impl From<Uuid> for ContactId {
    fn from(id: Uuid) -> Self {
        Self(id.simple().to_string())
    }
}

id!(
    /// Our id of a text, which we know before Twilio has given it a SID: letters and digits that
    /// tell where it comes from. That of a text that came in is its SID.
    MessageId,
    InvalidId("text"),
    |text| (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
);

impl MessageId {
    /// The id of the text that a request to send one makes.
    pub fn requested(id: Uuid) -> Self {
        Self(format!("SB{}", id.simple()))
    }

    /// The id of the text that invites a participant to a conference.
    pub fn invitation(participant: &ParticipantId) -> Self {
        Self(format!("INVITATION{participant}"))
    }

    /// The id of the text that tells the owner of a call.
    pub fn owner_notice(call: &CallSid) -> Self {
        Self(format!("OWNERNOTICE{call}"))
    }

    /// The id of the text that thanks a customer for a call through a queue.
    pub fn thank_you(task: &TaskSid) -> Self {
        Self(format!("THANKYOU{task}"))
    }

    /// The id of the text to a customer who asked in this call to be called back, and could not be
    /// reached.
    pub fn not_reached(call: &CallSid) -> Self {
        Self(format!("NOTREACHED{call}"))
    }

    /// The id of the text that a call's flow sends in a step at a widget.
    pub fn of_flow(call: &CallSid, step: usize, widget: &str) -> Self {
        let of = format!("{call} {step} {widget}");
        Self(format!("FLOW{}", &hash(of.as_bytes())[..32]))
    }

    /// The id of the text that tells the owner of so many calls of a caller since a time.
    pub fn digest(caller: &Address, since: OffsetDateTime, count: usize) -> Self {
        let of = format!("{caller} {} {count}", since.unix_timestamp_nanos());
        Self(format!("DIGEST{}", &hash(of.as_bytes())[..32]))
    }
}

impl From<&MessageSid> for MessageId {
    fn from(sid: &MessageSid) -> Self {
        Self(sid.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_grammar_is_a_sid() {
        assert!("CA00000000000000000000000000000abc".parse::<CallSid>().is_ok());
        for bad in [
            "",
            "CA",
            "AC00000000000000000000000000000abc",
            "CA00000000000000000000000000000ABC",
            "CA00000000000000000000000000000abcd",
            "CA0000000000000000000000000000/../",
        ] {
            assert!(bad.parse::<CallSid>().is_err(), "{bad}");
        }
    }
}
