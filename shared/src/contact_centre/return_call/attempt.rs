//! An agent has the task of a customer who wants to be called back: the customer is called.

use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::{
    ATTEMPTS, ReturnCall, ReturnState, is_served, request::ReturnRequests, return_call_key,
};
use crate::{
    Context, Error,
    aws::{
        queue::Queue,
        table::{Check, Update, Written, integer, text},
    },
    calls::Calls,
    company::{
        caps::{Caps, Counted},
        settings::SettingsStore,
        task_router::TaskRouterSids,
    },
    jobs::Job,
    process::env,
    twilio::{TwilioClient, client::TwilioError, voice::VoiceCall},
    values::{PhoneNumber, ReservationSid, TaskSid},
    webhooks::ReturnOffer,
};

/// The service for the calls between agents and the customers whom they call back.
#[derive(Debug)]
pub struct ReturnAttempts {
    pub(super) requests: ReturnRequests,
    twilio: TwilioClient,
    settings: SettingsStore,
    caps: Caps,
    queue: Queue,
    /// How many seconds are between two attempts.
    gap: u16,
}

impl ReturnAttempts {
    /// A service with variable `RETURN_CALL_GAP`, how many seconds after an attempt that did not
    /// reach the customer the next one may be, and the caps of [`Caps::from_env`].
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self {
            requests: ReturnRequests::new(context)?,
            twilio: context.twilio()?,
            settings: context.settings()?,
            caps: Caps::from_env(context.table()?)?,
            queue: context.queue("DELIVER_QUEUE_URL")?,
            gap: env::parsed("RETURN_CALL_GAP")?,
        })
    }

    /// Takes the offer for the agent whose phone `agent` is. Returns our number that the customer
    /// called, to call them from; `None`: there is nobody to be called now, because another agent
    /// calls them, they have been served, or a cap is reached.
    ///
    /// The offer is accepted here and not while the agent's phone rings: a carrier's voicemail that
    /// answers for the agent would take the customer's turn.
    pub async fn take(
        &self,
        offer: &ReturnOffer,
        agent: &VoiceCall,
        base_url: &str,
    ) -> Result<Option<PhoneNumber>, Error> {
        let Some(sids) = self.settings.current().await.task_router.clone() else { return Ok(None) };
        let Some(wish) = self.claim(offer, agent).await? else {
            self.complete(&offer.task).await?;
            return Ok(None);
        };
        let waited = self.requests.calls.entry(&wish.call_sid).await?;
        if waited.as_ref().is_some_and(|entry| is_served(&entry.queue_visits)) {
            self.requests.table.delete(return_call_key(offer.contact.as_str())).await?;
            self.complete(&offer.task).await?;
            return Ok(None);
        }
        if !self.accept(offer, &sids).await? {
            self.give_back(offer).await?;
            return Ok(None);
        }
        // Who still hears the end of the last announcement has a phone that is engaged.
        if waited.is_some_and(|entry| !entry.status.is_final()) {
            self.hang_up(&wish).await?;
        }
        let contact = offer.contact.as_str();
        match self.caps.take(Counted::Calls, contact, Some(agent.to.to_string().as_str())).await {
            Ok(()) => Ok(Some(wish.our_number)),
            Err(error) if error.problem().is_some() => {
                self.end(&offer.contact, &offer.reservation, None, base_url).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes that this agent calls the customer; `None` if it is not their turn.
    async fn claim(
        &self,
        offer: &ReturnOffer,
        agent: &VoiceCall,
    ) -> Result<Option<ReturnCall>, Error> {
        let mut update = Update::of(return_call_key(offer.contact.as_str()));
        update.set("state", text(ReturnState::Calling.as_str()));
        update.set("reservation_sid", text(offer.reservation.as_str()));
        update.set("agent_call_sid", text(agent.call_sid.as_str()));
        update.set("task_sid", text(offer.task.as_str()));
        update.return_all();
        let attempt = integer(offer.attempt);
        let free = Check::new().equals("attempt", attempt).unset("reservation_sid");
        match self.requests.table.update_if(update, free).await? {
            Written::Done(item) => ReturnCall::from_item(item).map(Some),
            // This webhook came before.
            Written::Refused(item) => {
                let known = item.map(ReturnCall::from_item).transpose()?;
                Ok(known.filter(|it| it.reservation_sid.as_ref() == Some(&offer.reservation)))
            }
        }
    }

    /// Notes that an agent does not call the customer after all, whose turn it still is.
    async fn give_back(&self, offer: &ReturnOffer) -> Result<(), Error> {
        let mut update = Update::of(return_call_key(offer.contact.as_str()));
        update.set("state", text(ReturnState::Waiting.as_str()));
        update.remove("reservation_sid");
        update.remove("agent_call_sid");
        let ours = Check::new().equals("reservation_sid", text(offer.reservation.as_str()));
        self.requests.table.update_if(update, ours).await?;
        Ok(())
    }

    /// Accepts the reservation; `false` when it is none any more.
    async fn accept(&self, offer: &ReturnOffer, sids: &TaskRouterSids) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Reservation {
            reservation_status: String,
        }
        let (task, reservation) = (&offer.task, &offer.reservation);
        let path = format!("Workspaces/{}/Tasks/{task}/Reservations/{reservation}", sids.workspace);
        let accepted = [("ReservationStatus", "accepted")];
        let accepted = match self.twilio_of_tasks().change::<Reservation>(&path, &accepted).await {
            // It may be accepted already, by this webhook as it came before.
            Err(TwilioError::Refused { .. }) => {
                match self.twilio_of_tasks().get::<Reservation>(&path, &[]).await {
                    Err(error) if error.is_gone() => return Ok(false),
                    found => found?,
                }
            }
            accepted => accepted?,
        };
        Ok(accepted.reservation_status == "accepted")
    }

    fn twilio_of_tasks(&self) -> &TwilioClient {
        &self.requests.task_router
    }

    async fn hang_up(&self, wish: &ReturnCall) -> Result<(), Error> {
        let path = format!("Calls/{}.json", wish.call_sid);
        let over = [("Status", "completed")];
        match self.twilio.change::<serde::de::IgnoredAny>(&path, &over).await {
            // It has ended.
            Err(TwilioError::Refused { .. }) => Ok(()),
            done => Ok(done.map(drop)?),
        }
    }

    /// The call to the customer has ended, in which they talked for so many seconds; `None`: they
    /// were not reached. Then they are called again later, or told so.
    pub async fn end(
        &self,
        contact: &PhoneNumber,
        reservation: &ReservationSid,
        talked_seconds: Option<u32>,
        base_url: &str,
    ) -> Result<(), Error> {
        let Some(wish) = ReturnCall::get(&self.requests.table, contact).await? else {
            return Ok(());
        };
        if wish.reservation_sid.as_ref() != Some(reservation) {
            return Ok(());
        }
        if let Some(task) = &wish.task_sid {
            self.record_talk(&wish, task, talked_seconds.unwrap_or(0)).await?;
            self.complete(task).await?;
            if talked_seconds.is_some() {
                let (call_sid, task_sid) = (wish.call_sid.clone(), task.clone());
                let job = Job::ThankYou { call_sid, task_sid, base_url: base_url.to_owned() };
                self.queue.send(&job, 0).await?;
            }
        }
        match talked_seconds {
            Some(_) => self.requests.table.delete(return_call_key(contact.as_str())).await,
            None => self.call_again(&wish, base_url).await,
        }
    }

    async fn record_talk(
        &self,
        wish: &ReturnCall,
        task: &TaskSid,
        talked: u32,
    ) -> Result<(), Error> {
        let mut update = Update::of(Calls::task_key(&wish.call_sid, task));
        update.set_if_unset("task_sid", text(task.as_str()));
        update.set_if_unset("returned_seconds", integer(talked));
        self.requests.table.update(update).await?;
        Ok(())
    }

    async fn call_again(&self, wish: &ReturnCall, base_url: &str) -> Result<(), Error> {
        let is_last = wish.attempt >= ATTEMPTS;
        let (state, delay) = match is_last {
            true => (ReturnState::GivenUp, 0),
            false => (ReturnState::Queueing, self.gap),
        };
        let due = OffsetDateTime::now_utc() + Duration::seconds(delay.into());
        let mut update = Update::of(return_call_key(wish.contact.as_str()));
        update.set("state", text(state.as_str()));
        update.set("attempt", integer(wish.attempt + 1));
        update.set("due_at", integer(due.unix_timestamp()));
        for name in ["task_sid", "reservation_sid", "agent_call_sid"] {
            update.remove(name);
        }
        if !self.requests.table.update_if(update, wish.unchanged()).await?.is_done() {
            return Ok(());
        }
        let (contact, base_url) = (wish.contact.clone(), base_url.to_owned());
        self.queue.send(&Job::ReturnCall { contact, base_url }, delay).await
    }

    /// The agent is free again.
    async fn complete(&self, task: &TaskSid) -> Result<(), Error> {
        self.queue.send(&Job::CompleteTask { task_sid: task.clone() }, 0).await
    }
}
