//! Thanks customers for a call in which they talked to an agent.

use time::OffsetDateTime;

use crate::{
    Context, Error,
    aws::table::{Check, Table, Update, instant},
    calls::{CallEntry, Calls, QueueVisit},
    company::{
        settings::{Settings, SettingsStore},
        wording,
    },
    destinations::Destinations,
    messages::{Outbox, OutgoingText, Recipient},
    values::{CallSid, MessageId, TaskSid},
};

/// The service that texts customers after a call through a queue.
#[derive(Debug)]
pub struct ThankYous {
    table: Table,
    calls: Calls,
    settings: SettingsStore,
    destinations: Destinations,
    outbox: Outbox,
}

impl ThankYous {
    /// A service that texts from our number that was called, or from variable `MAIN_NUMBER` when it
    /// is not known.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            calls: Calls::new(table.clone()),
            table,
            settings: context.settings()?,
            destinations: Destinations::new(context)?,
            outbox: Outbox::new(context)?,
        })
    }

    /// Thanks the customer of a task, once, if they have talked to an agent. `base_url` is the
    /// address of the API, for Twilio's callback.
    pub async fn send(
        &self,
        call: &CallSid,
        task: &TaskSid,
        base_url: String,
    ) -> Result<(), Error> {
        let Some(entry) = self.calls.entry(call).await? else { return Ok(()) };
        let visit = entry.queue_visits.iter().find(|visit| visit.task_sid == *task);
        let visit = visit.filter(|visit| visit.has_talked() && !visit.is_thanked);
        let Some(visit) = visit else { return Ok(()) };
        let settings = self.settings.current().await;
        if let Some(text) = self.text(&entry, visit, &settings, base_url) {
            match self.thank(&text).await {
                Ok(()) => {}
                // They have opted out, are blocked, are where we text nobody, or a cap is reached: no
                // thanks then.
                Err(error) if error.problem().is_some_and(|it| matches!(it.status, 422 | 429)) => {
                    tracing::info!(call.sid = %call, error = error.chain(), "not thanked");
                }
                Err(error) => return Err(error),
            }
        }
        let mut update = Update::of(Calls::task_key(call, task));
        update.set_if_unset("thanked_at", instant(OffsetDateTime::now_utc())?);
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    async fn thank(&self, text: &OutgoingText) -> Result<(), Error> {
        self.destinations.reachable("to", text.to.as_str()).await?;
        self.outbox.send(text).await.map(drop)
    }

    fn text(
        &self,
        entry: &CallEntry,
        visit: &QueueVisit,
        settings: &Settings,
        base_url: String,
    ) -> Option<OutgoingText> {
        let words = settings.thank_you_text.as_deref()?;
        let body = wording::thank_you(words, &settings.company_name, visit.agent_name.as_deref());
        Some(OutgoingText {
            id: MessageId::thank_you(&visit.task_sid),
            from: entry
                .our_number
                .clone()
                .unwrap_or_else(|| self.destinations.main_number().clone()),
            to: entry.from.number()?.clone(),
            body,
            media_urls: Vec::new(),
            by: "switchboard".to_owned(),
            recipient: Recipient::Contact,
            base_url,
        })
    }
}
