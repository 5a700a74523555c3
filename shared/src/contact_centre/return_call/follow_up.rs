//! What is next for a customer who wants to be called back, when nobody waits for an answer.

use super::{ReturnCall, ReturnState, attempt::ReturnAttempts, is_served, return_call_key};
use crate::{
    Context, Error,
    aws::table::{Operation, Table, Update, integer, text},
    company::{settings::SettingsStore, task_router::TaskRouterSids, wording},
    contacts::{CallOutcome, Contacts},
    messages::{Outbox, OutgoingText, Recipient},
    values::{Address, MessageId, PhoneNumber},
};

/// The sender of texts that no person has asked for.
const BY: &str = "switchboard";

/// The service that goes on with return calls, for the jobs of the queue and for the reconciler.
#[derive(Debug)]
pub struct ReturnFollowUp {
    table: Table,
    attempts: ReturnAttempts,
    contacts: Contacts,
    settings: SettingsStore,
    outbox: Outbox,
}

impl ReturnFollowUp {
    /// A service with the variables of [`ReturnAttempts::new`].
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            attempts: ReturnAttempts::new(context)?,
            contacts: Contacts::new(table.clone()),
            table,
            settings: context.settings()?,
            outbox: Outbox::new(context)?,
        })
    }

    /// Does what is next for a customer, if anything is.
    pub async fn go_on(&self, contact: &PhoneNumber, base_url: &str) -> Result<(), Error> {
        let Some(wish) = ReturnCall::get(&self.table, contact).await? else { return Ok(()) };
        let settings = self.settings.current().await;
        let Some(sids) = &settings.task_router else { return Ok(()) };
        match wish.state {
            ReturnState::Queueing | ReturnState::Waiting if wish.is_old() => {
                self.give_up(&wish, &settings.company_name, base_url).await
            }
            ReturnState::Queueing if wish.is_due() => {
                self.attempts.requests.put_in_place(&wish, &sids.workspace).await
            }
            ReturnState::Queueing => Ok(()),
            ReturnState::Waiting => self.check_task(&wish, sids).await,
            ReturnState::Calling => self.check_call(&wish, base_url).await,
            ReturnState::GivenUp => self.tell(&wish, &settings.company_name, base_url).await,
        }
    }

    /// A task that is gone has been completed by an agent in their browser, or TaskRouter has
    /// canceled it after a day or a thousand offers: then there is another.
    async fn check_task(&self, wish: &ReturnCall, sids: &TaskRouterSids) -> Result<(), Error> {
        let requests = &self.attempts.requests;
        if let Some(task) = &wish.task_sid
            && requests.is_live(task, &sids.workspace).await?
        {
            return Ok(());
        }
        let entry = requests.calls.entry(&wish.call_sid).await?;
        let visits = entry.map(|entry| entry.queue_visits).unwrap_or_default();
        let is_taken = visits.iter().any(|visit| {
            Some(&visit.task_sid) == wish.task_sid.as_ref() && visit.agent_id.is_some()
        });
        if is_taken || is_served(&visits) {
            return self.table.delete(return_call_key(wish.contact.as_str())).await;
        }
        requests.put_in_place(wish, &sids.workspace).await
    }

    /// The webhook that tells the end of a call may be lost; its entry tells the same.
    async fn check_call(&self, wish: &ReturnCall, base_url: &str) -> Result<(), Error> {
        let (Some(call), Some(reservation)) = (&wish.agent_call_sid, &wish.reservation_sid) else {
            return Ok(());
        };
        let entry = self.attempts.requests.calls.entry(call).await?;
        let Some(entry) = entry.filter(|entry| entry.status.is_final()) else { return Ok(()) };
        let talked = entry.legs.last().and_then(|leg| leg.duration_seconds).unwrap_or(0);
        let talked = (entry.outcome == CallOutcome::Answered).then_some(talked);
        self.attempts.end(&wish.contact, reservation, talked, base_url).await
    }

    /// No agent has had time for the customer.
    async fn give_up(&self, wish: &ReturnCall, company: &str, base_url: &str) -> Result<(), Error> {
        let mut update = Update::of(return_call_key(wish.contact.as_str()));
        update.set("state", text(ReturnState::GivenUp.as_str()));
        if self.table.update_if(update, wish.unchanged()).await?.is_done() {
            let given_up = ReturnCall { state: ReturnState::GivenUp, ..wish.clone() };
            self.tell(&given_up, company, base_url).await?;
        }
        Ok(())
    }

    /// Tells a customer who was not reached, and agents that somebody has to be called.
    async fn tell(&self, wish: &ReturnCall, company: &str, base_url: &str) -> Result<(), Error> {
        let text = OutgoingText {
            id: MessageId::not_reached(&wish.call_sid),
            from: wish.our_number.clone(),
            to: wish.contact.clone(),
            body: wording::not_reached(company),
            media_urls: Vec::new(),
            by: BY.to_owned(),
            recipient: Recipient::Contact,
            base_url: base_url.to_owned(),
        };
        match self.outbox.send(&text).await {
            // They want no texts, or a cap is reached.
            Err(error) if error.problem().is_some_and(|it| matches!(it.status, 422 | 429)) => {
                tracing::info!(message.id = %text.id, error = error.chain(), "not told");
            }
            sent => drop(sent?),
        }
        let owner = self.contacts.ensure(&Address::from(&wish.contact)).await?;
        let key = return_call_key(wish.contact.as_str());
        // What is past its time counts as gone, and a deletion takes no check.
        let mut over = Update::of(key.clone());
        over.set("expires_at", integer(0));
        let writes =
            vec![Operation::UpdateIf(over, wish.unchanged()), Contacts::unread(&owner.contact_id)];
        self.table.transact(writes).await?;
        self.table.delete(key).await
    }
}
