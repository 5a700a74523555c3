//! The participants of a conference, and their stays in it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    Error,
    aws::table::{
        Check, Index, Key, Update, instant, integer, optional_milliseconds, order_key, text, value,
        whole_milliseconds,
    },
    values::{Address, CallSid, ConferenceId, ConferenceSid, ParticipantId, PhoneNumber},
};

/// The attribute of a participant who was put out, and is not let in again.
const BARRED: &str = "barred_at";

/// How a participant gets into a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// The participant is texted a code, calls our number and enters the code.
    DialIn,
    /// We call the participant on the phone.
    DialOut,
}

impl Join {
    /// The word that stands for this value in the API and in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DialIn => "dial_in",
            Self::DialOut => "dial_out",
        }
    }
}

/// How far a participant has got on the way into a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParticipantState {
    /// The participant is about to be texted or called.
    Pending,
    /// The participant has been texted the code, or is being called.
    Invited,
    /// The participant takes no texts from us. They can be told the code in another way.
    OptedOut,
    /// The participant was called and did not answer.
    NoAnswer,
    /// The participant was called, and their phone was engaged.
    Busy,
    /// The participant, or a carrier's voicemail, answered and pressed no key.
    Declined,
    /// The participant could not be texted or called; `reason` says why.
    Failed,
    /// The participant is in the conference.
    Joined,
    /// The participant was in the conference and has left.
    Left,
}

impl ParticipantState {
    /// The word that stands for this value in the API and in the table.
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

    /// How far along this state is. The stored state only rises in rank: events that come late,
    /// twice or in another order change nothing.
    fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Invited => 1,
            Self::OptedOut | Self::NoAnswer | Self::Busy | Self::Declined | Self::Failed => 2,
            Self::Joined | Self::Left => 3,
        }
    }
}

/// A participant of a conference: a person who was invited, or who came with the code without being
/// invited.
#[derive(Clone, Debug, Deserialize)]
pub struct Participant {
    /// Our id of the participant, `CP…`.
    pub id: ParticipantId,
    /// The participant's phone; `None` for a caller who withheld their number.
    pub phone_number: Option<PhoneNumber>,
    /// The participant's name; `None` if none was given.
    pub name: Option<String>,
    /// How the participant gets into the conference.
    pub join: Join,
    /// How far the participant has got, as it is stored. Whether they are in the conference now,
    /// the stays tell.
    #[serde(rename = "status")]
    pub state: ParticipantState,
    /// Why the participant could not be reached, as a sentence; `None` otherwise.
    pub reason: Option<String>,
    /// Whether the participant was invited, or came with the code.
    pub invited: bool,
    /// The call that was placed to the participant; `None` if there was none.
    pub call_sid: Option<CallSid>,
    /// The participant's place in the order of invitations.
    pub position: u32,
}

impl Participant {
    /// The id of the participant who is invited at a number in one of the two ways. The same
    /// invitation has the same id, so that no participant is in a conference twice; the number
    /// cannot be told from it.
    pub fn id_of(conference: &ConferenceId, who: &str, join: Join) -> ParticipantId {
        let digest = Sha256::digest(format!("{conference}\n{who}\n{}", join.as_str()));
        let mut first = [0; 12];
        first.copy_from_slice(&digest[..12]);
        ParticipantId::of_digest(first)
    }

    /// Whether a key is that of a participant's item.
    pub(super) fn is_of(key: &Key) -> bool {
        key.sort.starts_with("PARTICIPANT#")
    }

    /// The key of a participant's item.
    pub(super) fn key(conference: &ConferenceId, id: &ParticipantId) -> Key {
        conference.item(format!("PARTICIPANT#{id}"))
    }

