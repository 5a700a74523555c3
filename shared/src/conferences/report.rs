//! What is told of a conference: who was invited, how they were reached, when they came and went.

use std::collections::HashMap;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{
    CONFERENCES, Conference, ConferenceStatus, EndReason, Join, Participant, ParticipantState,
    Stay, invite::text_id,
};
use crate::{
    Error,
    aws::table::{Filter, Index, Listing, Page, Table, text_of, value},
    error::not_found,
    messages::{Message, Messages},
    twilio::{message::MessageStatus, refusal::sentence},
    values::{CallSid, ConferenceId, PhoneNumber},
};

/// What is told of conferences.
#[derive(Clone, Debug)]
pub struct Reports {
    table: Table,
    messages: Messages,
}

impl Reports {
    /// In this table.
    pub fn new(table: Table) -> Self {
        Self { messages: Messages::new(table.clone()), table }
    }

    /// Conferences, the newest first.
    pub async fn page(
        &self,
        status: Option<ConferenceStatus>,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<ConferenceReport>, Error> {
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
        let page = self.table.list(listing).await?;
        let mut reports = Vec::new();
        for item in page.items {
            let conference: Conference = serde_dynamo::from_item(item)?;
            reports.push(self.get(&conference.id).await?);
        }
        Ok(Page { items: reports, next: page.next })
    }

    /// All that is known of a conference.
    ///
    /// Errors: 404.
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
    /// The conference.
    pub conference: Conference,
    /// In the order in which they were invited or came.
    pub participants: Vec<Participated>,
    /// How the texts that invited them stand, by participant; empty unless they were read.
    pub texts: HashMap<String, Message>,
}

/// A participant with the stays, in order.
#[derive(Clone, Debug)]
pub struct Participated {
    /// Who.
    pub participant: Participant,
    /// When.
    pub legs: Vec<Stay>,
}

impl ConferenceReport {
    /// From all items of the conference's partition. `None` when there is no such conference.
    pub(super) async fn read(table: &Table, id: &ConferenceId) -> Result<Option<Self>, Error> {
        let mut conference = None;
        let mut participants: Vec<Participant> = Vec::new();
        let mut legs: HashMap<String, Vec<Stay>> = HashMap::new();
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

    /// Reads how the texts stand that invited participants who have not come.
    pub(super) async fn read_texts(&mut self, messages: &Messages) -> Result<(), Error> {
        let invited = self.participants.iter().filter(|who| {
            who.participant.join == Join::DialIn
                && who.participant.state == ParticipantState::Invited
        });
        let ids: HashMap<_, _> =
            invited.map(|who| (text_id(&who.participant.id), who.participant.id.clone())).collect();
        for message in messages.get_all(ids.keys().cloned()).await? {
            if let Some(participant) = ids.get(&message.id) {
                self.texts.insert(participant.clone(), message);
            }
        }
        Ok(())
    }

    /// A text that will not arrive: how the participant stands then.
    fn undelivered(&self, participant: &Participant) -> Option<(ParticipantState, String)> {
        let text = self.texts.get(&participant.id)?;
        let lost = matches!(text.status, MessageStatus::Undelivered | MessageStatus::Failed);
        let why = text.error_code.map_or("The text did not arrive.", sentence);
        lost.then(|| (ParticipantState::Failed, why.to_owned()))
    }

    /// Whether a stay lasts.
    pub fn is_present(&self, leg: &Stay) -> bool {
        let room_is_over = leg
            .conference_sid
            .as_ref()
            .is_some_and(|room| self.conference.ended_rooms.contains(room));
        let over = room_is_over || self.conference.status == ConferenceStatus::Ended;
        leg.joined_at.is_some() && leg.left_at.is_none() && !over
    }

    /// Calls to participants who have not answered, as far as is known.
    pub fn calls_that_ring(&self) -> impl Iterator<Item = &CallSid> {
        let ring = |who: &&Participated| {
            who.participant.state == ParticipantState::Invited && who.legs.is_empty()
        };
        self.participants.iter().filter(ring).filter_map(|who| who.participant.call_sid.as_ref())
    }

    /// All stays.
    pub fn legs(&self) -> impl Iterator<Item = &Stay> {
        self.participants.iter().flat_map(|participant| &participant.legs)
    }

    /// As the API gives it.
    pub fn shown(&self) -> ConferenceView {
        let Conference { started_at, ended_at, .. } = self.conference;
        ConferenceView {
            id: self.conference.id.to_string(),
            server_number: self.conference.server_number.clone(),
            code: self.conference.code.as_str().to_owned(),
            subject: self.conference.subject.clone(),
            status: self.conference.status,
            by: self.conference.by.clone(),
            max_duration_seconds: self.conference.max_duration_seconds,
            join_window_seconds: self.conference.join_window_seconds,
            created_at: self.conference.created_at,
            join_until_at: self.conference.join_until,
            expires_at: self.conference.ends_by,
            started_at,
            ended_at,
            end_reason: self.conference.end_reason,
            participants: self.participants.iter().map(|who| self.shown_participant(who)).collect(),
        }
    }

    /// As the API gives it: the participant of a call.
    pub fn participant_of(&self, call: &CallSid) -> Option<ParticipantView> {
        let who = self.participants.iter().find(|who| {
            who.participant.call_sid.as_ref() == Some(call)
                || who.legs.iter().any(|leg| leg.call_sid == *call)
        })?;
        Some(self.shown_participant(who))
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

/// A conference.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Conference)]
pub struct ConferenceView {
    /// Ours, and the name of its rooms at Twilio.
    pub id: String,
    /// The number that participants call, and are called from.
    pub server_number: PhoneNumber,
    /// What lets a caller in, until it has ended.
    pub code: String,
    /// What it is about.
    #[schema(required)]
    pub subject: Option<String>,
    /// Where it stands.
    pub status: ConferenceStatus,
    /// Who wanted it: the `sub` of an agent or a program.
    pub by: String,
    /// How long it lasts at most, from its start.
    pub max_duration_seconds: u32,
    /// How long there is for the second participant to come.
    pub join_window_seconds: u32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Until when the second participant must have come.
    #[serde(with = "time::serde::rfc3339")]
    pub join_until_at: OffsetDateTime,
    /// When it is over at the latest; once it has started, its limit.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// When the second participant came.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub started_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub ended_at: Option<OffsetDateTime>,
    /// Why it ended.
    #[schema(required)]
    pub end_reason: Option<EndReason>,
    /// Who was invited, and who came with the code.
    pub participants: Vec<ParticipantView>,
}

/// Somebody in a conference.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Participant)]
pub struct ParticipantView {
    /// Ours.
    pub id: String,
    /// Their phone; null for a caller who withheld it.
    #[schema(required)]
    pub phone_number: Option<PhoneNumber>,
    /// Their name, if it was given.
    #[schema(required)]
    pub name: Option<String>,
    /// How they get in.
    pub join: Join,
    /// Whether they were invited, or came with the code.
    pub invited: bool,
    /// How far they have got.
    pub state: ParticipantState,
    /// Why they could not be reached.
    #[schema(required)]
    pub reason: Option<String>,
    /// Twilio's SID of their call: the one in the conference, else the last.
    #[schema(required)]
    pub call_sid: Option<CallSid>,
    /// Whether the others do not hear them.
    pub muted: bool,
    /// Whether they hear music, and not the others.
    pub hold: bool,
    /// When they were in it.
    pub stays: Vec<StayView>,
}

/// From joining to leaving.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StayView {
    /// The call.
    pub call_sid: CallSid,
    /// When it came in.
    #[serde(with = "time::serde::rfc3339")]
    pub joined_at: OffsetDateTime,
    /// When it left; null while it is in.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub left_at: Option<OffsetDateTime>,
    /// Why it left, in Twilio's words.
    #[schema(required)]
    pub reason: Option<String>,
}
