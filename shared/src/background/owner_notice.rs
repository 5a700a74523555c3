//! Tells the owner of calls that nobody took.

use crate::{
    Context, Error,
    calls::{CallEntry, Calls, Settled},
    company::{
        settings::SettingsStore,
        wording::{self, UnansweredCall},
    },
    contacts::{CallOutcome, Contact, Contacts},
    messages::{Outbox, OutgoingText, Recipient},
    process::env,
    values::{CallSid, MessageId, PhoneNumber},
};

/// The service that texts the owner about calls that nobody took.
#[derive(Debug)]
pub struct OwnerNotices {
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
            contacts: Contacts::new(table),
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
        {
            let text = self.text(owner, &entry, contact.as_ref(), base_url);
            match self.outbox.send(&text).await {
                // Refused for good: the call is in the console all the same.
                Err(error) if error.problem().is_some_and(|problem| problem.status == 422) => {
                    let code = error.problem().and_then(|problem| problem.code);
                    tracing::warn!(call.sid = %call, code, "owner not told");
                }
                sent => drop(sent?),
            }
        }
        self.calls.record_notice(call).await?;
        self.calls.close_if_done(&entry).await
    }

    fn text(
        &self,
        owner: &PhoneNumber,
        entry: &CallEntry,
        contact: Option<&Contact>,
        base_url: String,
    ) -> OutgoingText {
        let console_url = match contact {
            Some(contact) => format!("{base_url}/#/contacts/{}", contact.numbers[0]),
            None => format!("{base_url}/"),
        };
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
        OutgoingText {
            id: MessageId::owner_notice(&entry.call_sid),
            from: entry.our_number.clone().unwrap_or_else(|| self.main_number.clone()),
            to: owner.clone(),
            body,
            media_urls: Vec::new(),
            by: "switchboard".to_owned(),
            recipient: Recipient::Colleague,
            base_url,
        }
    }
}
