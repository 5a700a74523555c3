//! Webhooks: requests from Twilio to an app, signed, retried and logged.

mod asking;
pub(crate) mod callbacks;
mod charset;
mod delivery;
mod failure;
mod overrides;
mod target;

pub(crate) use self::delivery::Answer;
pub(crate) use self::failure::Failure;
