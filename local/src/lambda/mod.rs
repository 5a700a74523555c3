//! Lambda: the real function binaries as processes, each behind a Runtime API of its own.
//!
//! [`pool`] finds or starts a process for an invocation, [`process`] is one of them and freezes it
//! between invocations, [`runtime_api`] is what it talks to, [`environment`] what it is started
//! with, and [`watchdog`] sees to it that none outlives the stack.

pub(crate) mod environment;
pub(crate) mod failure;
pub(crate) mod pool;
pub(crate) mod process;
mod runtime_api;
pub(crate) mod watchdog;

pub use process::ProcessState;

/// Largest event and largest answer of a synchronous invocation, in bytes.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(crate) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;