    /// The write that creates a participant, unless there is one with this id.
    pub(super) fn made(new: &NewItem<'_>) -> Result<Update, Error> {
        let mut update = Update::of(Self::key(new.conference, new.id));
        update.set_if_unset("id", text(new.id.as_str()));
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
        // Whoever was put out may come in again when they are invited again.
        if new.invited {
            update.remove(BARRED);
        }
        if let Some(address) = new.address {
            if address.as_str().parse::<PhoneNumber>().is_ok() {
                update.set_if_unset("phone_number", text(address.as_str()));
            }
            let since = order_key(OffsetDateTime::now_utc(), new.id.as_str())?;
            update.list_if_unlisted(Index::Timeline, address.as_str(), &since);
        }
        Ok(update)
    }

    /// The write that brings a participant to a state, and the check that they are not further
    /// along.
    pub(super) fn reach(
        conference: &ConferenceId,
        id: &ParticipantId,
        state: ParticipantState,
    ) -> (Update, Check) {
        let mut update = Update::of(Self::key(conference, id));
        update.set("status", text(state.as_str()));
        update.set("status_rank", integer(state.rank()));
        (update, Check::new().exists().below_or_unset("status_rank", integer(state.rank())))
    }

    /// The write that keeps a participant from coming in again, and the check that there is one.
    pub(super) fn bar(
        conference: &ConferenceId,
        id: &ParticipantId,
    ) -> Result<(Update, Check), Error> {
        let mut update = Update::of(Self::key(conference, id));
        update.set(BARRED, instant(OffsetDateTime::now_utc())?);
        Ok((update, Check::new().exists()))
    }

    /// The check that a participant has not been put out.
    pub(super) fn is_welcome() -> Check {
        Check::new().unset(BARRED)
    }

    /// Whether a participant who has never been in the conference may still come.
    pub(super) fn is_expected(&self) -> bool {
        self.invited
            && match (self.join, self.state) {
                (_, ParticipantState::Pending | ParticipantState::Invited) => true,
                // Another participant may tell them the code.
                (Join::DialIn, ParticipantState::OptedOut | ParticipantState::Failed) => true,
                _ => false,
            }
    }
}

/// The values that a participant's item is made of.
pub(super) struct NewItem<'a> {
    pub(super) conference: &'a ConferenceId,
    pub(super) id: &'a ParticipantId,
    pub(super) account_sid: &'a str,
    pub(super) server_number: &'a PhoneNumber,
    /// The number that the participant's contact is known by; `None` for a caller who withheld it.
    pub(super) address: Option<&'a Address>,
    pub(super) join: Join,
    /// Whether the participant was invited, or came with the code.
    pub(super) invited: bool,
    pub(super) position: u32,
}

/// One stay in a conference: a call that was let in.
#[derive(Clone, Debug, Deserialize)]
pub struct Stay {
    /// The call that was let in.
    pub call_sid: CallSid,
    /// The id of the participant whose call it is.
    pub participant_id: ParticipantId,
    /// The time at which the call was let in.
    #[serde(with = "whole_milliseconds")]
    pub admitted_at: OffsetDateTime,
    /// The room at Twilio that the call came into; `None` until it has.
    pub conference_sid: Option<ConferenceSid>,
    /// The time at which the call came into the room; `None` until then.
    #[serde(default, with = "optional_milliseconds")]
    pub joined_at: Option<OffsetDateTime>,
    /// The time at which the call left; `None` until then.
    #[serde(default, with = "optional_milliseconds")]
    pub left_at: Option<OffsetDateTime>,
    /// Why the call left, in Twilio's words; `None` if Twilio does not say.
    pub left_reason: Option<String>,
    /// Whether the call is muted, so that the others do not hear it.
    #[serde(default)]
    pub muted: bool,
    /// Whether the call is on hold, so that it hears music and not the others.
    #[serde(default)]
    pub hold: bool,
}

impl Stay {
    /// The key of the item of a call's stay.
    pub(super) fn key(conference: &ConferenceId, call: &CallSid) -> Key {
        conference.item(format!("LEG#{call}"))
    }
}
