//! Ends conferences: nobody is let in any more, then the rooms at Twilio are closed.

use std::collections::HashSet;

use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::{
    Conference, ConferenceReport, ConferenceStatus, EndReason, Lifecycle, codes,
    create::{invited_key, invited_to},
    invite::waiting,
    lifecycle::reason_of_deadline,
};
use crate::{
    Error,
    aws::table::{Check, Index, Operation, Update, instant, integer, unix_milliseconds, value},
    twilio::{
        client::TwilioError,
        conference::{ConferenceList, ParticipantList},
    },
    values::{CallSid, ConferenceId, ConferenceSid},
    webhooks::WebhookUrl,
};

/// How many invitations are withdrawn at once when a conference ends.
const WITHDRAWN_AT_ONCE: usize = 10;

impl Lifecycle {
    /// Ends a conference. The first reason stays; ending it again closes what is still open.
    pub async fn end(&self, id: &ConferenceId, reason: EndReason) -> Result<(), Error> {
        let mut end = Update::of(id.key());
        end.set("status", value(&ConferenceStatus::Ended)?);
        end.set("ended_at", integer(unix_milliseconds(OffsetDateTime::now_utc())));
        end.set("end_reason", value(&reason)?);
        end.remove("live");
        let goes_on =
            Check::new().exists().differs_or_unset("status", value(&ConferenceStatus::Ended)?);
        if self.table.update_if(end, goes_on).await?.is_done() {
            tracing::info!(conference.id = %id, ?reason, "ended");
        }
        match ConferenceReport::read(&self.table, id).await? {
            Some(report) => self.close(&report).await,
            None => Ok(()),
        }
    }

