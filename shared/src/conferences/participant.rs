//! Who takes part in a conference, and their stays in it.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    Error,
    aws::table::{
        Index, Key, Update, integer, optional_milliseconds, order_key, text, value,
        whole_milliseconds,
    },
    values::{CallSid, ConferenceId, ConferenceSid, PhoneNumber},
};

/// How somebody gets into a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// They are texted a code, call our number and enter it.
    DialIn,
    /// We call them.
    DialOut,
}

impl Join {
    /// The word for it in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DialIn => "dial_in",
            Self::DialOut => "dial_out",
        }
    }
}

/// How far somebody has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParticipantState {
    /// Is about to be texted or called.
    Pending,
    /// Has been texted the code, or is being called.
    Invited,
    /// Does not take our texts. The code can be told in another way.
    OptedOut,
    /// Was called and did not answer.
    NoAnswer,
    /// Was called and was engaged.
    Busy,
    /// Answered, or a carrier's voicemail did, and pressed no key.
    Declined,
    /// Could not be texted or called; `reason` says why.
    Failed,
    /// Is in the conference.
    Joined,
    /// Was in the conference.
    Left,
}

impl ParticipantState {
    /// The word for it in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Invited => "invited",
            Self::OptedOut => "opted-out",
            Self::NoAnswer => "no-answer",
            Self::Busy => "busy",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Joined => "joined",
            Self::Left => "left",
        }
    }

    /// What is stored only rises: events come late, twice and in any order.
    fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Invited => 1,
            Self::OptedOut | Self::NoAnswer | Self::Busy | Self::Declined | Self::Failed => 2,
            Self::Joined | Self::Left => 3,
        }
    }
}

/// Somebody who was invited, or came with the code without being invited.
#[derive(Clone, Debug, Deserialize)]
pub struct Participant {
    /// Ours.
    pub id: String,
    /// Their phone; `None` for a caller who withheld it.
    pub phone_number: Option<PhoneNumber>,
    /// Their name, if it was given.
    pub name: Option<String>,
    /// How they get in.
    pub join: Join,
    /// As it is stored: whether they are in it now, the stays tell.
    #[serde(rename = "status")]
    pub state: ParticipantState,
    /// Why they could not be reached.
    pub reason: Option<String>,
    /// Whether they were invited.
    pub invited: bool,
    /// The call that was placed to them.
    pub call_sid: Option<CallSid>,
    /// In which order they were invited.
    pub position: u32,
}

impl Participant {
    /// The id of whoever is invited at a number in one of the two ways: the same for the same, so
    /// that nobody is in a conference twice. It tells nobody the number.
    pub fn id_of(conference: &ConferenceId, who: &str, join: Join) -> String {
        let digest = Sha256::digest(format!("{conference}\n{who}\n{}", join.as_str()));
        digest[..12].iter().fold("CP".to_owned(), |mut id, byte| {
            // Writing to a String cannot fail.
            let _ = write!(id, "{byte:02x}");
            id
        })
    }

    /// The key of a participant's item.
    pub(super) fn key(conference: &ConferenceId, id: &str) -> Key {
        conference.item(format!("PARTICIPANT#{id}"))
    }

    /// The write that makes a participant, unless they are there.
    pub(super) fn made(new: &NewItem<'_>) -> Result<Update, Error> {
        let mut update = Update::of(Self::key(new.conference, new.id));
        update.set_if_unset("id", text(new.id));
        update.set_if_unset("type", text("conference"));
        update.set_if_unset("conference_id", text(new.conference.as_str()));
        update.set_if_unset("account_sid", text(new.account_sid));
        update.set_if_unset("our_number", text(new.server_number.as_str()));
        update.set_if_unset("direction", text(if new.invited { "outbound" } else { "inbound" }));
        update.set_if_unset("join", text(new.join.as_str()));
        update.set_if_unset("status", text(ParticipantState::Pending.as_str()));
        update.set_if_unset("status_rank", integer(ParticipantState::Pending.rank()));
        update.set_if_unset("invited", value(&new.invited)?);
        update.set_if_unset("position", integer(new.position));
        if let Some(address) = new.address {
            if address.parse::<PhoneNumber>().is_ok() {
                update.set_if_unset("phone_number", text(address));
            }
            let since = order_key(OffsetDateTime::now_utc(), new.id)?;
            update.list_if_unlisted(Index::Timeline, address, &since);
        }
        Ok(update)
    }

    /// The write that brings a participant to a state, unless they are further.
    pub(super) fn reach(conference: &ConferenceId, id: &str, state: ParticipantState) -> Update {
        let mut update = Update::of(Self::key(conference, id));
        update.set("status", text(state.as_str()));
        update.set("status_rank", integer(state.rank()));
        update.only_below("status_rank", integer(state.rank()));
        update.only_existing();
        update
    }

    /// Whether they may still be on their way, who have never been in it.
    pub(super) fn is_expected(&self) -> bool {
        self.invited
            && match (self.join, self.state) {
                (_, ParticipantState::Pending | ParticipantState::Invited) => true,
                // Somebody may tell them the code.
                (Join::DialIn, ParticipantState::OptedOut | ParticipantState::Failed) => true,
                _ => false,
            }
    }
}

/// What a participant's item is made of.
pub(super) struct NewItem<'a> {
    pub(super) conference: &'a ConferenceId,
    pub(super) id: &'a str,
    pub(super) account_sid: &'a str,
    pub(super) server_number: &'a PhoneNumber,
    /// What their contact is known by; `None` for who withholds the number.
    pub(super) address: Option<&'a str>,
    pub(super) join: Join,
    /// Or came with the code.
    pub(super) invited: bool,
    pub(super) position: u32,
}

/// One stay in a conference: a call that was let in.
#[derive(Clone, Debug, Deserialize)]
pub struct Stay {
    /// The call.
    pub call_sid: CallSid,
    /// Whose it is.
    pub participant_id: String,
    /// When it was let in.
    #[serde(with = "whole_milliseconds")]
    pub admitted_at: OffsetDateTime,
    /// Which room it came into.
    pub conference_sid: Option<ConferenceSid>,
    /// When it came in.
    #[serde(default, with = "optional_milliseconds")]
    pub joined_at: Option<OffsetDateTime>,
    /// When it left.
    #[serde(default, with = "optional_milliseconds")]
    pub left_at: Option<OffsetDateTime>,
    /// Why it left, in Twilio's words.
    pub left_reason: Option<String>,
    /// Whether the others do not hear it.
    #[serde(default)]
    pub muted: bool,
    /// Whether it hears music, and not the others.
    #[serde(default)]
    pub hold: bool,
}

impl Stay {
    /// The key of a call's item.
    pub(super) fn key(conference: &ConferenceId, call: &CallSid) -> Key {
        conference.item(format!("LEG#{call}"))
    }
}
