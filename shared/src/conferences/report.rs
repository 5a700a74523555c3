//! Reports of conferences: which participants were invited, how they were reached, when they came
//! and left.

use std::collections::HashMap;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{
    CONFERENCES, Conference, ConferenceStatus, EndReason, Join, Participant, ParticipantState, Stay,
};
use crate::{
    Error,
    aws::table::{Filter, Index, Listing, Page, Table, text_of, value},
    error::not_found,
    messages::{Message, Messages},
    twilio::{message::MessageStatus, refusal::sentence},
    values::{CallSid, ConferenceId, MessageId, ParticipantId, PhoneNumber},
};

/// The service that reads conferences with all that happened in them.
#[derive(Clone, Debug)]
pub struct Reports {
    table: Table,
    messages: Messages,
}

impl Reports {
    /// Reports of the conferences in this table.
    pub fn new(table: Table) -> Self {
        Self { messages: Messages::new(table.clone()), table }
    }

    /// A page of conferences, the newest first, without their participants: those are read for one
    /// conference at a time.
    ///
    /// # Errors
    /// 400 for a cursor that no page gave.
    pub async fn page(
        &self,
        status: Option<ConferenceStatus>,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<ConferenceSummary>, Error> {
        let filter = status.map(|status| -> Result<_, Error> {
            let mut filter = Filter::default();
            filter.equals("status", value(&status)?);
            Ok(filter)
        });
        let listing = Listing {
            index: Index::Listing,
            partition: CONFERENCES,
            from: None,
            to: None,
            newest_first: true,
            limit,
            cursor,
            filter: filter.transpose()?,
        };
        self.table.list(listing).await?.try_map(|item| {
            let conference: Conference = serde_dynamo::from_item(item)?;
            Ok(conference.summary())
        })
    }

    /// Reads all that is known of a conference.
    ///
    /// # Errors
    /// 404 when there is no conference with this id.
    pub async fn get(&self, id: &ConferenceId) -> Result<ConferenceReport, Error> {
        let report = ConferenceReport::read(&self.table, id).await?;
        let mut report = report.ok_or_else(|| not_found("there is no conference with this id"))?;
        report.read_texts(&self.messages).await?;
        Ok(report)
    }
}

/// A conference with all that happened in it, as it is stored.
#[derive(Clone, Debug)]
pub struct ConferenceReport {
    /// The conference itself, from its own item.
    pub conference: Conference,
    /// The participants, in the order in which they were invited or came.
    pub participants: Vec<Participated>,
    /// The texts that invited participants, by participant's id; empty unless they were read.
    pub texts: HashMap<ParticipantId, Message>,
}

/// A participant with their stays in the conference.
#[derive(Clone, Debug)]
pub struct Participated {
    /// The participant, from their own item.
    pub participant: Participant,
    /// The participant's stays, in the order in which they were let in.
    pub legs: Vec<Stay>,
}

impl Conference {
    /// The conference as lists show it.
    fn summary(self) -> ConferenceSummary {
        ConferenceSummary {
            id: self.id.to_string(),
            server_number: self.server_number,
            code: self.code.as_str().to_owned(),
            subject: self.subject,
            status: self.status,
            by: self.by,
            max_duration_seconds: self.max_duration_seconds,
            join_window_seconds: self.join_window_seconds,
            created_at: self.created_at,
            join_until_at: self.join_until,
            expires_at: self.ends_by,
            started_at: self.started_at,
            ended_at: self.ended_at,
            end_reason: self.end_reason,
            invited_count: self.invited_count,
        }
    }
}

impl ConferenceReport {
    /// Reads all items of a conference's partition; `None` when there is no such conference.
    pub(super) async fn read(table: &Table, id: &ConferenceId) -> Result<Option<Self>, Error> {
        let mut conference = None;
        let mut participants: Vec<Participant> = Vec::new();
        let mut legs: HashMap<ParticipantId, Vec<Stay>> = HashMap::new();
        for item in table.partition(&id.partition()).await? {
            match text_of(&item, "sk").unwrap_or_default().split('#').next() {
                Some("CONFERENCE") => conference = Some(serde_dynamo::from_item(item)?),
                Some("PARTICIPANT") => participants.push(serde_dynamo::from_item(item)?),
                Some("LEG") => {
                    let leg: Stay = serde_dynamo::from_item(item)?;
                    legs.entry(leg.participant_id.clone()).or_default().push(leg);
                }
                _ => {}
            }
        }
        let Some(conference) = conference else { return Ok(None) };
        participants.sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
        let participants = participants
            .into_iter()
            .map(|participant| {
                let mut legs = legs.remove(&participant.id).unwrap_or_default();
                legs.sort_by_key(|leg| leg.admitted_at);
                Participated { participant, legs }
            })
            .collect();
        Ok(Some(Self { conference, participants, texts: HashMap::new() }))
    }