    /// Closes what is left of a conference that has ended: its code, its rooms, calls that ring.
    /// The item with its time to live is deleted last, so that what fails here is tried again at
    /// the latest when that time is over.
    pub(super) async fn close(&self, report: &ConferenceReport) -> Result<(), Error> {
        let conference = &report.conference;
        if conference.is_closed() {
            return Ok(());
        }
        let (release, still_ours) = codes::release(conference);
        self.table.update_if(release, still_ours).await?;
        let mut failed = None;
        for room in self.open_rooms(conference).await? {
            failed = self.put_out(report, &room).await.err().or(failed);
        }
        for call in report.calls_that_ring() {
            failed = self.hang_up(call).await.err().or(failed);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        self.withdraw_invitations(report).await?;
        let mut closed = Update::of(conference.id.key());
        closed.unlist(Index::Open);
        closed.set("closed_at", instant(OffsetDateTime::now_utc())?);
        let writes = vec![
            Operation::UpdateIf(closed, Check::new().exists()),
            Operation::Delete(conference.id.live_key()),
        ];
        self.table.transact(writes).await?;
        Ok(())
    }

    /// Ends the invitations with their conference: whoever was invited to it is a stranger to
    /// others.
    async fn withdraw_invitations(&self, report: &ConferenceReport) -> Result<(), Error> {
        let conference = &report.conference;
        let mut day = conference.created_at.date();
        let today = OffsetDateTime::now_utc().date();
        let mut days = Vec::new();
        while day <= today {
            days.push(day);
            day = day.saturating_add(Duration::DAY);
        }
        let numbers = report.participants.iter().filter(|who| who.participant.invited);
        let numbers = numbers.filter_map(|who| who.participant.phone_number.as_ref());
        let keys: Vec<_> = numbers
            .flat_map(|number| days.iter().map(move |day| (day, number)))
            .map(|(day, number)| invited_key(&conference.server_number, *day, number.as_str()))
            .collect();
        let withdrawn = stream::iter(keys).map(|key| {
            let mut update = Update::of(key);
            update.remove(&invited_to(&conference.id));
            self.table.update_if(update, Check::new().exists())
        });
        withdrawn.buffer_unordered(WITHDRAWN_AT_ONCE).try_for_each(async |_| Ok(())).await
    }

    /// The open rooms of a conference: those that Twilio lists, and those that its events have told
    /// of and that it may not list. What is missing in its list is not over for that.
    async fn open_rooms(&self, conference: &Conference) -> Result<HashSet<ConferenceSid>, Error> {
        let (waiting, going_on) =
            tokio::join!(self.listed(conference, "init"), self.listed(conference, "in-progress"));
        let told = conference.rooms.difference(&conference.ended_rooms).cloned();
        Ok(told.chain(waiting?).chain(going_on?).collect())
    }

    /// The rooms of a conference that Twilio lists with this status. Since 2026-09-30 it lists only
    /// those in progress unless it is asked for others.
    async fn listed(
        &self,
        conference: &Conference,
        status: &str,
    ) -> Result<impl Iterator<Item = ConferenceSid> + use<>, Error> {
        let query =
            [("FriendlyName", conference.id.as_str()), ("Status", status), ("PageSize", "50")];
        let list: ConferenceList = self.twilio.get("Conferences.json", &query).await?;
        Ok(list.conferences.into_iter().map(|room| room.sid))
    }

    /// Ends a room. If Twilio does not show the room yet, ends the calls that are in it.
    async fn put_out(&self, report: &ConferenceReport, room: &ConferenceSid) -> Result<(), Error> {
        if self.close_room(room).await? {
            return Ok(());
        }
        let there =
            |leg: &&super::Stay| leg.conference_sid.as_ref() == Some(room) && leg.left_at.is_none();
        for leg in report.legs().filter(there) {
            self.hang_up(&leg.call_sid).await?;
        }
        Ok(())
    }

    /// Ends a room; the calls in it go on at the address after their `<Dial>`. A room that has not
    /// started cannot always be ended: then its calls are. `false` when Twilio does not show the
    /// room.
    pub(super) async fn close_room(&self, room: &ConferenceSid) -> Result<bool, Error> {
        let resource = format!("Conferences/{room}.json");
        match self.twilio.change::<Value>(&resource, &[("Status", "completed")]).await {
            Ok(_) => return Ok(true),
            Err(TwilioError::Refused { status, code, .. }) => {
                tracing::info!(conference.sid = %room, %status, code, "the room is not to be ended");
            }
            Err(error) => return Err(error.into()),
        }
        let resource = format!("Conferences/{room}/Participants.json");
        let list = self.twilio.get::<ParticipantList>(&resource, &[("PageSize", "250")]).await;
        let list = match list {
            Err(error) if error.is_gone() => return Ok(false),
            list => list?,
        };
        for participant in list.participants {
            self.hang_up(&participant.call_sid).await?;
        }
        Ok(true)
    }

    /// Ends a call. It is no error if the call has ended already.
    pub(super) async fn hang_up(&self, call: &CallSid) -> Result<(), Error> {
        let resource = format!("Calls/{call}.json");
        match self.twilio.change::<Value>(&resource, &[("Status", "completed")]).await {
            Ok(_) | Err(TwilioError::Refused { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Tells all participants, once, that the conference is about to end.
    pub(super) async fn warn(&self, conference: &Conference) -> Result<(), Error> {
        let rooms = self.open_rooms(conference).await?;
        let mut warned = Update::of(conference.id.key());
        warned.set("warned_at", instant(OffsetDateTime::now_utc())?);
        let not_yet = Check::new().unset("warned_at").equals("live", value(&true)?);
        if !self.table.update_if(warned, not_yet).await?.is_done() {
            return Ok(());
        }
        let remaining = conference.ends_by - OffsetDateTime::now_utc();
        let seconds = (remaining.as_seconds_f64().round() as i64).max(1);
        let base_url = &conference.base_url;
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        let url = WebhookUrl::Announcement { seconds: Some(seconds) }.at(base_url);
        for room in rooms {
            let resource = format!("Conferences/{room}.json");
            let form = [("AnnounceUrl", url.as_str()), ("AnnounceMethod", "POST")];
            if let Err(error) = self.twilio.change::<Value>(&resource, &form).await {
                // The end is not kept waiting for it.
                tracing::error!(conference.id = %conference.id, error = %error, "no warning");
            }
        }
        Ok(())
    }

    /// Ends a conference that is past its end or was never opened, and closes what is left of one
    /// that has ended. Returns whether there are participants who have not been invited yet.
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
                self.end_if_deserted(id).await?;
                return Ok(waiting(&report).next().is_some());
            }
        }
        Ok(false)
    }
}
