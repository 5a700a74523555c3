//! What a call leaves to do when it has ended: telling the owner that nobody took it.

use time::OffsetDateTime;

use super::{CallEntry, Calls, Outcome, store::call_key};
use crate::{
    Error,
    conferences::Rooms,
    contacts::Contacts,
    deliver::{Job, Queue},
    env,
    sid::CallSid,
    table::{Table, Update, instant},
    twilio::voice::Direction,
};

/// Settles calls and queues what follows.
#[derive(Debug)]
pub struct FollowUp {
    calls: Calls,
    contacts: Contacts,
    rooms: Rooms,
    queue: Queue,
    notice_delay: u16,
}

impl FollowUp {
    /// From variables `TABLE_NAME`, `DELIVER_QUEUE_URL`, `OWNER_NOTICE_DELAY`, seconds, and those
    /// of [`Rooms`].
    pub fn from_env() -> Result<Self, Error> {
        let table = Table::from_env()?;
        Ok(Self {
            calls: Calls::new(table.clone()),
            contacts: Contacts::new(table),
            rooms: Rooms::from_env()?,
            queue: Queue::from_env("DELIVER_QUEUE_URL")?,
            notice_delay: env::parsed("OWNER_NOTICE_DELAY")?,
        })
    }

    /// Something of a call has become known: writes what it comes to. The owner is told of a call
    /// that nobody took a little later, when the last webhooks of the call are here as well.
    pub async fn go_on(&self, call: &CallSid, base_url: &str) -> Result<(), Error> {
        let Some(entry) = self.calls.settle(call, &self.contacts).await? else { return Ok(()) };
        if entry.status.is_final()
            && let Some(conference) = &entry.conference_id
        {
            let participant = entry.participant_id.as_deref();
            self.rooms.call_ended(conference, call, participant, entry.status).await?;
        }
        if wants_notice(&entry) && !self.calls.is_noticed(call).await? {
            let job = Job::OwnerNotice { call_sid: call.clone(), base_url: base_url.to_owned() };
            self.queue.send(&job, self.notice_delay).await
        } else {
            self.calls.close_if_done(&entry).await
        }
    }
}

/// Whether the owner should hear of the call.
pub fn wants_notice(entry: &CallEntry) -> bool {
    entry.direction == Direction::Inbound
        && entry.status.is_final()
        && matches!(entry.outcome, Outcome::Missed | Outcome::Voicemail)
}

impl Calls {
    /// The owner has been told, or need not be.
    pub async fn record_notice(&self, call: &CallSid) -> Result<(), Error> {
        let mut update = Update::of(call_key(call));
        update.once("noticed_at", instant(OffsetDateTime::now_utc())?);
        update.only_existing();
        self.table.update(update).await?;
        Ok(())
    }

    async fn is_noticed(&self, call: &CallSid) -> Result<bool, Error> {
        let item = self.table.get(call_key(call)).await?;
        Ok(item.is_none_or(|item| item.contains_key("noticed_at")))
    }

    /// Takes a call off the reconciler's list that has ended, whose recording is copied, and of
    /// which the owner knows.
    pub async fn close_if_done(&self, entry: &CallEntry) -> Result<(), Error> {
        let copied = entry.voicemail.as_ref().is_none_or(|voicemail| voicemail.s3_key.is_some());
        if !entry.status.is_final() || !copied {
            return Ok(());
        }
        if wants_notice(entry) && !self.is_noticed(&entry.call_sid).await? {
            return Ok(());
        }
        self.close(&entry.call_sid).await
    }
}
