//! Decides whether the owner is told of a call, and when nothing is left to do for it.

use time::OffsetDateTime;

use super::{CallEntry, Calls, store::call_key};
use crate::{
    Error,
    aws::table::{Check, Update, instant},
    contacts::CallOutcome,
    twilio::voice::Direction,
    values::CallSid,
};

impl CallEntry {
    /// Whether the owner should be told of the call: it came in, has ended, and nobody took it.
    pub fn wants_notice(&self) -> bool {
        self.direction == Direction::Inbound
            && self.status.is_final()
            && matches!(self.outcome, CallOutcome::Missed | CallOutcome::Voicemail)
    }

    /// Whether nothing is left to do for the call: it has ended, its voicemail is copied, the texts
    /// of its flow are sent, and the owner has been told of it (`noticed`) or need not be.
    pub(super) fn is_done(&self, noticed: bool) -> bool {
        let copied = self.voicemail.as_ref().is_none_or(|voicemail| voicemail.s3_key.is_some());
        self.status.is_final() && copied && !self.texts_are_due && (noticed || !self.wants_notice())
    }
}

impl Calls {
    /// Records that the owner has been told of a call, or need not be.
    pub async fn record_notice(&self, call: &CallSid) -> Result<(), Error> {
        let mut update = Update::of(call_key(call));
        update.set_if_unset("noticed_at", instant(OffsetDateTime::now_utc())?);
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    /// Whether the owner has been told of a call, or need not be; true for a call that is not in
    /// the log.
    async fn is_noticed(&self, call: &CallSid) -> Result<bool, Error> {
        let item = self.table.get(call_key(call)).await?;
        Ok(item.is_none_or(|item| item.contains_key("noticed_at")))
    }

    /// Takes a call off the reconciler's list if it has ended, its voicemail is copied, and the
    /// owner has been told of it or need not be.
    pub async fn close_if_done(&self, entry: &CallEntry) -> Result<(), Error> {
        // Whether the owner was told is read only where that decides.
        let noticed =
            entry.is_done(true) && entry.wants_notice() && self.is_noticed(&entry.call_sid).await?;
        match entry.is_done(noticed) {
            true => self.close(&entry.call_sid).await,
            false => Ok(()),
        }
    }
}
