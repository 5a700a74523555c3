//! Sends the texts of a call's flow.

use uuid::Uuid;

use crate::{
    Context, Error,
    calls::{Calls, Recorded},
    company::wording,
    contacts::{Contacts, NewEntry, Timeline},
    destinations::Destinations,
    flow::FlowText,
    ivr::Ivr,
    messages::{NewMessage, Outbox, OutgoingText, Recipient},
    process::hash,
    twilio::TwilioClient,
    values::{Address, CallSid, MessageId},
};

/// The sender of texts that no person has asked for.
const BY: &str = "switchboard";

/// The service that sends what a flow's `send-message` widgets say.
#[derive(Debug)]
pub struct FlowTexts {
    ivr: Ivr,
    calls: Calls,
    contacts: Contacts,
    timeline: Timeline,
    destinations: Destinations,
    outbox: Outbox,
    twilio: TwilioClient,
}

impl FlowTexts {
    /// A service for the texts of the main flow.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            ivr: Ivr::new(context, context.settings()?)?,
            calls: Calls::new(table.clone()),
            contacts: Contacts::new(table.clone()),
            timeline: Timeline::new(table),
            destinations: Destinations::new(context)?,
            outbox: Outbox::new(context)?,
            twilio: context.twilio()?,
        })
    }

    /// Sends the texts of a step of a call, each once, as far as countries, caps and consent allow;
    /// what they refuse is noted on the contact's timeline. A step that is not recorded had no
    /// effect, and has no texts.
    pub async fn send(&self, call: &CallSid, step: usize, base_url: String) -> Result<(), Error> {
        let Some((recorded, texts)) = self.ivr.texts(call, step, &base_url).await? else {
            return Ok(());
        };
        for text in texts {
            let id = MessageId::of_flow(call, step, &text.widget);
            if let Err(error) = self.send_one(&id, &text, &recorded, &base_url).await {
                let problem = error.problem().filter(|it| matches!(it.status, 422 | 429));
                let Some(problem) = problem else { return Err(error) };
                tracing::warn!(message.id = %id, status = problem.status, "text not sent");
                self.note(&id, &text, &recorded, &problem.detail).await?;
            }
        }
        self.calls.record_texts_done(call, step).await
    }

    async fn send_one(
        &self,
        id: &MessageId,
        text: &FlowText,
        recorded: &Recorded,
        base_url: &str,
    ) -> Result<(), Error> {
        let media = [&text.media_url].into_iter().filter(|url| !url.is_empty()).cloned();
        let new = NewMessage {
            to: to(text, recorded),
            body: text.body.clone(),
            media_urls: media.collect(),
            from: text.from.parse().ok().or_else(|| recorded.to.number().cloned()),
        };
        new.check()?;
        let to = self.destinations.reachable("to", &new.to).await?;
        let text = OutgoingText {
            id: id.clone(),
            from: new.from.unwrap_or_else(|| self.destinations.main_number().clone()),
            to,
            body: new.body,
            media_urls: new.media_urls,
            by: BY.to_owned(),
            recipient: Recipient::Contact,
            base_url: base_url.to_owned(),
        };
        self.outbox.send(&text).await.map(drop)
    }

    /// Notes why a text was not sent, on the timeline of whom it was for, or else of the caller.
    async fn note(
        &self,
        id: &MessageId,
        text: &FlowText,
        recorded: &Recorded,
        why: &str,
    ) -> Result<(), Error> {
        let contact = to(text, recorded).parse::<Address>().ok();
        let Some(contact) = contact.or_else(|| recorded.from.address()) else { return Ok(()) };
        let account = self.twilio.account_sid().await?;
        let note = NewEntry::note(wording::text_not_sent(&text.widget, why));
        // The same text has the same note.
        let digest = hash(id.as_str().as_bytes());
        let id = Uuid::parse_str(&digest[..32]).map_err(|error| Error::Internal(error.into()))?;
        self.timeline.add(&self.contacts, &account, &contact, BY, id, note).await.map(drop)
    }
}

/// The number that a text is for: the one that the flow says, or else the caller's.
fn to(text: &FlowText, recorded: &Recorded) -> String {
    match text.to.trim() {
        "" => recorded.from.to_string(),
        to => to.to_owned(),
    }
}
