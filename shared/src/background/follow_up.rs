//! Follows up calls: settles them, and has the owner told of those that nobody took.

use crate::{
    Context, Error,
    aws::queue::Queue,
    calls::{Calls, Settled},
    conferences::Lifecycle,
    contacts::Contacts,
    jobs::Job,
    process::env,
    values::{Address, CallSid},
};

/// The service that settles calls and queues what follows from them.
#[derive(Debug)]
pub struct FollowUp {
    calls: Calls,
    contacts: Contacts,
    lifecycle: Lifecycle,
    queue: Queue,
    notice_delay: u16,
}

impl FollowUp {
    /// A service that waits for variable `OWNER_NOTICE_DELAY`, in seconds, before the owner is
    /// told.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            calls: Calls::new(table.clone()),
            contacts: Contacts::new(table),
            lifecycle: Lifecycle::new(context)?,
            queue: context.queue("DELIVER_QUEUE_URL")?,
            notice_delay: env::parsed("OWNER_NOTICE_DELAY")?,
        })
    }

    /// Settles a call of which something new has become known. The owner is told of a call that
    /// nobody took a little later, when its last webhooks have arrived as well.
    ///
    /// `contact` is the contact's number, where it is known.
    pub async fn go_on(
        &self,
        call: &CallSid,
        contact: Option<&Address>,
        base_url: &str,
    ) -> Result<(), Error> {
        let settled = self.calls.settle(call, &self.contacts, contact).await?;
        let Some(Settled { entry, noticed, closed }) = settled else { return Ok(()) };
        if entry.status.is_final()
            && let Some(conference) = &entry.conference_id
        {
            let participant = entry.participant_id.as_ref();
            self.lifecycle.on_call_ended(conference, call, participant, &entry.status).await?;
        }
        if closed {
            Ok(())
        } else if entry.wants_notice() && !noticed {
            let job = Job::OwnerNotice { call_sid: call.clone(), base_url: base_url.to_owned() };
            self.queue.send(&job, self.notice_delay).await
        } else {
            self.calls.close_if_done(&entry).await
        }
    }
}
