//! Conferences: rooms in which several calls hear each other.
//!
//! A room's state is in one place, like a call's; what happens in it is a method of [`room::Room`], which
//! holds the state while it works and touches calls and phones when it is done.
//!
//! <https://www.twilio.com/docs/voice/twiml/conference>,
//! <https://www.twilio.com/docs/voice/api/conference-resource>

mod admission;
mod events;
mod life;
mod moderation;
mod player;
mod room;
mod sound;

pub(crate) use self::admission::{Admission, Refusal, admits};
pub(crate) use self::life::Exit;
pub(crate) use self::moderation::Changes;
pub(crate) use self::sound::Noise;
