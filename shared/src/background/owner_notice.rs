//! Tells the owner of calls that nobody took.

use time::{Duration, OffsetDateTime};

use super::caller_notices::{CallerNotices, Notice};
use crate::{
    Context, Error,
    aws::{queue::Queue, table::Table},
    calls::{CallEntry, Calls, Settled},
    company::{
        settings::SettingsStore,
        wording::{self, UnansweredCall},
    },
    contacts::{CallOutcome, Contact, Contacts},
    jobs::Job,
    messages::{Outbox, OutgoingText, Recipient},
    process::env,
    values::{Address, CallSid, MessageId, PhoneNumber},
};

/// The service that texts the owner about calls that nobody took.
#[derive(Debug)]
pub struct OwnerNotices {
    table: Table,
    queue: Queue,
    calls: Calls,
    contacts: Contacts,
    settings: SettingsStore,
    main_number: PhoneNumber,
    outbox: Outbox,
}

impl OwnerNotices {
    /// A service that texts from our number that was called, or from variable `MAIN_NUMBER` when it
    /// is not known.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            calls: Calls::new(table.clone()),
            contacts: Contacts::new(table.clone()),
            queue: context.queue("DELIVER_QUEUE_URL")?,
            table,
            settings: context.settings()?,
            main_number: env::parsed("MAIN_NUMBER")?,
            outbox: Outbox::new(context)?,
        })
    }

    /// Texts the owner about a call, once, unless a person took the call after all. `base_url` is
    /// the address of the API, for the link to the conversation and for Twilio's callback.
    pub async fn send(&self, call: &CallSid, base_url: String) -> Result<(), Error> {
        let settled = self.calls.settle(call, &self.contacts, None).await?;
        let Some(Settled { entry, .. }) = settled else { return Ok(()) };
        let settings = self.settings.current().await;
        let owner = settings.owner_number.as_ref().filter(|_| settings.owner_notice);
        let contact = match entry.from.address() {
            Some(number) => self.contacts.find(&number).await?,
            None => None,
        };
        let blocked = contact.as_ref().is_some_and(|contact| contact.blocked);
        if let Some(owner) = owner
            && entry.wants_notice()
            && !blocked
            // Who tries their own number out knows of it.
            && entry.from.number() != Some(owner)
            && self.is_to_be_told_now(call, &entry, settings.notice_interval_minutes, &base_url).await?
        {
            let text = self.text(owner, &entry, contact.as_ref(), base_url);
            self.tell(&text).await?;
        }
        self.calls.record_notice(call).await?;
        self.calls.close_if_done(&entry).await
    }

    /// Whether the owner is told of a call by itself. Otherwise it is told later, with the others
    /// of its caller.
    async fn is_to_be_told_now(
        &self,
        call: &CallSid,
        entry: &CallEntry,
        minutes: u32,
        base_url: &str,
    ) -> Result<bool, Error> {
        let Some(caller) = entry.from.address().filter(|_| minutes > 0) else { return Ok(true) };
        let interval = Duration::minutes(minutes.into());
        let notices = CallerNotices::of(&self.table, caller.as_str(), interval);
        match notices.on_call(call).await? {
            Notice::Now => return Ok(true),
            Notice::Later(None) => {}
            Notice::Later(Some(at)) => {
                let seconds = (at - OffsetDateTime::now_utc()).whole_seconds().clamp(0, 900);
                let job = Job::NoticeDigest { caller, base_url: base_url.to_owned() };
                // At most 900.
                self.queue.send(&job, seconds as u16).await?;
            }
        }
        Ok(false)
    }

    /// Texts the owner how many further calls of a caller nobody took.
    pub async fn send_digest(&self, caller: &Address, base_url: String) -> Result<(), Error> {
        let settings = self.settings.current().await;
        let interval = Duration::minutes(settings.notice_interval_minutes.into());
        let notices = CallerNotices::of(&self.table, caller.as_str(), interval);
        while let Some(untold) = notices.untold().await? {
            if let Some(owner) = settings.owner_number.as_ref().filter(|_| settings.owner_notice) {
                let contact = self.contacts.find(caller).await?;
                let body = wording::more_calls(
                    untold.count,
                    caller.as_str(),
                    contact.as_ref().and_then(|contact| contact.name.as_deref()),
                    &settings.time_of_day(untold.since),
                    &console_url(contact.as_ref(), &base_url),
                );
                let id = MessageId::digest(caller, untold.since, untold.count);
                let from = self.main_number.clone();
                self.tell(&notice(id, from, owner, body, base_url.clone())).await?;
            }
            if notices.told(&untold).await? {
                break;
            }
        }
        Ok(())
    }

    /// Sends a text to the owner, unless it is refused for good or has reached a cap: the call is
    /// in the console all the same.
    async fn tell(&self, text: &OutgoingText) -> Result<(), Error> {
        match self.outbox.send(text).await {
            Err(error) => {
                let problem = error.problem().filter(|it| matches!(it.status, 422 | 429));
                let Some(problem) = problem else { return Err(error) };
                let (id, status, code) = (&text.id, problem.status, problem.code);
                tracing::warn!(message.id = %id, status, code, "owner not told");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    fn text(
        &self,
        owner: &PhoneNumber,
        entry: &CallEntry,
        contact: Option<&Contact>,
        base_url: String,
    ) -> OutgoingText {
        let console_url = console_url(contact, &base_url);
        let voicemail =
            entry.voicemail.as_ref().filter(|_| entry.outcome == CallOutcome::Voicemail);
        let body = wording::owner_notice(UnansweredCall {
            from: &entry.from.to_string(),
            name: contact.and_then(|contact| contact.name.as_deref()),
            voicemail: voicemail.is_some(),
            duration_seconds: match voicemail {
                Some(voicemail) => voicemail.duration_seconds,
                None => entry.duration_seconds,
            },
            console_url: &console_url,
        });
        let from = entry.our_number.clone().unwrap_or_else(|| self.main_number.clone());
        notice(MessageId::owner_notice(&entry.call_sid), from, owner, body, base_url)
    }
}

/// The address of a contact's conversation in the console; of all, where there is no contact.
fn console_url(contact: Option<&Contact>, base_url: &str) -> String {
    match contact {
        Some(contact) => format!("{base_url}/#/contacts/{}", contact.numbers[0]),
        None => format!("{base_url}/"),
    }
}

/// A text of ours to the owner.
fn notice(
    id: MessageId,
    from: PhoneNumber,
    owner: &PhoneNumber,
    body: String,
    base_url: String,
) -> OutgoingText {
    OutgoingText {
        id,
        from,
        to: owner.clone(),
        body,
        media_urls: Vec::new(),
        by: "switchboard".to_owned(),
        recipient: Recipient::Colleague,
        base_url,
    }
}
