//! Settles calls: writes what a call came to on the call itself.
//!
//! A call's legs, steps and recordings are items of their own, which arrive in any order. Each time
//! one has, what they add up to is written on the call, so that lists need to read nothing else.

use aws_sdk_dynamodb::types::AttributeValue;
use time::OffsetDateTime;

use super::{
    CallEntry, Calls,
    store::{call_key, contact_of},
};
use crate::{
    Error,
    aws::table::{
        Check, Index, Item, Operation, Transacted, Update, instant, integer, integer_of, text,
        text_of, value,
    },
    contacts::{CallOutcome, Contacts, Entry, NumberOwner},
    twilio::voice::Direction,
    values::{Address, CallSid},
};

/// How often settling is tried again when others settle the same call at the same time. Each time,
/// one of them succeeds.
const MAX_ATTEMPTS: usize = 20;

/// The attributes that only a call with a voicemail has.
const OF_A_VOICEMAIL: [&str; 3] = ["recording_sid", "recording_duration_seconds", "heard"];

/// A call that has been settled.
#[derive(Debug)]
pub struct Settled {
    /// The entry as it is now.
    pub entry: CallEntry,
    /// Whether the company's owner has been told of the call, or does not have to be told.
    pub noticed: bool,
    /// Whether the call is off the reconciler's list.
    pub closed: bool,
}

impl Calls {
    /// Writes what a call came to. Once it has ended, its contact's conversation moves up in the
    /// inbox, and is unread if the caller reached nobody. `None` when nothing is known of the call.
    ///
    /// `contact` is the address of the contact, if it is already known. The contact is then read at
    /// the same time as the call; otherwise it is read afterwards.
    pub async fn settle(
        &self,
        call: &CallSid,
        contacts: &Contacts,
        contact: Option<&Address>,
    ) -> Result<Option<Settled>, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let partition = call_key(call).partition;
            let (items, of_contact) =
                tokio::join!(self.table.partition(&partition), ensured_contact(contacts, contact));
            let items = items?;
            let Some(item) = items.iter().find(|item| text_of(item, "sk") == Some("CALL")).cloned()
            else {
                return Ok(None);
            };
            let Some(entry) = CallEntry::from_items(items, self.shortest_voicemail)? else {
                return Ok(None);
            };
            let mut settled = Settled {
                noticed: item.contains_key("noticed_at"),
                closed: item.contains_key("closed_at"),
                entry,
            };
            if settled.entry.outcome == CallOutcome::InProgress {
                return Ok(Some(settled));
            }
            let of_number = match contact_of(&item) {
                Some(address) if Some(&address) == contact => of_contact?,
                address => ensured_contact(contacts, address.as_ref()).await?,
            };
            if self.write_settled(call, &item, &mut settled, contacts, of_number).await? {
                return Ok(Some(settled));
            }
        }
        Err(Error::internal("a call is being settled by too many at once"))
    }

    /// Writes what the call came to; `false` when another write was quicker.
    async fn write_settled(
        &self,
        call: &CallSid,
        item: &Item,
        settled: &mut Settled,
        contacts: &Contacts,
        of_number: Option<NumberOwner>,
    ) -> Result<bool, Error> {
        let entry = &settled.entry;
        let changes = changes(entry)?;
        let counted = item.contains_key("counted") || !entry.status.is_final();
        let mut after = item.clone();
        after.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        if entry.voicemail.is_some() {
            after.entry("heard".to_owned()).or_insert(value(&false)?);
        }
        // What looked like a voicemail turned out to be none: Twilio has no file of it.
        // A conversation with an agent turned out to be too short to be one.
        let is_not_answered = entry.answered_by.is_none() && !entry.queue_visits.is_empty();
        if is_not_answered {
            after.remove("answered_by");
        }
        let is_taken_back = entry.voicemail.is_none() && text_of(item, "type") == Some("voicemail");
        if is_taken_back {
            after.insert("type".to_owned(), text("call"));
            after.retain(|name, _| !OF_A_VOICEMAIL.contains(&name.as_str()));
        }
        if counted && after == *item {
            if of_number.is_some() {
                contacts.touch(&Entry::from_item(after)?).await?;
            }
            return Ok(true);
        }
        let mut update = Update::of(call_key(call));
        for (name, value) in changes {
            update.set(name, value);
        }
        if entry.voicemail.is_some() {
            update.set_if_unset("heard", value(&false)?);
        }
        if is_not_answered {
            update.remove("answered_by");
        }
        if is_taken_back {
            update.set("type", text("call"));
            OF_A_VOICEMAIL.iter().for_each(|name| update.remove(name));
        }
        // A write that was decided before the last one would undo it.
        let revision = integer_of(item, "revision");
        let unchanged = Check::new().is_still("revision", revision.map(integer));
        update.set("revision", integer(revision.unwrap_or(0) + 1));
        if entry.status.is_final() {
            update.set("counted", value(&true)?);
        }
        // A call that belongs to a conference stays open here, because its conference has to learn
        // of its end first. `FollowUp` closes it afterwards.
        let closes = entry.conference_id.is_none() && entry.is_done(settled.noticed);
        if closes {
            close(&mut update)?;
        }
        let contact = of_number.filter(|contact| !contact.blocked);
        let in_vain = entry.wants_notice() && !item.contains_key("unread");
        if in_vain && contact.is_some() {
            update.set("unread", value(&true)?);
        }
        let write = |of_contact: Option<Operation>| {
            let settled = Operation::UpdateIf(update.clone(), unchanged.clone());
            self.table.transact([settled].into_iter().chain(of_contact).collect())
        };
        let written = match contact {
            None => write(None).await?,
            Some(contact) => {
                let entry = Entry::from_item(after)?;
                let (mut moved, not_later) = Contacts::moved(&contact.contact_id, &entry)?;
                if in_vain {
                    Contacts::count_unread(&mut moved);
                }
                match write(Some(Operation::UpdateIf(moved, not_later))).await? {
                    // Something later has happened: the conversation stays where it is.
                    Transacted::Refused { key, .. } if key != call_key(call) => {
                        write(in_vain.then(|| Contacts::unread(&contact.contact_id))).await?
                    }
                    written => written,
                }
            }
        };
        let done = matches!(written, Transacted::Done);
        settled.closed |= done && closes;
        Ok(done)
    }

    /// Takes a call off the reconciler's list, because nothing is left to do for it.
    pub async fn close(&self, call: &CallSid) -> Result<(), Error> {
        let mut update = Update::of(call_key(call));
        close(&mut update)?;
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    /// Marks a voicemail as heard. `false`: the call has none, or is from none of these numbers.
    pub async fn mark_heard(&self, call: &CallSid, numbers: &[Address]) -> Result<bool, Error> {
        let Some(item) = self.table.get(call_key(call)).await? else { return Ok(false) };
        if !contact_of(&item).is_some_and(|caller| numbers.contains(&caller)) {
            return Ok(false);
        }
        let mut update = Update::of(call_key(call));
        update.set("heard", value(&true)?);
        let voicemail = Check::new().equals("type", text("voicemail"));
        Ok(self.table.update_if(update, voicemail).await?.is_done())
    }
}

