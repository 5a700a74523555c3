//! Conferences that are joined with a code.
//!
//! Everything that is known of a conference is in the items of one partition, `CONFERENCE#` and its
//! id:
//!
//! | sort key | item | written by |
//! |---|---|---|
//! | `CONFERENCE` | the conference: when it must end, why it ended | its creation, start and end |
//! | `PARTICIPANT#` + id | a participant; an entry of a timeline | creation, `deliver`, joining |
//! | `LEG#` + CallSid | one stay in it, from being let in to leaving | joining, Twilio's events |
//! | `LIVE` | a time to live: its removal ends what is left | creation, start; gone at the end |
//!
//! Other partitions hold: `CODE#` + our number and the code's length, which conference a code leads
//! to and how long no other conference gets it; `INVITED#` + our number and the day, which phone
//! numbers are invited, so that guesses of others keep no invited caller out; `GUESSES#` + our
//! number, the counts of wrong codes.
//!
//! A room is a conference at Twilio; its name is our id. Twilio ends a room when its last
//! participant leaves, even a first one who was alone, so one of our conferences may have several
//! rooms, one after the other. Which participants are in a conference is told by the stays alone,
//! in whatever order events arrive.

mod code;
mod codes;
mod conference;
mod conversation;
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
pub use conversation::Conversation;
pub use create::{Conferences, Host};
pub use doorkeeper::{Admission, Doorkeeper, Entrance};
pub use invite::Inviter;
pub use lifecycle::{Lifecycle, expired};
pub use moderate::ModerateParticipant;
pub use new::{ConferencePlan, InviteParticipants, Invitee, NewConference, NewParticipant};
pub use participant::{Join, Participant, ParticipantState, Stay};
pub use report::{
    ConferenceReport, ConferenceSummary, ConferenceView, ParticipantView, Participated, Reports,
    StayView,
};
pub use timer::{Alarm, Timer, Wake};

/// The partition of index `open` that conferences are in until their rooms at Twilio are closed.
pub const CONFERENCE: &str = "CONFERENCE";

/// The partition of index `listing` with all conferences.
const CONFERENCES: &str = "CONFERENCES";
