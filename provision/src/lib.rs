//! Sets up what a deployment needs at Twilio. Everything is known by its friendly name: what is
//! there is brought up to date, what is missing is made, and what this program did not make is left
//! alone. So it can be run again at any time.

pub mod task_router;
mod twilio;

pub use twilio::Twilio;
