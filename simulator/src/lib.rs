//! A local Twilio: it carries calls between simulated phones, executes TwiML,
//! records audio, sends signed webhooks and answers Twilio's REST API. Useful to
//! any Twilio project, and it knows nothing of the one that it is tried with.
//!
//! Data lies on the ground, in `state`, and behaviour stands on it. The table is ordered from the
//! module that depends on most others to the most basic one. A module imports only from rows below
//! its own; `tests/scenarios/map.rs` checks that.
//!
//! | module | what it is |
//! |---|---|
//! | `server` | The three HTTP faces on one port. |
//! | `rest` | Twilio's face: its REST API, as its SDKs know it. |
//! | `control` | Our face: tests, scripts and the phones page act as the people with the phones. |
//! | `page` | The phones page: static files inside the program. |
//! | [`client`] | A client of the control API, for command lines and tests. |
//! | `assignment` | What apps answer when TaskRouter reserves a worker, and what is done then. |
//! | `leg` | The task that carries one call: ringing, documents, verbs, bridges. |
//! | `call_queue` | Queues of calls: the way in, and out again. |
//! | `task_router` | Tasks, the workers that they find, and what apps are told of it. |
//! | `conference` | Conferences: the way in, sounds, moderation, the end. |
//! | `messaging` | Texts on their way out and in: queues, carriers, replies, opt-out. |
//! | `recording` | Recordings, from the first sample to the file. |
//! | `person` | What the people with the phones do, by hand or by script. |
//! | `calls` | How a call is made, moves forward and ends, and how its app is told. |
//! | `documents` | An app's answer, understood as a document. |
//! | `webhook` | Requests to apps: signed, retried, logged; callbacks and their faults. |
//! | `simulator` | The handle that all share: the locked state, the log, and the tasks that a reset ends. |
//! | `twiml` | What documents may say, read strictly. |
//! | `state` | Everything that is remembered, and nothing that is done. |
//! | `files` | Files of this machine that people speak or send. |
//! | [`connections`] | Connections that died while nobody used them. |
//! | [`door`] | Which names and pages a port on this machine answers to. |
//! | `http`, [`signature`] | HTTP clients, and the signature of webhooks. |
//! | `flow_definition` | What the definition of a Studio flow must be. |
//! | `expression` | Conditions on the attributes of workers and tasks. |
//! | [`audio`], `clock`, `number`, `sid` | Samples, simulated time, phone numbers, identifiers. |

mod assignment;
pub mod audio;
mod call_queue;
mod calls;
pub mod client;
mod clock;
mod conference;
pub mod connections;
mod control;
mod documents;
pub mod door;
mod expression;
mod files;
mod flow_definition;
mod http;
mod leg;
mod messaging;
mod number;
mod page;
mod person;
mod recording;
mod rest;
mod server;
mod sid;
pub mod signature;
mod simulator;
mod state;
mod task_router;
mod twiml;
mod webhook;

pub use self::server::{Extras, serve, serve_with, serve_with_keys};
pub use self::simulator::Config;
pub use self::state::script;
