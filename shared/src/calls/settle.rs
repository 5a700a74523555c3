//! Settles calls: writes what a call came to on the call itself.
//!
//! A call's legs, steps and recordings are items of their own, which arrive in any order. Each time
//! one has, what they add up to is written on the call, so that lists need to read nothing else.

use aws_sdk_dynamodb::types::AttributeValue;
use time::OffsetDateTime;

use super::{CallEntry, Calls, store::call_key};
use crate::{
    Error,
    aws::table::{
        Index, Item, Operation, Transacted, Update, instant, integer, integer_of, text, text_of,
        value,
    },
    contacts::{CallOutcome, Contacts, Entry},
    twilio::voice::Direction,
    values::CallSid,
};

/// How often settling is tried again when others settle the same call at the same time. Each time,
/// one of them succeeds.
const MAX_ATTEMPTS: usize = 20;

impl Calls {
    /// Writes what a call came to. Once it has ended, its contact's conversation moves up in the
    /// inbox, and is unread if the caller reached nobody. Returns the entry as it is now; `None`
    /// when nothing is known of the call.
    pub async fn settle(
        &self,
        call: &CallSid,
        contacts: &Contacts,
    ) -> Result<Option<CallEntry>, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let items = self.table.partition(&call_key(call).partition).await?;
            let Some(item) = items.iter().find(|item| text_of(item, "sk") == Some("CALL")).cloned()
            else {
                return Ok(None);
            };
            let Some(entry) = CallEntry::from_items(items)? else { return Ok(None) };
            if entry.outcome == CallOutcome::InProgress {
                return Ok(Some(entry));
            }
            if self.write_settled(call, &item, &entry, contacts).await? {
                self.touch(call, contacts).await?;
                return Ok(Some(entry));
            }
        }
        Err(Error::internal("a call is being settled by too many at once"))
    }

    /// Writes what the call came to; `false` when another write was quicker.
    async fn write_settled(
        &self,
        call: &CallSid,
        item: &Item,
        entry: &CallEntry,
        contacts: &Contacts,
    ) -> Result<bool, Error> {
        let settled = settled(entry)?;
        let counted = item.contains_key("counted") || !entry.status.is_final();
        if counted && settled.iter().all(|(name, value)| item.get(*name) == Some(value)) {
            return Ok(true);
        }
        let mut update = Update::of(call_key(call));
        for (name, value) in settled {
            update.set(name, value);
        }
        if entry.voicemail.is_some() {
            update.set_if_unset("heard", value(&false)?);
        }
        // A write that was decided before the last one would undo it.
        let revision = integer_of(item, "revision");
        update.only_if_equals("revision", revision.map(integer));
        update.set("revision", integer(revision.unwrap_or(0) + 1));
        if entry.status.is_final() {
            update.set("counted", value(&true)?);
        }
        let mut unread = None;
        if let Some(contact) = text_of(item, "timeline_pk") {
            let contact = contacts.ensure(contact).await?;
            let in_vain = entry.direction == Direction::Inbound
                && entry.status.is_final()
                && matches!(entry.outcome, CallOutcome::Missed | CallOutcome::Voicemail);
            if in_vain && !contact.blocked && !item.contains_key("unread") {
                update.set("unread", value(&true)?);
                unread = Some(Operation::Update(Contacts::unread(&contact.contact_id)));
            }
        }
        let writes = [Operation::Update(update)].into_iter().chain(unread).collect();
        Ok(matches!(self.table.transact(writes).await?, Transacted::Done))
    }

    async fn touch(&self, call: &CallSid, contacts: &Contacts) -> Result<(), Error> {
        match self.table.get(call_key(call)).await? {
            Some(item) if item.contains_key("timeline_pk") => {
                contacts.touch(&Entry::from_item(item)?).await
            }
            _ => Ok(()),
        }
    }

    /// Takes a call off the reconciler's list, because nothing is left to do for it.
    pub async fn close(&self, call: &CallSid) -> Result<(), Error> {
        let mut update = Update::of(call_key(call));
        update.unlist(Index::Open);
        update.set("closed_at", instant(OffsetDateTime::now_utc())?);
        update.only_existing();
        self.table.update(update).await?;
        Ok(())
    }

    /// Marks a voicemail as heard. `false`: the call has none, or is from none of these numbers.
    pub async fn mark_heard(&self, call: &CallSid, numbers: &[String]) -> Result<bool, Error> {
        let Some(item) = self.table.get(call_key(call)).await? else { return Ok(false) };
        let caller = text_of(&item, "timeline_pk").unwrap_or_default();
        if !numbers.iter().any(|number| number == caller) {
            return Ok(false);
        }
        let mut update = Update::of(call_key(call));
        update.set("heard", value(&true)?);
        update.only_if_equals("type", Some(text("voicemail")));
        Ok(self.table.update(update).await?.is_done())
    }
}

/// The attributes that say what the call came to.
fn settled(entry: &CallEntry) -> Result<Vec<(&'static str, AttributeValue)>, Error> {
    let mut settled = vec![("outcome", value(&entry.outcome)?)];
    if let Some(party) = &entry.answered_by {
        settled.push(("answered_by", value(party)?));
    }
    if let Some(voicemail) = &entry.voicemail {
        settled.push(("type", text("voicemail")));
        settled.push(("recording_sid", text(voicemail.recording_sid.as_str())));
        if let Some(seconds) = voicemail.duration_seconds {
            settled.push(("recording_duration_seconds", integer(seconds)));
        }
    }
    // Of a call that we placed for an agent, what matters is the contact's leg.
    if entry.direction == Direction::OutboundApi
        && let Some(status) = entry.legs.last().and_then(|leg| leg.status.as_ref())
    {
        settled.push(("contact_status", text(status.as_str())));
    }
    Ok(settled)
}
