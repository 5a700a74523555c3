//! The life of a conference: which participants are in it, as events and calls tell, and when it
//! ends.

use std::collections::HashMap;

use aws_lambda_events::event::dynamodb::EventRecord;
use serde_dynamo::AttributeValue;
use time::{Duration, OffsetDateTime};

use super::{
    Alarm, ConferenceReport, ConferenceStatus, EndReason, Participant, ParticipantState, Stay,
    Timer, conference::LIVE,
};
use crate::{
    Context, Error,
    aws::table::{Check, Table, Update, integer, unix_milliseconds, value},
    twilio::{TwilioClient, voice::CallStatus},
    values::{CallSid, ConferenceId, ParticipantId},
};

/// The service that follows conferences from their creation to their end.
#[derive(Debug)]
pub struct Lifecycle {
    pub(super) table: Table,
    pub(super) twilio: TwilioClient,
    pub(super) timer: Timer,
}

impl Lifecycle {
    /// A service with the queue of alarms.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self { table: context.table()?, twilio: context.twilio()?, timer: Timer::new(context)? })
    }

    /// Takes the end of a call that was in a conference or was placed for it: its stay is over,
    /// whatever events were lost.
    pub async fn on_call_ended(
        &self,
        id: &ConferenceId,
        call: &CallSid,
        participant: Option<&ParticipantId>,
        status: &CallStatus,
    ) -> Result<(), Error> {
        let mut left = Update::of(Stay::key(id, call));
        left.set_if_unset("left_at", integer(unix_milliseconds(OffsetDateTime::now_utc())));
        self.table.update_if(left, Check::new().exists()).await?;
        if let Some(participant) = participant {
            let state = match status {
                CallStatus::Busy => ParticipantState::Busy,
                CallStatus::Failed => ParticipantState::Failed,
                CallStatus::Completed => ParticipantState::Declined,
                _ => ParticipantState::NoAnswer,
            };
            let (reached, not_further) = Participant::reach(id, participant, state);
            self.table.update_if(reached, not_further).await?;
        }
        self.end_if_deserted(id).await
    }

    /// Ends a conference that all participants have left, and limits how long a participant waits
    /// alone when no other is expected.
    pub(super) async fn end_if_deserted(&self, id: &ConferenceId) -> Result<(), Error> {
        let Some(report) = ConferenceReport::read(&self.table, id).await? else { return Ok(()) };
        let conference = &report.conference;
        if !conference.live {
            return self.close_if_ended(&report).await;
        }
        if conference.status == ConferenceStatus::Inviting
            && let Some(at) = second_came(&report)
        {
            // The event that says so may be late, or lost.
            return self.started(conference, at).await;
        }
        let now = OffsetDateTime::now_utc();
        let present = report.legs().filter(|leg| report.is_present(leg)).count();
        // A participant who was let in is on the way until the call ends.
        let on_the_way = |leg: &Stay| leg.joined_at.is_none() && leg.left_at.is_none();
        let nobody_enters = !report.legs().any(on_the_way);
        let came = |legs: &[Stay]| legs.iter().any(|leg| leg.joined_at.is_some());
        let anybody_came = report.participants.iter().any(|who| came(&who.legs));
        let nobody_expected = nobody_enters
            && !report
                .participants
                .iter()
                .any(|who| who.participant.is_expected() && !came(&who.legs));
        let started = conference.status == ConferenceStatus::Active;
        if present == 0 && nobody_enters && anybody_came && (started || nobody_expected) {
            return self.end(id, EndReason::EveryoneLeft).await;
        }
        if started {
            return Ok(());
        }
        let alone = present == 1 && nobody_expected;
        let mut update = Update::of(id.key());
        let not_started = Check::new().equals("status", value(&ConferenceStatus::Inviting)?);
        let unchanged = match (alone, conference.alone_until) {
            (true, None) => {
                let limit = Duration::seconds(conference.max_duration_seconds.into());
                let until = (now + limit).min(conference.join_until);
                update.set("alone_until", integer(unix_milliseconds(until)));
                self.timer.set(id, until, Alarm::End).await?;
                not_started.unset("alone_until")
            }
            (false, Some(until)) => {
                update.remove("alone_until");
                not_started.equals("alone_until", integer(unix_milliseconds(until)))
            }
            _ => return Ok(()),
        };
        self.table.update_if(update, unchanged).await?;
        Ok(())
    }

    /// Takes an alarm of a conference, and does what it is for if that is due: an alarm may be
    /// late, come twice, or have been set for an end that has moved.
    pub async fn on_alarm(&self, id: &ConferenceId, alarm: Alarm) -> Result<(), Error> {
        let Some(report) = ConferenceReport::read(&self.table, id).await? else { return Ok(()) };
        let conference = &report.conference;
        let now = OffsetDateTime::now_utc();
        match alarm {
            _ if !conference.live => self.close_if_ended(&report).await,
            Alarm::Warn if conference.warning_at().is_some_and(|at| at <= now) => {
                self.warn(conference).await
            }
            Alarm::End if conference.deadline() <= now => {
                self.end(id, reason_of_deadline(&report)).await
            }
            _ => Ok(()),
        }
    }

    async fn close_if_ended(&self, report: &ConferenceReport) -> Result<(), Error> {
        match report.conference.status {
            ConferenceStatus::Ended => self.close(report).await,
            _ => Ok(()),
        }
    }

    /// Ends a conference whose time to live is over, and closes what is left of it.
    pub async fn on_expiry(&self, id: &ConferenceId) -> Result<(), Error> {
        match ConferenceReport::read(&self.table, id).await? {
            Some(report) => self.end(id, reason_of_deadline(&report)).await,
            None => Ok(()),
        }
    }
}

/// The time at which a second participant came into a room that another is still in; `None` while
/// there is no such room.
fn second_came(report: &ConferenceReport) -> Option<OffsetDateTime> {
    let mut rooms: HashMap<_, Vec<_>> = HashMap::new();
    for leg in report.legs().filter(|leg| report.is_present(leg)) {
        rooms.entry(leg.conference_sid.as_ref()?).or_default().extend(leg.joined_at);
    }
    rooms
        .into_values()
        .filter_map(|mut times| {
            times.sort();
            times.get(1).copied()
        })
        .min()
}

/// The conference whose time to live is over, if a record of the table's stream says that DynamoDB
/// deleted its item for that reason; `None` for other records.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html>
pub fn expired(record: &EventRecord) -> Option<ConferenceId> {
    let by = record.user_identity.as_ref()?;
    let by_dynamodb = by.type_ == "Service" && by.principal_id == "dynamodb.amazonaws.com";
    let key = |name: &str| match record.change.keys.get(name) {
        Some(AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    let id = ConferenceId::of_partition(key("pk")?)?;
    (by_dynamodb && record.event_name == "REMOVE" && key("sk") == Some(LIVE)).then_some(id)
}

/// Why a conference that has reached its deadline ends.
pub(super) fn reason_of_deadline(report: &ConferenceReport) -> EndReason {
    let somebody = report.legs().any(|leg| report.is_present(leg));
    match (report.conference.status, somebody) {
        (ConferenceStatus::Active, _) => EndReason::TimeLimit,
        (_, true) => EndReason::NobodyElseJoined,
        (_, false) => EndReason::NobodyJoined,
    }
}
