//! Sends texts, each at most once: a text is stored first, then Twilio is asked to send it.

use std::time::Duration;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    MESSAGE, Message, Messages, TEXTS_OUT,
    consent::{Consents, Held},
    store::key,
};
use crate::{
    Context, Error,
    aws::table::{Check, Index, Table, Update, order_key, text},
    company::caps::{Caps, Counted},
    error::unprocessable,
    twilio::{
        TwilioClient,
        client::{Created, TwilioError},
        message::{MessageList, MessageResource, MessageStatus, is_shown_as},
        refusal::{OPTED_OUT, explained, opted_out},
    },
    values::{AccountSid, Address, MessageId, PhoneNumber},
    webhooks::WebhookUrl,
};

/// How long it is tried to send a text: shorter than a hold on the consent record.
const TIME: Duration = Duration::from_secs(9);

/// How much Twilio's clock and ours may differ.
const CLOCKS: Duration = Duration::from_secs(60);

/// After how long a text that Twilio does not know was certainly never taken.
const LOST_FOR_GOOD: Duration = Duration::from_secs(5 * 60);

/// The kind of person that a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A contact, on whose timeline the text is listed.
    Contact,
    /// The owner or an agent: the text is on no timeline, and counts towards their own cap only.
    Colleague,
}

/// A text for the outbox to send.
#[derive(Clone, Debug)]
pub struct OutgoingText {
    /// Our id of the text. A text with the same id is not sent twice.
    pub id: MessageId,
    /// Our number that the text is sent from.
    pub from: PhoneNumber,
    /// The number that the text is sent to.
    pub to: PhoneNumber,
    /// The words of the text; may be empty when there are files.
    pub body: String,
    /// The addresses of up to ten files to send.
    pub media_urls: Vec<String>,
    /// The sender: the `sub` of an agent or a program, or `switchboard`.
    pub by: String,
    /// The kind of person that the text is for.
    pub recipient: Recipient,
    /// The address of the API, without a slash at the end, which Twilio tells the status to; empty
    /// when it is not known.
    pub base_url: String,
}

/// The outcome of sending a text.
#[derive(Debug)]
pub enum Sent {
    /// Twilio has taken the text.
    Taken(Message),
    /// Twilio may have taken the text: the reconciler, or the next attempt, finds out.
    Unknown(Message),
}

/// The service that sends texts at Twilio, within the caps.
#[derive(Debug)]
pub struct Outbox {
    table: Table,
    messages: Messages,
    consents: Consents,
    caps: Caps,
    twilio: TwilioClient,
}

