//! Conferences that are joined with a code.
//!
//! All that is known of a conference are the items of one partition, `CONFERENCE#` and its id:
//!
//! | sort key | item | written by |
//! |---|---|---|
//! | `CONFERENCE` | the conference, with when it must end and why it did | its creation, start and end |
//! | `PARTICIPANT#` + id | who was invited or came, and how they were reached; an entry of a timeline | creation, `deliver`, joining |
//! | `LEG#` + CallSid | one stay in it, from being let in to leaving | joining, Twilio's events |
//! | `LIVE` | nothing but a time to live: its removal ends what is left | creation, start; gone at the end |
//!
//! Outside of it: `CODE#` + our number and the code's length (which conference a code leads to, and
//! for how long no other has it), `INVITED#` + our number and the day (who is invited, so that
//! guessing by others keeps nobody out), `GUESSES#` + our number (wrong codes, counted).
//!
//! At Twilio the room's name is our id. Twilio ends a room when its last participant leaves, a lone
//! first one too, so one conference may have several rooms, one after the other; who is in it is
//! told by the stays alone, whatever the order that events arrive in.

mod code;
mod codes;
mod conference;
mod create;
mod doorkeeper;
mod end;
mod events;
mod guesses;
mod invite;
mod lifecycle;
mod moderate;
mod new;
mod participant;
mod report;
mod timer;

pub use code::AccessCode;
pub use conference::{Conference, ConferenceStatus, EndReason};
pub use create::{Conferences, Host};
pub use doorkeeper::{Admission, Doorkeeper, Entrance};
pub use invite::Inviter;
pub use lifecycle::{Lifecycle, expired};
pub use moderate::ModerateParticipant;
pub use new::{InviteParticipants, Invitee, NewConference, NewParticipant};
pub use participant::{Join, Participant, ParticipantState, Stay};
pub use report::{
    ConferenceReport, ConferenceView, ParticipantView, Participated, Reports, StayView,
};
pub use timer::{Alarm, Timer, Wake};

/// The partition of index `open` that conferences are in until their rooms are closed.
pub const CONFERENCE: &str = "CONFERENCE";

/// The partition of index `listing` with all conferences.
const CONFERENCES: &str = "CONFERENCES";
