//! Writes and reads the call log.

use aws_sdk_dynamodb::types::AttributeValue;
use time::OffsetDateTime;

use super::CallEntry;
use crate::{
    Error,
    aws::table::{
        Check, Index, Item, Key, Operation, Table, Transacted, Update, Written, instant, integer,
        order_key, text, text_of, value,
    },
    contacts::number_key,
    flow::Step,
    process::env,
    recordings::StoredRecording,
    twilio::voice::{
        CallProgress, CallStatus, Direction, RecordingEvent, RecordingStatus, VoiceCall,
    },
    values::{Address, CallSid, Party, RecordingSid, TaskSid},
    webhooks::{CallPurpose, StatusOf},
};

/// How many seconds a recording has to have to be a voicemail, where the template does not say.
const SHORTEST_VOICEMAIL: u32 = 2;

/// The store of the call log.
#[derive(Clone, Debug)]
pub struct Calls {
    pub(super) table: Table,
    /// How many seconds a recording has to have to be a voicemail.
    pub(super) shortest_voicemail: u32,
}

/// A call's way through the flow, as it is recorded.
#[derive(Debug)]
pub struct Recorded {
    /// The party that calls us.
    pub from: Party,
    /// Our number that was called.
    pub to: Party,
    /// The steps with their numbers, in order.
    pub steps: Vec<(usize, Step)>,
}

/// The outcome of recording a call that comes in.
#[derive(Debug)]
pub enum Entered {
    /// The caller is let in. Holds the call's first step, as it is recorded.
    At(Step),
    /// The caller is blocked, and nothing was recorded.
    Blocked,
}

impl Calls {
    /// The call log in this table. A recording shorter than variable `SHORTEST_VOICEMAIL`, in
    /// seconds, is that of a caller who hung up at the tone, and no voicemail.
    pub fn new(table: Table) -> Self {
        let shortest_voicemail = env::parsed_optional("SHORTEST_VOICEMAIL").ok().flatten();
        Self { table, shortest_voicemail: shortest_voicemail.unwrap_or(SHORTEST_VOICEMAIL) }
    }

    /// Records the first step of a call that comes in, unless its caller is blocked, in one round
    /// trip. A step that is recorded already stays. `may_text` notes that texts may have to be sent
    /// for it.
    pub async fn record_entry(
        &self,
        call: &VoiceCall,
        step: &Step,
        may_text: bool,
    ) -> Result<Entered, Error> {
        let mut update = step_update(call, 0, step, may_text)?;
        open(&mut update, call)?;
        let first = Check::new().unset(&step_name(0));
        let mut writes = vec![Operation::UpdateIf(update, first)];
        writes.extend(not_blocked(call));
        match self.table.transact(writes).await? {
            Transacted::Done => Ok(Entered::At(step.clone())),
            Transacted::Refused { key, item } if key == call_key(&call.call_sid) => {
                let recorded = item.and_then(|mut item| item.remove(&step_name(0)));
                let recorded = recorded.ok_or_else(|| Error::internal("a step vanished"))?;
                Ok(Entered::At(serde_dynamo::from_attribute_value(recorded)?))
            }
            Transacted::Refused { .. } => Ok(Entered::Blocked),
        }
    }

    /// Records that a call is asked for a conference's code, in one round trip. `false`: its caller
    /// is blocked.
    pub async fn record_code_asked(&self, call: &VoiceCall) -> Result<bool, Error> {
        let now = OffsetDateTime::now_utc();
        let mut update = answered_update(call, now)?;
        update.set_if_unset("code_asked_at", instant(now)?);
        open(&mut update, call)?;
        let asked = Operation::UpdateIf(update, is_not_closed());
        let writes = [asked].into_iter().chain(not_blocked(call)).collect();
        Ok(match self.table.transact(writes).await? {
            Transacted::Done => true,
            Transacted::Refused { key, .. } => key == call_key(&call.call_sid),
        })
    }

    /// The key of a call's item.
    pub(crate) fn key(call: &CallSid) -> Key {
        call_key(call)
    }

    /// The write that records what every webhook of an answered call tells.
    pub(crate) fn answered(call: &VoiceCall) -> Result<Update, Error> {
        let mut update = answered_update(call, OffsetDateTime::now_utc())?;
        open(&mut update, call)?;
        Ok(update)
    }