/// The contact that an address belongs to. It is created if there is none.
async fn ensured_contact(
    contacts: &Contacts,
    address: Option<&Address>,
) -> Result<Option<NumberOwner>, Error> {
    match address {
        Some(address) => contacts.ensure(address).await.map(Some),
        None => Ok(None),
    }
}

fn close(update: &mut Update) -> Result<(), Error> {
    update.unlist(Index::Open);
    update.set("closed_at", instant(OffsetDateTime::now_utc())?);
    Ok(())
}

/// The attributes that say what the call came to.
fn changes(entry: &CallEntry) -> Result<Vec<(&'static str, AttributeValue)>, Error> {
    let mut changes = vec![("outcome", value(&entry.outcome)?)];
    if let Some(party) = &entry.answered_by {
        changes.push(("answered_by", value(party)?));
    }
    if let Some(visit) = entry.queue_visits.last() {
        if let Some(queue) = &visit.queue {
            changes.push(("queue", text(queue)));
        }
        if let Some(name) = &visit.agent_name {
            changes.push(("agent_name", text(name)));
        }
        for (name, seconds) in
            [("waited_seconds", visit.waited_seconds), ("talked_seconds", visit.talked_seconds)]
        {
            changes.extend(seconds.map(|seconds| (name, integer(seconds))));
        }
    }
    if let Some(voicemail) = &entry.voicemail {
        changes.push(("type", text("voicemail")));
        changes.push(("recording_sid", text(voicemail.recording_sid.as_str())));
        if let Some(seconds) = voicemail.duration_seconds {
            changes.push(("recording_duration_seconds", integer(seconds)));
        }
    }
    // Of a call that we placed for an agent, what matters is the contact's leg.
    if entry.direction == Direction::OutboundApi
        && let Some(status) = entry.legs.last().and_then(|leg| leg.status.as_ref())
    {
        changes.push(("contact_status", text(status.as_str())));
    }
    Ok(changes)
}
