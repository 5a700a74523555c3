//! Everything that Switchboard's Lambda functions share.
//!
//! The table is ordered from the most basic module to the one that depends on most others. A module
//! imports only from those above it; `tests/floors.rs` checks that. (The table of the simulator's
//! modules has the opposite order.)
//!
//! | module | what is in it |
//! |---|---|
//! | [`error`] | the one error of a function, and what a sender is told of it |
//! | [`process`] | what a process has of its own: environment, cache, metrics, chance |
//! | [`values`] | phone numbers, ids and words, each checked once, where it comes in |
//! | [`numbering`] | the numbering plans of the world: what a number is, and what it costs |
//! | [`aws`] | the table, the queues, the secret, and the clients that reach them |
//! | [`twilio`] | webhooks' contents and signatures, TwiML, the REST client |
//! | [`webhooks`] | the addresses of our own webhooks, written and read |
//! | [`lambda`] | how a function starts, verifies, answers, fails and logs |
//! | [`jobs`] | work that is queued: one effect a message |
//! | [`recordings`] | recordings and media in our bucket: copied, linked to, deleted |
//! | [`company`] | what a deployment chooses: settings, agents, caps, numbers, wording |
//! | [`contacts`] | the people who call and text, and the timeline of each |
//! | [`context`] | what a process is made of: one client of each service |
//! | [`destinations`] | which numbers may be called and texted |
//! | [`flow`] | the engine that executes Twilio Studio flows |
//! | [`calls`] | the call log, and placing calls |
//! | [`messages`] | texts: sending them, taking them in, and consent |
//! | [`conferences`] | conferences with a code: making, joining, ending them |
//! | [`contact_centre`] | agents as workers, callers as tasks: assignment, events, waiting, thanks |
//! | [`ivr`] | a call's way through the main flow, webhook by webhook |
//! | [`background`] | what is done when nobody waits: follow-ups, erasure, repairs |
//! | [`overview`] | the calls and texts of some days |
//! | [`live`] | what has changed, for consoles that are open |
//! | [`openapi`] | the description of the API, made from these types |

pub mod aws;
pub mod background;
pub mod calls;
pub mod company;
pub mod conferences;
pub mod contact_centre;
pub mod contacts;
pub mod context;
pub mod destinations;
pub mod error;
pub mod flow;
pub mod ivr;
pub mod jobs;
pub mod lambda;
pub mod live;
pub mod messages;
pub mod numbering;
pub mod openapi;
pub mod overview;
pub mod process;
pub mod recordings;
pub mod twilio;
pub mod values;
pub mod webhooks;

pub use context::Context;
pub use error::Error;
