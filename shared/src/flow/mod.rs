//! Executes Twilio Studio flow definitions on incoming calls.
//! <https://www.twilio.com/docs/studio/rest-api/v2/flow-definition>
//!
//! A call's state is the list of [`Step`]s that its webhooks have recorded, and nothing else: an
//! answer is what the flow does when these steps are taken in order. So the same webhook gets the
//! same answer however often it arrives, and no variable is ever stored.

mod condition;
mod definition;
mod engine;
mod filters;
mod template;
mod widget;

pub use definition::{Flow, FlowError};
pub use engine::{Caller, Execution, FlowText, Step};
