//! Alarms for conferences: messages to ourselves, which SQS keeps until a conference is to be
//! warned or ended.
//!
//! SQS delays a message by 900 seconds at most, so a later time is reached in hops.
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html>

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{
    Context, Error,
    aws::{
        queue::Queue,
        table::{unix_milliseconds, whole_milliseconds},
    },
    values::ConferenceId,
};

/// The longest time by which SQS delays a message.
const HOP: Duration = Duration::seconds(900);

/// The longest rest of a delay that the function waits for itself, because SQS counts in whole
/// seconds.
const WAITED_FOR: Duration = Duration::milliseconds(1_500);

/// What is to be done when an alarm comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alarm {
    /// All participants are told that the conference is about to end.
    Warn,
    /// The conference is ended, because its time is over.
    End,
}

/// A message of the alarm queue: what is to be done for a conference, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wake {
    /// The conference that the alarm is for.
    pub conference_id: ConferenceId,
    /// The time of the alarm, stored as milliseconds since 1970.
    #[serde(serialize_with = "milliseconds", deserialize_with = "whole_milliseconds::deserialize")]
    pub at: OffsetDateTime,
    /// What is to be done at that time.
    pub alarm: Alarm,
}

fn milliseconds<S: serde::Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(unix_milliseconds(*at))
}

/// The queue of alarms, in Amazon SQS.
#[derive(Clone, Debug)]
pub struct Timer {
    queue: Queue,
}

impl Timer {
    /// The queue whose address is in variable `CONFERENCE_TIMER_QUEUE_URL`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self { queue: context.queue("CONFERENCE_TIMER_QUEUE_URL")? })
    }

    /// Sets an alarm of a conference, to come at `at`.
    pub async fn set(
        &self,
        conference: &ConferenceId,
        at: OffsetDateTime,
        alarm: Alarm,
    ) -> Result<(), Error> {
        let remaining = (at - OffsetDateTime::now_utc()).clamp(Duration::ZERO, HOP);
        let wake = Wake { conference_id: conference.clone(), at, alarm };
        // At most 900.
        self.queue.send(&wake, remaining.whole_seconds() as u16).await
    }

    /// Whether an alarm's time has come. If it comes in a moment, waits for it; if later, sets the
    /// alarm again and returns `false`.
    pub async fn has_come(&self, wake: &Wake) -> Result<bool, Error> {
        let remaining = wake.at - OffsetDateTime::now_utc();
        if remaining > WAITED_FOR {
            self.set(&wake.conference_id, wake.at, wake.alarm).await?;
            return Ok(false);
        }
        if let Ok(remaining) = remaining.try_into() {
            tokio::time::sleep(remaining).await;
        }
        Ok(true)
    }
}
