//! What has changed, for consoles that are open to learn of within two seconds.
//!
//! | partition | sort key | item |
//! |---|---|---|
//! | `CHANGES#` + minute | time + `#` + kind + `#` + id | that something has changed, with a time to live |
//!
//! The table's stream tells the keys of every item that is written. Function `changes` notes what
//! they are about as items of their own, whose keys are all that they hold: [`Feed::note`]. Consoles
//! read the partition of the minute, about once a second: [`Feed::since`]. Reads are consistent, so
//! that nothing lags, as it would in an index; marks, assignments and statuses, which move no entry in
//! any index, are changes like all others.

mod change;
mod feed;

pub use change::{Change, ChangeKind};
pub use feed::{Changes, Feed};
