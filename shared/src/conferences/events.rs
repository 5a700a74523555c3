//! Takes the events that Twilio tells of a conference's rooms, in whatever order they arrive.

use time::{Duration, OffsetDateTime};

use super::{
    Alarm, Conference, ConferenceStatus, Lifecycle, Participant, ParticipantState, Stay, codes,
    create::live,
};
use crate::{
    Error,
    aws::table::{
        Check, Operation, Transacted, Update, Written, integer, text, text_of, unix_milliseconds,
        value,
    },
    twilio::conference::{ConferenceEvent, ConferenceEventKind as Kind},
    values::ConferenceId,
};

/// How old an event is at most for which our clock is used, because Twilio's times are of whole
/// seconds.
const JUST_NOW: Duration = Duration::seconds(2);

impl Lifecycle {
    /// Takes an event of a conference. An event of a conference that is not ours changes nothing.
    pub async fn on_event(&self, event: &ConferenceEvent) -> Result<(), Error> {
        let Ok(id) = event.friendly_name.parse::<ConferenceId>() else {
            tracing::warn!(conference.sid = %event.conference_sid, "a room that is not ours");
            return Ok(());
        };
        let kind = &event.kind;
        let word = kind.as_str();
        tracing::info!(conference.id = %id, conference.sid = %event.conference_sid, kind = word, "event");
        match kind {
            Kind::AnnouncementEnd | Kind::Other(_) => return Ok(()),
            Kind::AnnouncementFail => {
                tracing::error!(conference.id = %id, "the warning could not be played");
                return Ok(());
            }
            _ => {}
        }
        let Some(conference) = self.note_room(&id, event).await? else {
            tracing::warn!(conference.id = %id, "an event of an unknown conference");
            return Ok(());
        };
        let ended = conference.status == ConferenceStatus::Ended;
        match kind {
            Kind::Join => {
                self.joined(&id, event).await?;
                if ended {
                    // A participant was on the way in when the conference ended.
                    return match (self.close_room(&event.conference_sid).await?, &event.call_sid) {
                        (false, Some(call)) => self.hang_up(call).await,
                        _ => Ok(()),
                    };
                }
            }
            Kind::Start if ended => return self.close_room(&event.conference_sid).await.map(drop),
            Kind::Start => self.started(&conference, time_of(event)).await?,
            Kind::Leave => self.left(&id, event).await?,
            Kind::Mute | Kind::Unmute => {
                return self.switched(&id, event, "muted", *kind == Kind::Mute).await;
            }
            Kind::Hold | Kind::Unhold => {
                return self.switched(&id, event, "hold", *kind == Kind::Hold).await;
            }
            _ => {}
        }
        self.end_if_deserted(&id).await
    }

    /// Notes which rooms a conference has, and which of them are over; `None` when there is no such
    /// conference.
    async fn note_room(
        &self,
        id: &ConferenceId,
        event: &ConferenceEvent,
    ) -> Result<Option<Conference>, Error> {
        let mut update = Update::of(id.key());
        let set = if event.kind == Kind::End { "ended_rooms" } else { "rooms" };
        update.insert(set, event.conference_sid.as_str());
        update.return_all();
        match self.table.update_if(update, Check::new().exists()).await? {
            Written::Done(item) => Ok(Some(serde_dynamo::from_item(item)?)),
            Written::Refused(_) => Ok(None),
        }
    }

    async fn joined(&self, id: &ConferenceId, event: &ConferenceEvent) -> Result<(), Error> {
        let Some(mut leg) = leg(id, event) else { return Ok(()) };
        leg.set_if_unset("joined_at", integer(unix_milliseconds(time_of(event))));
        leg.return_all();
        let Written::Done(item) = self.table.update_if(leg, Check::new().exists()).await? else {
            tracing::warn!(conference.id = %id, "somebody is in it whom we have not let in");
            return Ok(());
        };
        let participant = text_of(&item, "participant_id").and_then(|id| id.parse().ok());
        if let Some(participant) = &participant {
            let (joined, not_further) =
                Participant::reach(id, participant, ParticipantState::Joined);
            self.table.update_if(joined, not_further).await?;
        }
        Ok(())
    }

    async fn left(&self, id: &ConferenceId, event: &ConferenceEvent) -> Result<(), Error> {
        let Some(mut leg) = leg(id, event) else { return Ok(()) };
        leg.set_if_unset("left_at", integer(unix_milliseconds(time_of(event))));
        if let Some(reason) = &event.reason_left {
            leg.set_if_unset("left_reason", text(reason));
        }
        self.table.update_if(leg, Check::new().exists()).await?;
        Ok(())
    }

    /// Records that a participant is muted or on hold, or no longer. Events may arrive in any
    /// order; the one that happened last stays.
    async fn switched(
        &self,
        id: &ConferenceId,
        event: &ConferenceEvent,
        what: &str,
        on: bool,
    ) -> Result<(), Error> {
        let Some(mut leg) = leg(id, event) else { return Ok(()) };
        let sequence = format!("{what}_sequence");
        leg.set(what, value(&on)?);
        leg.set(&sequence, integer(event.sequence_number));
        let later = Check::new().exists().below_or_unset(&sequence, integer(event.sequence_number));
        self.table.update_if(leg, later).await?;
        Ok(())
    }

    /// Records that a conference has started: its longest duration counts from now.
    pub(super) async fn started(
        &self,
        conference: &Conference,
        started_at: OffsetDateTime,
    ) -> Result<(), Error> {
        let id = &conference.id;
        let limit = Duration::seconds(conference.max_duration_seconds.into());
        let ends_by = (started_at + limit).min(conference.ends_by);
        let mut start = Update::of(id.key());
        start.set("status", value(&ConferenceStatus::Active)?);
        start.set("started_at", integer(unix_milliseconds(started_at)));
        start.set("ends_by", integer(unix_milliseconds(ends_by)));
        start.remove("alone_until");
        let first = Check::new().equals("status", value(&ConferenceStatus::Inviting)?);
        let mut code = Update::of(codes::key(&conference.server_number, &conference.code));
        codes::live_until(&mut code, ends_by);
        let writes = vec![
            Operation::UpdateIf(start, first),
            Operation::UpdateIf(code, codes::leads_to_conference(id)),
            Operation::Update(live(id, ends_by)),
        ];
        match self.table.transact(writes).await? {
            Transacted::Done => {
                tracing::info!(conference.id = %id, "started");
            }
            // The event was here before, or is of a second room.
            Transacted::Refused { key, .. } if key == id.key() => {}
            Transacted::Refused { .. } => return Err(Error::internal("a code was taken over")),
        }
        // Also when it was here before: the alarms may not have been set then.
        let Some(item) = self.table.get(id.key()).await? else { return Ok(()) };
        let conference: Conference = serde_dynamo::from_item(item)?;
        if let Some(at) = conference.warning_at() {
            self.timer.set(id, at, Alarm::Warn).await?;
            self.timer.set(id, conference.ends_by, Alarm::End).await?;
        }
        Ok(())
    }
}

/// A write to the stay that an event is about; `None` for an event of the whole conference.
fn leg(id: &ConferenceId, event: &ConferenceEvent) -> Option<Update> {
    let mut leg = Update::of(Stay::key(id, event.call_sid.as_ref()?));
    leg.set_if_unset("conference_sid", text(event.conference_sid.as_str()));
    Some(leg)
}

fn time_of(event: &ConferenceEvent) -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    if now - event.at < JUST_NOW { now } else { event.at }
}
