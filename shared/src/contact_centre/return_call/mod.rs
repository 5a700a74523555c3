//! Callers who asked to be called back instead of waiting, and keep their place.
//!
//! There is one item for each such number, so that two wishes of a number are one. It is there from
//! the moment at which the caller confirmed until they have talked to an agent, or could not be
//! reached:
//!
//! ```text
//! queueing ──a task takes their place──▶ waiting ──an agent takes it──▶ calling ──they talk──▶ (gone)
//!    ▲                                                                     │
//!    └──────────────────── not reached, some minutes later ────────────────┤
//!                                                                          └─ the third time ─▶
//!                                                       given-up ──a text tells them──▶ (gone)
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | [`request`] | a caller who waits wants to be called back: a task takes their place |
//! | [`attempt`] | an agent has the task, and the customer is called |
//! | [`follow_up`] | what is next when nobody waits for an answer: after a pause, or a lost webhook |

pub mod attempt;
pub mod follow_up;
pub mod request;

use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use crate::{
    Error,
    aws::table::{Check, Item, Key, Table, integer, text},
    calls::QueueVisit,
    values::{CallSid, PhoneNumber, ReservationSid, TaskSid, WorkflowSid, words},
};

/// The partition of index `open` that return calls are in until they are done.
pub const RETURN_CALL: &str = "RETURN_CALL";

/// How often a customer is called.
const ATTEMPTS: u32 = 3;

/// How long a customer is kept in their place.
const PATIENCE: Duration = Duration::days(1);

words!(
    /// How far a return call is.
    ReturnState {
        /// The customer has no task yet, or none any more, and is to get one.
        Queueing = "queueing",
        /// A task has the customer's place.
        Waiting = "waiting",
        /// An agent has the task, and the customer is called.
        Calling = "calling",
        /// The customer was not reached, and is to be told so.
        GivenUp = "given-up",
    }
);

/// A customer who wants to be called back.
#[derive(Clone, Debug, Deserialize)]
pub struct ReturnCall {
    /// The customer's number.
    pub contact: PhoneNumber,
    /// Our number that they called.
    pub our_number: PhoneNumber,
    /// Their call.
    pub call_sid: CallSid,
    /// How far it is.
    pub state: ReturnState,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The agent's reservation and the call to their phone; `None` unless the state is `calling`.
    pub reservation_sid: Option<ReservationSid>,
    agent_call_sid: Option<CallSid>,
    task_sid: Option<TaskSid>,
    /// The task that waited with their call.
    workflow_sid: WorkflowSid,
    attributes: String,
    priority: i64,
    virtual_start: String,
    /// Not before this instant, in seconds since 1970, they get a task again.
    due_at: i64,
    /// The instant at which they asked for it, in seconds since 1970.
    noted_at: i64,
}

/// The key of a number's item.
pub(crate) fn return_call_key(contact: &str) -> Key {
    Key::new(format!("RETURN#{contact}"), "RETURN")
}

impl ReturnCall {
    /// What there is of a number's wish; `None` when it has none.
    async fn get(table: &Table, contact: &PhoneNumber) -> Result<Option<Self>, Error> {
        let item = table.get(return_call_key(contact.as_str())).await?;
        item.map(Self::from_item).transpose()
    }

    fn from_item(item: Item) -> Result<Self, Error> {
        Ok(serde_dynamo::from_item(item)?)
    }

    /// The check that nothing has become of it since it was read.
    fn unchanged(&self) -> Check {
        Check::new()
            .equals("call_sid", text(self.call_sid.as_str()))
            .equals("attempt", integer(self.attempt))
            .equals("state", text(self.state.as_str()))
    }

    fn is_due(&self) -> bool {
        self.due_at <= OffsetDateTime::now_utc().unix_timestamp()
    }

    fn is_old(&self) -> bool {
        self.noted_at + PATIENCE.whole_seconds() < OffsetDateTime::now_utc().unix_timestamp()
    }
}

/// Whether one of a call's visits of a queue tells that an agent has talked to the caller, or does.
fn is_served(visits: &[QueueVisit]) -> bool {
    visits.iter().any(QueueVisit::is_answered)
}
