//! Twilio, from both sides: its webhooks and TwiML, and its REST API.

pub mod client;
pub mod conference;
pub mod form;
pub mod message;
pub mod phone_numbers;
pub mod signature;
pub mod twiml;
pub mod voice;
pub mod webhook;

pub use client::TwilioClient;
pub use form::Form;
pub use webhook::{Webhook, Webhooks};
