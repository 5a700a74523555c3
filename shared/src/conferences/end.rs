//! Ending a conference: no more is let in, then its rooms at Twilio are closed.

use std::collections::HashSet;

use serde_json::Value;
use time::OffsetDateTime;

use super::{
    Conference, ConferenceId, ConferenceReport, ConferenceStatus, EndReason, ParticipantState,
    Rooms, codes, invite::waiting, rooms::reason_of_deadline,
};
use crate::{
    Error,
    sid::{CallSid, ConferenceSid},
    table::{Index, Operation, Transacted, Update, instant, integer, unix_milliseconds, value},
    twilio::{
        client::TwilioError,
        conference::{ConferenceList, ParticipantList},
    },
};

impl Rooms {
    /// Ends a conference. The first reason stays; whoever comes second closes what is still open.
    pub async fn end(&self, id: &ConferenceId, reason: EndReason) -> Result<(), Error> {
        let now = OffsetDateTime::now_utc();
        let mut end = Update::of(id.key());
        end.set("status", value(&ConferenceStatus::Ended)?);
        end.set("ended_at", integer(unix_milliseconds(now)));
        end.set("end_reason", value(&reason)?);
        end.remove("live");
        end.only_existing();
        end.only_if("#status <> :status");
        let writes = vec![Operation::Update(end), Operation::Delete(id.live_key())];
        let ended = matches!(self.table.transact(writes).await?, Transacted::Done);
        let Some(report) = ConferenceReport::read(&self.table, id).await? else { return Ok(()) };
        if ended {
            tracing::info!(conference.id = %id, ?reason, "ended");
            // Refused where the code leads elsewhere already.
            self.table.update(codes::release(&report.conference, now)).await?;
        }
        self.close(&report).await
    }

    /// Closes all rooms of a conference that has ended, and hangs up on those who are being called.
    pub(super) async fn close(&self, report: &ConferenceReport) -> Result<(), Error> {
        let id = &report.conference.id;
        for room in self.open_rooms(&report.conference).await? {
            self.close_room(&room).await?;
        }
        for who in &report.participants {
            let participant = &who.participant;
            if let Some(call) = &participant.call_sid
                && participant.state == ParticipantState::Invited
                && who.legs.is_empty()
            {
                self.hang_up(call).await?;
            }
        }
        let mut closed = Update::of(id.key());
        closed.unlist(Index::Open);
        closed.set("closed_at", instant(OffsetDateTime::now_utc())?);
        closed.only_existing();
        self.table.update(closed).await?;
        Ok(())
    }

    /// Rooms that Twilio has, and those that it has told of and may not list yet.
    pub(super) async fn open_rooms(
        &self,
        conference: &Conference,
    ) -> Result<HashSet<ConferenceSid>, Error> {
        let query = [("FriendlyName", conference.id.as_str()), ("PageSize", "50")];
        let list: ConferenceList = self.twilio.get("Conferences.json", &query).await?;
        let over: Vec<_> =
            list.conferences.iter().filter(|room| room.status == "completed").collect();
        let is_over = |sid: &str| {
            conference.ended_rooms.contains(sid) || over.iter().any(|room| room.sid.as_str() == sid)
        };
        let told = conference.rooms.iter().filter_map(|sid| sid.parse().ok());
        let listed = list.conferences.iter().map(|room| room.sid.clone());
        Ok(told.chain(listed).filter(|sid: &ConferenceSid| !is_over(sid.as_str())).collect())
    }

    /// Ends a room; who is in it goes on at the address after its `<Dial>`. One that has not
    /// started cannot always be ended: then its calls are.
    pub(super) async fn close_room(&self, room: &ConferenceSid) -> Result<(), Error> {
        let resource = format!("Conferences/{room}.json");
        match self.twilio.post::<Value>(&resource, &[("Status", "completed")]).await? {
            Ok(_) => return Ok(()),
            Err(TwilioError::Refused { status, code, .. }) => {
                tracing::info!(conference.sid = %room, %status, code, "the room is not to be ended");
            }
            Err(error) => return Err(error.into()),
        }
        let resource = format!("Conferences/{room}/Participants.json");
        let query = [("PageSize", "250")];
        let list = self.twilio.get::<ParticipantList>(&resource, &query).await;
        let list = match list {
            Err(error) if TwilioError::is_gone(&error) => return Ok(()),
            list => list?,
        };
        for participant in list.participants {
            self.hang_up(&participant.call_sid).await?;
        }
        Ok(())
    }

    /// Ends a call; one that has ended already is as good.
    pub(super) async fn hang_up(&self, call: &CallSid) -> Result<(), Error> {
        let resource = format!("Calls/{call}.json");
        match self.twilio.post::<Value>(&resource, &[("Status", "completed")]).await? {
            Ok(_) | Err(TwilioError::Refused { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Everybody hears, once, that the conference is about to end.
    pub(super) async fn warn(&self, report: &ConferenceReport) -> Result<(), Error> {
        let conference = &report.conference;
        let mut warned = Update::of(conference.id.key());
        warned.set("warned_at", instant(OffsetDateTime::now_utc())?);
        warned.only_at("warned_at", None);
        warned.only_at("live", Some(value(&true)?));
        if !self.table.update(warned).await?.is_done() {
            return Ok(());
        }
        let remaining = conference.ends_by - OffsetDateTime::now_utc();
        let seconds = (remaining.as_seconds_f64().round() as i64).max(1);
        let base_url = &conference.base_url;
        let url = format!("{base_url}/voice/conference/announcement?seconds={seconds}");
        for room in self.open_rooms(conference).await? {
            let resource = format!("Conferences/{room}.json");
            let form = [("AnnounceUrl", url.as_str()), ("AnnounceMethod", "POST")];
            if let Err(error) = self.twilio.post::<Value>(&resource, &form).await? {
                // The end is not kept waiting for it.
                tracing::error!(conference.id = %conference.id, error = %error, "no warning");
            }
        }
        Ok(())
    }

    /// Ends a conference that is past its end, and closes what is left of one that has ended. Tells
    /// whether there are participants whom nobody has invited.
    pub async fn repair(&self, id: &ConferenceId) -> Result<bool, Error> {
        let Some(report) = ConferenceReport::read(&self.table, id).await? else { return Ok(false) };
        match report.conference.status {
            _ if report.conference.is_in_the_making() => {
                self.end(id, EndReason::NotCreated).await?;
            }
            ConferenceStatus::Ended => self.close(&report).await?,
            _ if report.conference.deadline() <= OffsetDateTime::now_utc() => {
                self.end(id, reason_of_deadline(&report)).await?;
            }
            _ => {
                self.review(id).await?;
                return Ok(waiting(&report).next().is_some());
            }
        }
        Ok(false)
    }
}
