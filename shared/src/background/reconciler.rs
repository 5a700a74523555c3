//! Finds what callbacks should have told us and did not, and repairs it from Twilio's REST API.
//!
//! What is not finished is in index `open`. Of each kind the oldest are looked at, a bounded number
//! a run; what is still not finished then goes to the end of its list, so that nothing that cannot
//! be repaired keeps the rest waiting.

use std::time::{Duration, Instant};

use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{FollowUp, erasure::delete_left};
use crate::{
    Context, Error,
    aws::{
        queue::Queue,
        table::{Check, Index, Item, Key, Table, Update, order_key, text_of},
    },
    calls::{CALL, Calls, RECORDING},
    conferences::{CONFERENCE, Lifecycle},
    contact_centre::{ReturnFollowUp, return_call::RETURN_CALL},
    contacts::{ERASE, LEFT},
    jobs::{CopyJob, EraseJob, Job},
    messages::{MEDIA, MESSAGE, Message, Messages, Outbox},
    process::{env, metrics},
    twilio::{
        TwilioClient,
        voice::{CallProgress, CallStatus, Direction, RecordingEvent, RecordingStatus, VoiceCall},
    },
    values::{AccountSid, CallSid, MessageSid, Party, RecordingSid},
    webhooks::StatusOf,
};

/// How many of each kind are looked at a run.
const BATCH: u32 = 50;

/// How long a run may take, within the function's timeout.
const TIME: Duration = Duration::from_secs(45);

/// After this, a text that Twilio has sent and no phone has confirmed is not asked about any more.
const NO_REPORT: time::Duration = time::Duration::days(3);

/// After this, a recording of a call that has ended is not waited for any more.
const NO_RECORDING: time::Duration = time::Duration::days(1);

/// The service that repairs what callbacks have not told.
#[derive(Debug)]
pub struct Reconciler {
    table: Table,
    calls: Calls,
    follow_up: FollowUp,
    lifecycle: Lifecycle,
    messages: Messages,
    outbox: Outbox,
    return_calls: ReturnFollowUp,
    copies: Queue,
    deliver: Queue,
    erase: Queue,
    twilio: TwilioClient,
    base_url: String,
    patience: time::Duration,
}

#[derive(Deserialize)]
struct CallResource {
    account_sid: AccountSid,
    sid: CallSid,
    parent_call_sid: Option<CallSid>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
    status: CallStatus,
    direction: Direction,
    duration: Option<String>,
    end_time: Option<String>,
}

#[derive(Deserialize)]
struct CallList {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    calls: Vec<CallResource>,
}

#[derive(Deserialize)]
struct RecordingResource {
    sid: RecordingSid,
    status: RecordingStatus,
    duration: Option<String>,
    source: Option<String>,
    start_time: Option<String>,
}

#[derive(Deserialize)]
struct RecordingList {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    recordings: Vec<RecordingResource>,
}

