//! Everything that Switchboard's Lambda functions share.
//!
//! | room | what is in it |
//! |---|---|
//! | [`lambda`] | how a function starts, answers, fails and logs |
//! | [`twilio`] | verified webhooks, TwiML, the REST client |
//! | [`flow`] | the engine that executes Twilio Studio flows |
//! | [`ivr`] | a call's way through the main flow, webhook by webhook |
//! | [`calls`] | the call log: one entry a call, in DynamoDB |
//! | [`recordings`] | the way of a recording from Twilio into S3 |
//! | [`phone_number`], [`sid`] | values that are checked once, where they come in |
//! | [`settings`], [`secrets`], [`env`] | what a deployment configures |
//! | [`wording`] | sentences that callers hear and that are in no flow |

pub mod aws;
pub mod calls;
pub mod contacts;
pub mod env;
pub mod error;
pub mod flow;
pub mod ivr;
pub mod lambda;
pub mod phone_number;
pub mod recordings;
pub mod secrets;
pub mod settings;
pub mod sid;
pub mod table;
pub mod timeline;
pub mod twilio;
pub mod wording;

pub use error::Error;
