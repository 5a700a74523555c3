//! The call log.
//!
//! Everything that is known of a call is in the items of one partition, `CALL#` and its SID:
//!
//! | sort key | item | written by |
//! |---|---|---|
//! | `CALL` | the call, its steps (`step_000`, …), its outcome | the IVR, status callbacks |
//! | `LEG#` + SID | a leg that a `<Dial>` placed | status callbacks of the leg, its acceptance |
//! | `RECORDING#` + SID | a recording | the recording callback, the copy to S3 |
//! | `TASK#` + SID | a time in a queue of the contact centre | TaskRouter's events |
//!
//! Every write may come twice, late or before another, and is an `UpdateItem` for which that does
//! not matter: what is known once stays (`if_not_exists`), a status only rises in rank.

mod dialer;
mod entry;
mod export;
mod history;
mod notice;
mod outcome;
mod purpose;
mod queue_visit;
mod settle;
mod store;

pub use dialer::{Dialer, NewCall, OutgoingCall, PlacedCall};
pub use entry::{CallEntry, Leg, PathStep, Recording, Voicemail};
pub use history::{CallFilter, CallSummary};
pub use queue_visit::{QueueVisit, VisitStatus};
pub use settle::Settled;
pub use store::{CALL, CALLS, Calls, Entered, RECORDING, Recorded};
