//! TaskRouter: how tasks come, find workers and end.
//!
//! Apps are told of everything, and asked what to do with a worker that is reserved; what they
//! answer is carried out in `assignment`, above the legs.
//!
//! <https://www.twilio.com/docs/taskrouter>

mod desk;
mod events;
mod matching;
mod reservations;
mod steps;
mod tasks;
mod workers;

pub(crate) use self::desk::Desk;
pub(crate) use self::events::About;
pub(crate) use self::reservations::NotPending;
