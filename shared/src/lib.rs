//! Everything that Switchboard's Lambda functions share.
//!
//! | room | what is in it |
//! |---|---|
//! | [`lambda`] | how a function starts, answers, fails and logs |
//! | [`twilio`] | verified webhooks, TwiML, the REST client |
//! | [`flow`] | the engine that executes Twilio Studio flows |
//! | [`ivr`] | a call's way through the main flow, webhook by webhook |
//! | [`calls`] | the call log: one entry a call, in DynamoDB |
//! | [`conferences`] | conferences with a code: making, joining, ending them |
//! | [`recordings`] | the way of a recording from Twilio into S3 |
//! | [`links`] | short-lived links to recordings and media |
//! | [`phone_number`], [`email`], [`sid`] | values that are checked once, where they come in |
//! | [`destinations`] | whom we call and text, and whom we refuse to |
//! | [`agents`] | who answers, and on which phone |
//! | [`settings`], [`secrets`], [`env`] | what a deployment configures |
//! | [`openapi`] | the description of the API, made from these types |
//! | [`wording`] | sentences that callers hear and that are in no flow |

pub mod agents;
pub mod aws;
pub mod cache;
pub mod calls;
pub mod caps;
pub mod conferences;
pub mod contacts;
pub mod deliver;
pub mod destinations;
pub mod email;
pub mod env;
pub mod erasure;
pub mod error;
pub mod flow;
pub mod idempotency;
pub mod ivr;
pub mod lambda;
pub mod links;
pub mod messages;
pub mod metrics;
pub mod openapi;
pub mod phone_number;
pub mod reconciler;
pub mod recordings;
pub mod secrets;
pub mod settings;
pub mod sid;
pub mod table;
pub mod timeline;
pub mod twilio;
pub mod wording;

pub use error::Error;

/// For jitter: it need not be hard to guess.
pub(crate) fn random_byte() -> u8 {
    uuid::Uuid::new_v4().as_bytes()[0]
}