    /// Reads the texts that invited those participants who have not come.
    pub(super) async fn read_texts(&mut self, messages: &Messages) -> Result<(), Error> {
        let invited = self.participants.iter().filter(|who| {
            who.participant.join == Join::DialIn
                && who.participant.state == ParticipantState::Invited
        });
        let ids: HashMap<_, _> = invited
            .map(|who| (MessageId::invitation(&who.participant.id), who.participant.id.clone()))
            .collect();
        for message in messages.get_all(ids.keys().cloned()).await? {
            if let Some(participant) = ids.get(&message.id) {
                self.texts.insert(participant.clone(), message);
            }
        }
        Ok(())
    }

    /// The state of a participant whose invitation was not delivered, and the reason; `None` if it
    /// was or may still be.
    fn undelivered(&self, participant: &Participant) -> Option<(ParticipantState, String)> {
        let text = self.texts.get(&participant.id)?;
        let lost = matches!(text.status, MessageStatus::Undelivered | MessageStatus::Failed);
        let why = text.error_code.map_or("The text did not arrive.", sentence);
        lost.then(|| (ParticipantState::Failed, why.to_owned()))
    }

    /// Whether a stay lasts, so that the call is in the conference now.
    pub fn is_present(&self, leg: &Stay) -> bool {
        let room_is_over = leg
            .conference_sid
            .as_ref()
            .is_some_and(|room| self.conference.ended_rooms.contains(room));
        let over = room_is_over || self.conference.status == ConferenceStatus::Ended;
        leg.joined_at.is_some() && leg.left_at.is_none() && !over
    }

    /// The calls to participants who have not answered, as far as is known.
    pub fn calls_that_ring(&self) -> impl Iterator<Item = &CallSid> {
        let ring = |who: &&Participated| {
            who.participant.state == ParticipantState::Invited && who.legs.is_empty()
        };
        self.participants.iter().filter(ring).filter_map(|who| who.participant.call_sid.as_ref())
    }

    /// The stays of all participants in the conference.
    pub fn legs(&self) -> impl Iterator<Item = &Stay> {
        self.participants.iter().flat_map(|participant| &participant.legs)
    }

    /// The participant of a call, as often as the same phone takes part in the conference: it may
    /// be invited in both ways.
    pub(super) fn same_person(&self, call: &CallSid) -> impl Iterator<Item = &Participant> {
        let of_call = self.of_call(call).map(|who| &who.participant);
        self.participants.iter().map(|who| &who.participant).filter(move |who| {
            of_call.is_some_and(|of_call| {
                who.id == of_call.id
                    || (who.phone_number.is_some() && who.phone_number == of_call.phone_number)
            })
        })
    }

    fn of_call(&self, call: &CallSid) -> Option<&Participated> {
        self.participants.iter().find(|who| {
            who.participant.call_sid.as_ref() == Some(call)
                || who.legs.iter().any(|leg| leg.call_sid == *call)
        })
    }

    /// The conference as the API shows it.
    pub fn shown(&self) -> ConferenceView {
        ConferenceView {
            summary: self.conference.clone().summary(),
            participants: self.participants.iter().map(|who| self.shown_participant(who)).collect(),
        }
    }

    /// The participant of a call as the API shows it; `None` when there is none.
    pub fn participant_of(&self, call: &CallSid) -> Option<ParticipantView> {
        self.of_call(call).map(|who| self.shown_participant(who))
    }

