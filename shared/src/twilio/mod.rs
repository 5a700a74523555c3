//! Twilio's side of the system: its webhooks' contents and signatures, TwiML, and its REST API.

pub mod client;
pub mod conference;
pub mod form;
pub mod list;
pub mod message;
pub mod refusal;
pub mod signature;
pub mod twiml;
pub mod voice;

pub use client::TwilioClient;
pub use form::Form;