impl Reconciler {
    /// A reconciler with variable `PUBLIC_URL`, the address of the API, and `RECONCILE_AFTER`, how
    /// many seconds callbacks are waited for.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            calls: Calls::new(table.clone()),
            follow_up: FollowUp::new(context)?,
            lifecycle: Lifecycle::new(context)?,
            messages: Messages::new(table.clone()),
            outbox: Outbox::new(context)?,
            return_calls: ReturnFollowUp::new(context)?,
            copies: context.queue("RECORDING_QUEUE_URL")?,
            deliver: context.queue("DELIVER_QUEUE_URL")?,
            erase: context.queue("ERASE_QUEUE_URL")?,
            twilio: context.twilio()?,
            base_url: env::optional("PUBLIC_URL").unwrap_or_default(),
            patience: time::Duration::seconds(env::parsed("RECONCILE_AFTER")?),
            table,
        })
    }

    /// Makes one run. A repair that fails is logged and counted, and does not keep the rest from
    /// being repaired.
    pub async fn run(&self) -> Result<(), Error> {
        let begun = Instant::now();
        let before = OffsetDateTime::now_utc() - self.patience;
        let (mut looked_at, mut failed) = (0, 0);
        for kind in [CALL, RETURN_CALL, RECORDING, MESSAGE, MEDIA, CONFERENCE, ERASE, LEFT] {
            for item in self.table.open_before(kind, before, BATCH).await? {
                if begun.elapsed() > TIME {
                    tracing::warn!("the run is over before its work; the next goes on");
                    break;
                }
                looked_at += 1;
                if let Err(error) = self.repair(kind, &item).await {
                    failed += 1;
                    tracing::error!(kind, error = error.chain(), "not repaired");
                }
                // What is left at Twilio has its time already.
                if kind != LEFT {
                    self.to_the_end(kind, &item).await?;
                }
            }
        }
        metrics::count(&[("ReconcilerLookedAt", looked_at), ("ReconcilerFailed", failed)])?;
        Ok(())
    }

    async fn repair(&self, kind: &str, item: &Item) -> Result<(), Error> {
        let of = |name| text_of(item, name).unwrap_or_default();
        match kind {
            CALL => self.repair_call(&of("call_sid").parse()?).await,
            RECORDING => {
                let call_sid = of("call_sid").parse()?;
                let recording_sid = of("recording_sid").parse()?;
                self.copies.send(&CopyJob::Recording { call_sid, recording_sid }, 0).await
            }
            MESSAGE => {
                let message: Message = serde_dynamo::from_item(item.clone())?;
                self.outbox.refresh(&message).await?;
                if message.stored_at + NO_REPORT < OffsetDateTime::now_utc() {
                    self.messages.give_up(&message.id).await?;
                }
                Ok(())
            }
            MEDIA => {
                let message_sid: MessageSid = of("id").parse()?;
                for media_sid in Messages::uncopied(item)? {
                    let message_sid = message_sid.clone();
                    self.copies.send(&CopyJob::Media { message_sid, media_sid }, 0).await?;
                }
                Ok(())
            }
            CONFERENCE => {
                let conference_id = of("id").parse()?;
                if self.lifecycle.repair(&conference_id).await? {
                    self.deliver.send(&Job::Conference { conference_id }, 0).await?;
                }
                Ok(())
            }
            RETURN_CALL => self.return_calls.go_on(&of("contact").parse()?, &self.base_url).await,
            ERASE => self.erase.send(&EraseJob { number: of("number").parse()? }, 0).await,
            _ => delete_left(&self.table, &self.twilio, item).await,
        }
    }

    /// Repairs a call, its legs and its recordings as Twilio has them.
    async fn repair_call(&self, call: &CallSid) -> Result<(), Error> {
        for step in self.calls.due_texts(call).await? {
            let (call_sid, base_url) = (call.clone(), self.base_url.clone());
            self.deliver.send(&Job::FlowTexts { call_sid, step, base_url }, 0).await?;
        }
        let resource = self.twilio.get::<CallResource>(&format!("Calls/{call}.json"), &[]).await;
        let resource = match resource {
            Ok(resource) => resource,
            Err(error) if error.is_gone() => {
                tracing::warn!(call.sid = %call, "Twilio does not know this call");
                return self.calls.close(call).await;
            }
            Err(error) => return Err(error.into()),
        };
        if !resource.status.is_final() {
            return Ok(());
        }
        let legs: CallList =
            self.twilio.get("Calls.json", &[("ParentCallSid", call.as_str())]).await?;
        let list: RecordingList =
            self.twilio.get("Recordings.json", &[("CallSid", call.as_str())]).await?;
        let mut is_made = true;
        for recording in list.recordings {
            is_made &= recording.status.is_final();
            self.repair_recording(call, recording).await?;
        }
        let ended_at = resource.end_time.as_deref().and_then(parsed);
        let given_up = ended_at.is_some_and(|at| at + NO_RECORDING < OffsetDateTime::now_utc());
        for call in legs.calls.into_iter().chain([resource]) {
            if call.status.is_final() {
                self.calls.record_progress(&call.progress()?, &StatusOf::Call).await?;
            }
        }
        // Twilio is still making a recording: the call is looked at again.
        if !is_made && !given_up {
            return Ok(());
        }
        self.follow_up.go_on(call, None, &self.base_url).await
    }

    async fn repair_recording(
        &self,
        call: &CallSid,
        recording: RecordingResource,
    ) -> Result<(), Error> {
        if recording.status != RecordingStatus::Completed
            || self.calls.copy_of(call, &recording.sid).await?.is_some()
        {
            return Ok(());
        }
        let event = RecordingEvent {
            call_sid: call.clone(),
            recording_sid: recording.sid.clone(),
            recording_url: None,
            status: recording.status,
            duration_seconds: recording.duration.and_then(|seconds| seconds.parse().ok()),
            source: recording.source,
            started_at: recording.start_time.and_then(|at| parsed(&at)),
        };
        self.calls.record_recording(&event).await?;
        let job = CopyJob::Recording { call_sid: call.clone(), recording_sid: recording.sid };
        self.copies.send(&job, 0).await
    }

    /// Moves an item that is still open to the end of its list.
    async fn to_the_end(&self, kind: &str, item: &Item) -> Result<(), Error> {
        let Some(key) = Key::of(item) else { return Ok(()) };
        let now = order_key(OffsetDateTime::now_utc(), &key.sort)?;
        let mut update = Update::of(key);
        update.list(Index::Open, kind, &now);
        self.table.update_if(update, Check::new().listed(Index::Open)).await?;
        Ok(())
    }
}

impl CallResource {
    fn progress(self) -> Result<CallProgress, Error> {
        let party = |text: Option<String>| Party::from(text.unwrap_or_default());
        Ok(CallProgress {
            call: VoiceCall {
                account_sid: self.account_sid,
                call_sid: self.sid,
                parent_call_sid: self.parent_call_sid,
                from: party(self.from),
                to: party(self.to),
                status: self.status,
                direction: self.direction,
            },
            at: self.end_time.and_then(|at| parsed(&at)).unwrap_or_else(OffsetDateTime::now_utc),
            duration_seconds: self.duration.and_then(|seconds| seconds.parse().ok()),
        })
    }
}

fn parsed(at: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(at, &Rfc2822).ok()
}