impl Outbox {
    /// An outbox with the caps of [`Caps::from_env`].
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        let table = context.table()?;
        Ok(Self {
            messages: Messages::new(table.clone()),
            consents: Consents::new(table.clone()),
            caps: Caps::from_env(table.clone())?,
            twilio: context.twilio()?,
            table,
        })
    }

    /// Sends a text, unless one with its id has been sent. Texts go only to contacts who have not
    /// opted out and are not blocked.
    ///
    /// # Errors
    /// 422 with Twilio's code and a sentence when the recipient has opted out, is blocked, or
    /// Twilio refuses; 429 over a cap; 503 when Twilio cannot take it now.
    pub async fn send(&self, text: &OutgoingText) -> Result<Sent, Error> {
        let account = self.twilio.account_sid().await?;
        if text.recipient == Recipient::Contact
            && self.messages.contacts.ensure(&Address::from(&text.to)).await?.blocked
        {
            return Err(unprocessable("This contact is blocked."));
        }
        if !self.store(text, &account).await? {
            return self.go_on(&text.id).await;
        }
        let (ours, theirs) = (text.from.as_str(), &Address::from(&text.to));
        let held = self.consents.hold(ours, theirs, &text.id).await?;
        let outcome = match held {
            Held::Sending => self.ask_twilio(text).await,
            Held::OptedOut => Err(opted_out(ours).into()),
        };
        let outcome = match outcome {
            Ok(Created::Done(taken)) => {
                self.messages.record_taken(&text.id, &taken).await.map(drop).map_err(NotSent::from)
            }
            Ok(Created::Unknown) => {
                tracing::warn!(message.id = %text.id, "Twilio's answer is lost");
                self.messages.record_lost_answer(&text.id).await.map_err(NotSent::from)
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {
                self.consents.release(theirs, &text.id).await?;
                self.sent(&text.id).await
            }
            Err(NotSent { error, nothing_sent }) => {
                // Nothing was sent, and nothing stays: it can be tried again.
                if nothing_sent || error.problem().is_some() {
                    self.table.delete(key(&text.id)).await?;
                }
                self.consents.release(theirs, &text.id).await?;
                if error.problem().is_some_and(|problem| problem.code == Some(OPTED_OUT)) {
                    if held == Held::Sending && self.consents.record_refusal(ours, theirs).await? {
                        self.messages.contacts.mark_opted_out(theirs, true).await?;
                    }
                    return Err(opted_out(ours));
                }
                Err(error)
            }
        }
    }

    /// Stores a text that is to be sent; `false` when one with its id is stored already.
    async fn store(&self, text_: &OutgoingText, account: &AccountSid) -> Result<bool, Error> {
        let now = OffsetDateTime::now_utc();
        let since = order_key(now, text_.id.as_str())?;
        let mut update = Update::of(key(&text_.id));
        update.set("id", text(text_.id.as_str()));
        update.set("type", text("sms"));
        update.set("account_sid", text(account.as_str()));
        update.set("direction", text("outbound"));
        update.set("our_number", text(text_.from.as_str()));
        update.set("to", text(text_.to.as_str()));
        update.set("by", text(&text_.by));
        update.set("body", text(&text_.body));
        update.set("status", text(MessageStatus::Unknown.as_str()));
        update.set("stored_at", text(now.format(&Rfc3339)?));
        update.list(Index::Open, MESSAGE, &since);
        if text_.recipient == Recipient::Contact {
            update.list(Index::Timeline, text_.to.as_str(), &since);
            update.list(Index::Group, TEXTS_OUT, &since);
        }
        Ok(self.table.update_if(update, Check::new().absent()).await?.is_done())
    }

    async fn ask_twilio(&self, text: &OutgoingText) -> Result<Created<MessageResource>, NotSent> {
        match text.recipient {
            Recipient::Contact => self.caps.take(Counted::Texts, text.to.as_str(), None).await?,
            // Callers by the hundred must not keep contacts from being texted.
            Recipient::Colleague => self.caps.take_one(Counted::Texts, text.to.as_str()).await?,
        }
        let callback = WebhookUrl::SmsStatus { id: text.id.clone() }.at(&text.base_url);
        let mut form = vec![("To", text.to.as_str()), ("From", text.from.as_str())];
        // Before the second deploy, a text that no request made has no address to tell of it; the
        // reconciler asks then.
        if !text.base_url.is_empty() {
            form.push(("StatusCallback", &callback));
        }
        if !text.body.is_empty() {
            form.push(("Body", &text.body));
        }
        form.extend(text.media_urls.iter().map(|url| ("MediaUrl", url.as_str())));
        let find = async || self.find(&text.id).await;
        Ok(self.twilio.create("Messages.json", &form, TIME, find).await?)
    }

    /// Goes on with a text that was stored before: looks it up if its outcome is not known.
    async fn go_on(&self, id: &MessageId) -> Result<Sent, Error> {
        let message = self.messages.get(id).await?;
        if message.is_some_and(|message| message.status == MessageStatus::Unknown) {
            self.look_up(id).await?;
        }
        self.sent(id).await
    }

    async fn sent(&self, id: &MessageId) -> Result<Sent, Error> {
        let message = self.messages.get(id).await?;
        let message = message.ok_or_else(|| Error::internal("the text is being erased"))?;
        Ok(match message.status {
            MessageStatus::Unknown => Sent::Unknown(message),
            _ => Sent::Taken(message),
        })
    }

    /// Looks at Twilio for a text whose outcome is not known. A text that Twilio does not know
    /// after five minutes was never taken, and has failed. Returns whether the outcome is known
    /// now.
    pub async fn look_up(&self, id: &MessageId) -> Result<bool, Error> {
        if let Some(taken) = self.find(id).await? {
            return self.messages.record_taken(id, &taken).await;
        }
        let Some(message) = self.messages.get(id).await? else { return Ok(true) };
        if OffsetDateTime::now_utc() - message.stored_at < LOST_FOR_GOOD {
            return Ok(false);
        }
        self.messages.record_status(id, None, &MessageStatus::Failed, None).await?;
        Ok(true)
    }

    /// Looks for the text at Twilio: it has the same numbers and words, is not older, and is no
    /// other text of ours.
    async fn find(&self, id: &MessageId) -> Result<Option<MessageResource>, Error> {
        let Some(message) = self.messages.get(id).await? else { return Ok(None) };
        if let Some(sid) = &message.message_sid {
            // A status callback was here before us.
            return Ok(Some(self.twilio.get(&format!("Messages/{sid}.json"), &[]).await?));
        }
        let query =
            [("To", message.to.as_str()), ("From", &message.our_number), ("PageSize", "100")];
        let list: MessageList = self.twilio.get("Messages.json", &query).await?;
        let earliest = message.stored_at - CLOCKS;
        for candidate in list.messages {
            // Without a time it has not been taken up yet, so it is new.
            let same = is_shown_as(&message.body, candidate.body.as_deref().unwrap_or_default())
                && candidate.created_at().is_none_or(|at| at >= earliest);
            if same && self.messages.record_taken(id, &candidate).await? {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    /// Reads the status of a text at Twilio, because its status callbacks may have been lost.
    pub async fn refresh(&self, message: &Message) -> Result<(), Error> {
        let Some(sid) = &message.message_sid else {
            return self.look_up(&message.id).await.map(drop);
        };
        let resource: Result<MessageResource, _> =
            self.twilio.get(&format!("Messages/{sid}.json"), &[]).await;
        match resource {
            Ok(resource) => {
                if let (None, Some(segments)) = (message.segments, resource.segments()) {
                    self.messages.record_segments(message, segments).await?;
                }
                let (status, code) = (&resource.status, resource.error_code);
                self.messages.record_status(&message.id, Some(sid), status, code).await
            }
            Err(error) if error.is_gone() => {
                self.messages
                    .record_status(&message.id, Some(sid), &MessageStatus::Failed, None)
                    .await
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Why a text was not sent, or may not have been.
struct NotSent {
    error: Error,
    /// Whether it is certain that Twilio does not have it.
    nothing_sent: bool,
}

impl From<Error> for NotSent {
    fn from(error: Error) -> Self {
        Self { nothing_sent: matches!(error, Error::Client(_)), error }
    }
}

impl From<TwilioError> for NotSent {
    fn from(error: TwilioError) -> Self {
        Self { nothing_sent: !matches!(error, TwilioError::Lost(_)), error: explained(error) }
    }
}