    fn shown_participant(&self, who: &Participated) -> ParticipantView {
        let present = who.legs.iter().rev().find(|leg| self.is_present(leg));
        let last = present.or(who.legs.last());
        let came = who.legs.iter().any(|leg| leg.joined_at.is_some());
        let stays = who.legs.iter().filter_map(|leg| {
            let joined_at = leg.joined_at?;
            let over = (!self.is_present(leg)).then_some(self.conference.ended_at).flatten();
            let left_at = leg.left_at.or(over);
            let (call_sid, reason) = (leg.call_sid.clone(), leg.left_reason.clone());
            Some(StayView { call_sid, joined_at, left_at, reason })
        });
        let participant = &who.participant;
        let (state, reason) = self
            .undelivered(participant)
            .unwrap_or_else(|| (participant.state, participant.reason.clone().unwrap_or_default()));
        ParticipantView {
            id: participant.id.clone(),
            phone_number: participant.phone_number.clone(),
            name: participant.name.clone(),
            join: participant.join,
            invited: participant.invited,
            state: match present {
                Some(_) => ParticipantState::Joined,
                None if came => ParticipantState::Left,
                None => state,
            },
            reason: Some(reason).filter(|reason| !reason.is_empty()),
            call_sid: last.map(|leg| leg.call_sid.clone()).or(participant.call_sid.clone()),
            muted: present.is_some_and(|leg| leg.muted),
            hold: present.is_some_and(|leg| leg.hold),
            stays: stays.collect(),
        }
    }
}

/// A conference as lists show it, without its participants.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConferenceSummary {
    /// The id of the conference, which is also its name at Twilio.
    pub id: String,
    /// Our number, which participants call and are called from.
    pub server_number: PhoneNumber,
    /// The code with which callers get in until the conference has ended.
    pub code: String,
    /// The subject of the conference; null if none was given.
    #[schema(required)]
    pub subject: Option<String>,
    /// How far the conference is.
    pub status: ConferenceStatus,
    /// The `sub` of the agent or the program that asked for the conference.
    pub by: String,
    /// How many seconds the conference lasts at most, from its start.
    pub max_duration_seconds: u32,
    /// How many seconds the second participant has to come, from the creation of the conference.
    pub join_window_seconds: u32,
    /// The time at which the conference was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The time until which the second participant must have come.
    #[serde(with = "time::serde::rfc3339")]
    pub join_until_at: OffsetDateTime,
    /// The time at which the conference is over at the latest.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// The time at which the conference started, because its second participant came; null until
    /// then.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub started_at: Option<OffsetDateTime>,
    /// The time at which the conference ended; null until then.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub ended_at: Option<OffsetDateTime>,
    /// Why the conference ended; null until then.
    #[schema(required)]
    pub end_reason: Option<EndReason>,
    /// How many participants were invited.
    pub invited_count: u32,
}

/// A conference with its participants and their stays.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Conference)]
pub struct ConferenceView {
    /// The conference as lists show it.
    #[serde(flatten)]
    pub summary: ConferenceSummary,
    /// The participants: those who were invited, and those who came with the code.
    pub participants: Vec<ParticipantView>,
}

/// A participant of a conference with their stays.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Participant)]
pub struct ParticipantView {
    /// The id of the participant, unique among all conferences.
    pub id: ParticipantId,
    /// The participant's phone in E.164; null for a caller who withheld their number.
    #[schema(required)]
    pub phone_number: Option<PhoneNumber>,
    /// The participant's name; null if none was given.
    #[schema(required)]
    pub name: Option<String>,
    /// How the participant gets into the conference.
    pub join: Join,
    /// Whether the participant was invited, or came with the code.
    pub invited: bool,
    /// How far the participant has got.
    pub state: ParticipantState,
    /// Why the participant could not be reached, as a sentence; null otherwise.
    #[schema(required)]
    pub reason: Option<String>,
    /// Twilio's SID of the participant's call: the one in the conference, else the last; null if
    /// there was none.
    #[schema(required)]
    pub call_sid: Option<CallSid>,
    /// Whether the participant is muted, so that the others do not hear them.
    pub muted: bool,
    /// Whether the participant is on hold, so that they hear music and not the others.
    pub hold: bool,
    /// The participant's stays in the conference, in order.
    pub stays: Vec<StayView>,
}

/// A participant's stay in a conference, from joining to leaving.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StayView {
    /// Twilio's SID of the participant's call.
    pub call_sid: CallSid,
    /// The time at which the participant joined.
    #[serde(with = "time::serde::rfc3339")]
    pub joined_at: OffsetDateTime,
    /// The time at which the participant left; null until then.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub left_at: Option<OffsetDateTime>,
    /// Why the participant left, in Twilio's words; null if it is not known.
    #[schema(required)]
    pub reason: Option<String>,
}