    /// Records a step of a call's way through the flow, unless there is one with its number.
    /// Returns the recorded steps up to it, with their numbers. `may_text` notes that texts may
    /// have to be sent for it.
    pub async fn record_step(
        &self,
        call: &VoiceCall,
        number: usize,
        step: &Step,
        may_text: bool,
    ) -> Result<Vec<(usize, Step)>, Error> {
        let mut again = step_update(call, number, step, may_text)?;
        again.return_all();
        let mut update = again.clone();
        open(&mut update, call)?;
        let item = match self.table.update_if(update, is_not_closed()).await? {
            Written::Done(item) => item,
            Written::Refused(_) => self.table.update(again).await?,
        };
        steps_up_to(number, &item)
    }

    /// A call's steps up to one, as its webhooks have recorded them; `None` while that one is not
    /// recorded.
    pub async fn recorded(&self, call: &CallSid, number: usize) -> Result<Option<Recorded>, Error> {
        let item = self.table.get(call_key(call)).await?;
        let Some(item) = item.filter(|item| item.contains_key(&step_name(number))) else {
            return Ok(None);
        };
        let steps = steps_up_to(number, &item)?;
        let party = |name| Party::from(text_of(&item, name).unwrap_or_default());
        Ok(Some(Recorded { from: party("from"), to: party("to"), steps }))
    }

    /// The numbers of a call's steps for which texts may still have to be sent.
    pub async fn due_texts(&self, call: &CallSid) -> Result<Vec<usize>, Error> {
        let item = self.table.get(call_key(call)).await?.unwrap_or_default();
        let due = item.keys().filter_map(|name| name.strip_prefix(DUE_TEXTS)?.parse().ok());
        Ok(due.collect())
    }

