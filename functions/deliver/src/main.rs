//! SQS: performs one effect a message. A message that comes again finds the effect done.

use shared::{
    Error,
    calls::{Calls, wants_notice},
    conferences::Inviter,
    contacts::Contacts,
    deliver::{Job, Queue},
    env,
    erasure::Eraser,
    lambda,
    messages::{Outbox, OutgoingText, Recipient},
    phone_number::PhoneNumber,
    settings::SettingsStore,
    sid::CallSid,
    table::Table,
    wording,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let table = Table::from_env()?;
    let queue = &Queue::from_env("DELIVER_QUEUE_URL")?;
    let inviter = &Inviter::from_env()?;
    let eraser = &Eraser::from_env()?;
    let notices = &OwnerNotices {
        calls: Calls::new(table.clone()),
        contacts: Contacts::new(table.clone()),
        settings: SettingsStore::from_env(table)?,
        main_number: env::parsed("MAIN_NUMBER")?,
        outbox: Outbox::from_env()?,
    };
    lambda::sqs(|job: Job| async move {
        match job {
            Job::OwnerNotice { call_sid, base_url } => notices.send(&call_sid, base_url).await,
            Job::Conference { conference_id } => inviter.invite_all(&conference_id).await,
            Job::Invitation { conference_id, participant_id } => {
                inviter.invite(&conference_id, &participant_id).await
            }
            Job::Erase { number } => match eraser.erase_some(&number).await? {
                true => Ok(()),
                false => queue.send(&Job::Erase { number }, 0).await,
            },
        }
    })
    .await
}

struct OwnerNotices {
    calls: Calls,
    contacts: Contacts,
    settings: SettingsStore,
    main_number: PhoneNumber,
    outbox: Outbox,
}

impl OwnerNotices {
    /// Texts the owner, once, unless somebody took the call after all.
    async fn send(&self, call: &CallSid, base_url: String) -> Result<(), Error> {
        let Some(entry) = self.calls.settle(call, &self.contacts).await? else { return Ok(()) };
        let settings = self.settings.current().await;
        let owner = settings.owner_number.as_ref().filter(|_| settings.owner_notice);
        let contact = match entry.from.address() {
            Some(number) => self.contacts.find(&number).await?,
            None => None,
        };
        let blocked = contact.as_ref().is_some_and(|contact| contact.blocked);
        if let Some(owner) = owner
            && wants_notice(&entry)
            && !blocked
        {
            let console = match &contact {
                Some(contact) => format!("{base_url}/#/contacts/{}", contact.numbers[0]),
                None => format!("{base_url}/"),
            };
            let name = contact.as_ref().and_then(|contact| contact.name.as_deref());
            let text = OutgoingText {
                id: format!("OWNERNOTICE{call}"),
                from: entry.our_number.clone().unwrap_or_else(|| self.main_number.clone()),
                to: owner.clone(),
                body: wording::owner_notice(&entry, name, &console),
                media_urls: Vec::new(),
                by: "switchboard".to_owned(),
                recipient: Recipient::Colleague,
                base_url,
            };
            match self.outbox.send(&text).await {
                // Refused for good: the call is in the console all the same.
                Err(error) if error.problem().is_some_and(|problem| problem.status == 422) => {
                    tracing::warn!(call.sid = %call, reason = error.chain(), "owner not told");
                }
                sent => drop(sent?),
            }
        }
        self.calls.record_notice(call).await?;
        self.calls.close_if_done(&entry).await
    }
}
