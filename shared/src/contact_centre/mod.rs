//! The contact centre at Twilio's TaskRouter: agents are its workers, callers who wait its tasks.
//! <https://www.twilio.com/docs/taskrouter>
//!
//! TaskRouter decides who gets which caller. What it asks and tells comes as webhooks:
//!
//! | module | what it does |
//! |---|---|
//! | [`worker`] | agents as workers: made, changed, taken away |
//! | [`assignment`] | what TaskRouter is to do when it offers a caller to an agent |
//! | [`task_event`] | what happened to a caller, kept with their call; what an agent is doing |
//! | [`music`] | what callers hear who wait |
//! | [`queues`] | the callers who wait, as agents see them |
//! | [`waiting`] | the place of a caller among those who wait |
//! | [`waiting_room`] | what a caller hears who waits, and the keys that they press |
//! | [`return_call`] | callers who are called back instead of waiting, and keep their place |
//! | [`thank_you`] | the text to a customer after the call |

pub mod assignment;
pub mod music;
pub mod queues;
pub mod return_call;
pub mod task_event;
pub mod thank_you;
pub mod waiting;
pub mod waiting_room;
pub mod worker;

pub use assignment::Assignment;
pub use queues::Queues;
pub use return_call::{attempt::ReturnAttempts, follow_up::ReturnFollowUp};
pub use task_event::{TaskCompletion, TaskEvent, TaskEvents};
pub use thank_you::ThankYous;
pub use waiting_room::WaitingRoom;
pub use worker::Workers;