    /// Records that the texts of a step are sent, or need not be.
    pub async fn record_texts_done(&self, call: &CallSid, number: usize) -> Result<(), Error> {
        let mut update = Update::of(call_key(call));
        update.remove(&format!("{DUE_TEXTS}{number:03}"));
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    /// The key of the item of a call's task.
    pub(crate) fn task_key(call: &CallSid, task: &TaskSid) -> Key {
        Key::new(partition(call), format!("TASK#{task}"))
    }

    /// Records what a status callback tells of a call or, if it has a parent, of a leg. Returns the
    /// contact's address, of a call that has one.
    pub async fn record_progress(
        &self,
        progress: &CallProgress,
        of: &StatusOf,
    ) -> Result<Option<Address>, Error> {
        let status = &progress.call.status;
        let update = || -> Result<Update, Error> {
            let mut update = update_of(&progress.call)?;
            match of {
                StatusOf::Placed(purpose) => purpose.record(&mut update, &progress.call)?,
                StatusOf::Returned(purpose) => purpose.record(&mut update, &progress.call)?,
                StatusOf::UnaskedLeg => update.set_if_unset("unasked", value(&true)?),
                StatusOf::AskedLeg => update.set_if_unset("asked", value(&true)?),
                StatusOf::Call => {}
            }
            add_times(&mut update, progress)?;
            update.return_all();
            Ok(update)
        };
        let mut rise = update()?;
        open(&mut rise, &progress.call)?;
        rise.set("status", text(status.as_str()));
        rise.set("status_rank", integer(status.rank()));
        let mut later = Check::new().below_or_unset("status_rank", integer(status.rank()));
        let mut always = Check::new();
        // A call of which only the agent's phone rang is none.
        if matches!(of, StatusOf::Returned(_)) {
            (later, always) = (later.exists(), always.exists());
        }
        let written = match self.table.update_if(rise, later).await? {
            // Late or again: the status stays, but what the callback alone knows is kept.
            Written::Refused(_) => self.table.update_if(update()?, always).await?,
            written => written,
        };
        Ok(match written {
            Written::Done(item) => contact_of(&item),
            Written::Refused(_) => None,
        })
    }

    /// Records a call that we have placed, and the contact that it is for.
    pub async fn record_placed(
        &self,
        call: &VoiceCall,
        purpose: &CallPurpose,
    ) -> Result<(), Error> {
        let mut update = update_of(call)?;
        purpose.record(&mut update, call)?;
        update.set_if_unset("status", text(call.status.as_str()));
        open(&mut update, call)?;
        // Refused: nothing is left to do for the call, and so nothing to record.
        self.table.update_if(update, is_not_closed()).await?;
        Ok(())
    }

    /// Whether a call may have been placed for this purpose: its webhooks have not told otherwise.
    pub(super) async fn may_be_of(
        &self,
        call: &CallSid,
        purpose: &CallPurpose,
    ) -> Result<bool, Error> {
        let Some(item) = self.table.get(call_key(call)).await? else { return Ok(true) };
        let Some(contact) = contact_of(&item) else { return Ok(true) };
        let participant = purpose.invitation.as_ref().map(|to| to.participant.as_str());
        Ok(contact == purpose.contact && text_of(&item, "participant_id") == participant)
    }

    /// Records that a caller who waited wants to be called back instead.
    pub(crate) async fn record_return_asked(&self, call: &CallSid) -> Result<(), Error> {
        let mut update = Update::of(call_key(call));
        update.set_if_unset("return_asked_at", instant(OffsetDateTime::now_utc())?);
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    /// Records that the person at a leg took the call.
    pub async fn record_acceptance(&self, leg: &VoiceCall) -> Result<(), Error> {
        let mut update = update_of(leg)?;
        update.set_if_unset("accepted_at", instant(OffsetDateTime::now_utc())?);
        self.table.update(update).await?;
        Ok(())
    }

    /// Records what a recording's status callback tells. The first callback's status stays.
    pub async fn record_recording(&self, event: &RecordingEvent) -> Result<(), Error> {
        let mut update = Update::of(recording_key(&event.call_sid, &event.recording_sid));
        update.set_if_unset("recording_sid", text(event.recording_sid.as_str()));
        update.set_if_unset("call_sid", text(event.call_sid.as_str()));
        update.set_if_unset("recorded_status", text(event.status.as_str()));
        if event.status == RecordingStatus::Completed {
            let since = order_key(OffsetDateTime::now_utc(), event.recording_sid.as_str())?;
            update.list_if_unlisted(Index::Open, RECORDING, &since);
        }
        if let Some(source) = &event.source {
            update.set_if_unset("source", text(source));
        }
        if let Some(seconds) = event.duration_seconds {
            update.set_if_unset("duration_seconds", integer(seconds));
        }
        if let Some(at) = event.started_at {
            update.set_if_unset("started_at", instant(at)?);
        }
        self.table.update(update).await?;
        Ok(())
    }

    /// Records that Twilio has no file of a recording, although it said so: there is none to copy.
    pub async fn record_lost(&self, call: &CallSid, recording: &RecordingSid) -> Result<(), Error> {
        let mut update = Update::of(recording_key(call, recording));
        update.set_if_unset("recording_sid", text(recording.as_str()));
        update.set("recorded_status", text(RecordingStatus::Absent.as_str()));
        update.unlist(Index::Open);
        self.table.update(update).await?;
        Ok(())
    }

    /// Records where a recording has been copied to.
    pub async fn record_copy(
        &self,
        call: &CallSid,
        recording: &RecordingSid,
        stored: &StoredRecording,
    ) -> Result<(), Error> {
        let mut update = Update::of(recording_key(call, recording));
        update.set_if_unset("recording_sid", text(recording.as_str()));
        update.set("s3_key", text(&stored.s3_key));
        update.set("bytes", AttributeValue::N(stored.bytes.to_string()));
        update.set_if_unset("copied_at", instant(OffsetDateTime::now_utc())?);
        update.unlist(Index::Open);
        self.table.update(update).await?;
        Ok(())
    }

    /// The copy of a recording in our bucket; `None` until it has been copied.
    pub async fn copy_of(
        &self,
        call: &CallSid,
        recording: &RecordingSid,
    ) -> Result<Option<StoredRecording>, Error> {
        match self.table.get(recording_key(call, recording)).await? {
            Some(item) if item.contains_key("s3_key") => Ok(Some(serde_dynamo::from_item(item)?)),
            _ => Ok(None),
        }
    }

    /// A call's entry; `None` when nothing is known of the call.
    pub async fn entry(&self, call: &CallSid) -> Result<Option<CallEntry>, Error> {
        CallEntry::from_items(
            self.table.partition(&partition(call)).await?,
            self.shortest_voicemail,
        )
    }
}

/// The partition of index `open` that calls are in until they are settled.
pub const CALL: &str = "CALL";
/// The partition of index `open` that recordings are in until they are copied.
pub const RECORDING: &str = "RECORDING";
/// The partition of index `listing` with all calls.
pub const CALLS: &str = "CALLS";

/// Adds the time of the status. Each status has its own attribute, so that the order in which
/// callbacks arrive does not matter.
fn add_times(update: &mut Update, progress: &CallProgress) -> Result<(), Error> {
    let time = match progress.call.status {
        CallStatus::Queued => Some("queued_at"),
        CallStatus::Initiated => Some("initiated_at"),
        CallStatus::Ringing => Some("ringing_at"),
        CallStatus::InProgress => Some("answered_at"),
        CallStatus::Other(_) => None,
        _ => Some("ended_at"),
    };
    if let Some(time) = time {
        update.set_if_unset(time, instant(progress.at)?);
    }
    if let (true, Some(seconds)) = (progress.call.status.is_final(), progress.duration_seconds) {
        update.set_if_unset("duration_seconds", integer(seconds));
    }
    Ok(())
}

/// An update of a call's item or, if the call has a parent, of a leg's. It has the parties and the
/// direction, which every webhook of a call carries: the webhook that arrives first creates the
/// item.
fn update_of(call: &VoiceCall) -> Result<Update, Error> {
    let sid = call.call_sid.as_str();
    let mut update = Update::of(match &call.parent_call_sid {
        None => call_key(&call.call_sid),
        Some(parent) => Key::new(partition(parent), format!("LEG#{sid}")),
    });
    update.set_if_unset("call_sid", text(sid));
    update.set_if_unset("direction", text(call.direction.as_str()));
    update.set_if_unset("from", text(call.from.to_string()));
    update.set_if_unset("to", text(call.to.to_string()));
    if call.parent_call_sid.is_some() {
        return Ok(update);
    }
    update.set_if_unset("id", text(sid));
    update.set_if_unset("type", text("call"));
    update.set_if_unset("account_sid", text(call.account_sid.as_str()));
    let since = order_key(OffsetDateTime::now_utc(), sid)?;
    update.list_if_unlisted(Index::Listing, CALLS, &since);
    let (ours, contact) = match call.direction {
        Direction::Inbound => (&call.to, call.from.address()),
        // The called phone may be an agent's: the contact is told by [`CallPurpose::record`].
        _ => (&call.from, None),
    };
    update.set_if_unset("our_number", text(ours.to_string()));
    if let Some(contact) = contact {
        update.list_if_unlisted(Index::Timeline, contact.as_str(), &since);
    }
    Ok(update)
}

/// Puts a call on the reconciler's list. What arrives again when nothing is left to do for the call
/// must not.
fn open(update: &mut Update, call: &VoiceCall) -> Result<(), Error> {
    if call.parent_call_sid.is_none() {
        let since = order_key(OffsetDateTime::now_utc(), call.call_sid.as_str())?;
        update.list_if_unlisted(Index::Open, CALL, &since);
    }
    Ok(())
}

/// The check that something is left to do for a call.
fn is_not_closed() -> Check {
    Check::new().left_unset("closed_at")
}

/// An update with a step. TwiML answers an inbound call, so from the first webhook on it is in
/// progress.
fn step_update(
    call: &VoiceCall,
    number: usize,
    step: &Step,
    may_text: bool,
) -> Result<Update, Error> {
    let mut update = answered_update(call, step.at)?;
    update.set_if_unset(&step_name(number), value(step)?);
    if may_text {
        update.set_if_unset(&format!("{DUE_TEXTS}{number:03}"), value(&true)?);
    }
    Ok(update)
}

fn answered_update(call: &VoiceCall, at: OffsetDateTime) -> Result<Update, Error> {
    let mut update = update_of(call)?;
    update.set_if_unset("status", text(CallStatus::InProgress.as_str()));
    update.set_if_unset("status_rank", integer(CallStatus::InProgress.rank()));
    update.set_if_unset("answered_at", instant(at)?);
    update.set_if_unset("started_at", instant(at)?);
    Ok(update)
}

/// The condition that the caller is not blocked; `None` for a caller who withheld their number.
fn not_blocked(call: &VoiceCall) -> Option<Operation> {
    let caller = number_key(&call.from.address()?);
    Some(Operation::Check(caller, Check::new().unset("blocked_at")))
}

/// The address of a call's contact; `None` for a caller who withheld their number.
pub(super) fn contact_of(call: &Item) -> Option<Address> {
    Index::Timeline.partition_of(call)?.parse().ok()
}

fn partition(call: &CallSid) -> String {
    format!("CALL#{call}")
}

/// The key of the call's own item.
pub(super) fn call_key(call: &CallSid) -> Key {
    Key::new(partition(call), "CALL")
}

fn recording_key(call: &CallSid, recording: &RecordingSid) -> Key {
    Key::new(partition(call), format!("RECORDING#{recording}"))
}

/// The steps up to one that are in a call's item, with their numbers.
fn steps_up_to(number: usize, item: &Item) -> Result<Vec<(usize, Step)>, Error> {
    (0..=number)
        .filter_map(|number| Some((number, item.get(&step_name(number))?)))
        .map(|(number, step)| Ok((number, serde_dynamo::from_attribute_value(step.clone())?)))
        .collect()
}

/// With the number of a step, the attribute that is there while its texts may have to be sent.
pub(super) const DUE_TEXTS: &str = "texts_due_";

fn step_name(number: usize) -> String {
    format!("step_{number:03}")
}
