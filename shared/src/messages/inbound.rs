//! Receives texts that come in.
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>

use reqwest::Url;
use time::OffsetDateTime;

use super::{
    Messages, TEXTS_IN,
    consent::{Consents, Wish},
    store::{MEDIA, key},
};
use crate::{
    Error,
    aws::table::{Index, Item, Operation, Transacted, integer, order_key, text, value},
    contacts::{Contacts, Media},
    twilio::{Form, client::is_resource_url, form::FromForm, message::MessageStatus},
    values::{AccountSid, Address, MediaSid, MessageSid, Party},
};

/// The most files that a text has.
const MAX_MEDIA: u32 = 10;

/// A text that came in, as Twilio's webhook describes it.
#[derive(Clone, Debug)]
pub struct InboundText {
    /// The Twilio account that the text belongs to.
    pub account_sid: AccountSid,
    /// Twilio's SID of the text, `SM…` or `MM…`.
    pub message_sid: MessageSid,
    /// The address of the sender. Nobody texts anonymously: a sender may be named `Unknown`.
    pub from: Address,
    /// Our number that the text was sent to.
    pub to: Party,
    /// The words of the text; empty when there are only files.
    pub body: String,
    /// How many segments the text came in.
    pub segments: Option<u32>,
    /// The addresses and media types of the files that came with the text.
    pub media: Vec<(String, String)>,
    /// What the sender wishes for further texts; `None` for an ordinary text.
    pub wish: Option<Wish>,
}

impl FromForm for InboundText {
    fn from_form(form: &Form) -> Result<Self, Error> {
        let body = form.get("Body").unwrap_or_default().to_owned();
        let media = (0..form.number("NumMedia").unwrap_or(0).min(MAX_MEDIA))
            .filter_map(|number| {
                let url = form.get(&format!("MediaUrl{number}"))?;
                let kind = form.get(&format!("MediaContentType{number}")).unwrap_or_default();
                Some((url.to_owned(), kind.to_owned()))
            })
            .collect();
        // Where Twilio tells, it has decided; HELP is no wish.
        let wish = match form.get("OptOutType") {
            Some(told) => Wish::from_opt_out_type(told),
            None => Wish::in_text(&body),
        };
        Ok(Self {
            account_sid: form.parse("AccountSid")?,
            message_sid: form.parse("MessageSid")?,
            from: form.parse("From")?,
            to: form.parse("To")?,
            body,
            segments: form.number("NumSegments"),
            media,
            wish,
        })
    }
}

impl Messages {
    /// Stores a text and its sender's wish, and counts it as unread; a second time changes nothing.
    /// Returns the files to copy. If the sender has opted out, none of our texts is on its way to
    /// them when it returns.
    pub async fn receive(
        &self,
        received: &InboundText,
        api_url: &Url,
    ) -> Result<Vec<MediaSid>, Error> {
        let from = &received.from;
        let ours = received.to.to_string();
        let text_key = key(&(&received.message_sid).into());
        let before = self.table.get(text_key.clone()).await?;
        if before.is_some_and(|before| before.contains_key("erased_at")) {
            tracing::warn!(message.sid = %received.message_sid, "a text that has been erased");
            return Ok(Vec::new());
        }
        let contact = self.contacts.ensure(from).await?;
        let media = checked_media(received, api_url);
        let item = self.item(received, from, contact.blocked, &media)?;
        let mut writes = vec![Operation::Create(text_key.clone(), item.clone())];
        if let Some(wish) = received.wish {
            writes.push(Operation::Update(Consents::record(&ours, from, wish)?));
        }
        if !contact.blocked {
            writes.push(Contacts::unread(&contact.contact_id));
        }
        let new = match self.table.transact(writes).await? {
            Transacted::Done => true,
            Transacted::Refused { key, .. } if key == text_key => false,
            Transacted::Refused { .. } => return Err(Error::internal("the contact has changed")),
        };
        match received.wish {
            Some(Wish::Stop) => {
                Consents::new(self.table.clone()).settle(from).await?;
                if new {
                    self.wish_of_contact(&ours, from, Wish::Stop).await?;
                }
            }
            Some(Wish::Start) if new => self.wish_of_contact(&ours, from, Wish::Start).await?,
            _ => {}
        }
        if new {
            tracing::info!(message.sid = %received.message_sid, wish = ?received.wish, "received");
            self.touch(item).await?;
        }
        let sids = media.iter().map(|file| Ok(file.sid.parse()?));
        sids.collect()
    }

    /// Takes a wish for all phones of the contact that texted it.
    async fn wish_of_contact(&self, ours: &str, from: &Address, wish: Wish) -> Result<(), Error> {
        let Some(contact) = self.contacts.find(from).await? else { return Ok(()) };
        let consents = Consents::new(self.table.clone());
        for number in contact.numbers.iter().filter(|number| *number != from) {
            consents.record_too(ours, number, wish).await?;
            if wish == Wish::Stop {
                consents.settle(number).await?;
            }
        }
        self.contacts.mark_opted_out(from, wish == Wish::Stop).await
    }

    fn item(
        &self,
        received: &InboundText,
        from: &Address,
        blocked: bool,
        media: &[Media],
    ) -> Result<Item, Error> {
        let sid = received.message_sid.as_str();
        let since = order_key(OffsetDateTime::now_utc(), sid)?;
        let status = if blocked { MessageStatus::Refused } else { MessageStatus::Received };
        let mut item = Item::from([
            ("id".to_owned(), text(sid)),
            ("message_sid".to_owned(), text(sid)),
            ("type".to_owned(), text("sms")),
            ("account_sid".to_owned(), text(received.account_sid.as_str())),
            ("direction".to_owned(), text("inbound")),
            ("our_number".to_owned(), text(received.to.to_string())),
            ("body".to_owned(), text(&received.body)),
            ("status".to_owned(), text(status.as_str())),
            ("status_rank".to_owned(), integer(status.rank())),
        ]);
        Index::Timeline.list(&mut item, from.as_str(), &since);
        Index::Group.list(&mut item, TEXTS_IN, &since);
        if let Some(segments) = received.segments {
            item.insert("segments".into(), integer(segments));
        }
        if !media.is_empty() {
            item.insert("media".into(), value(&media)?);
            Index::Open.list(&mut item, MEDIA, &since);
        }
        Ok(item)
    }
}

/// The files of a text that are at its own address at Twilio. Files at another address are not
/// fetched; the text is kept.
fn checked_media(received: &InboundText, api_url: &Url) -> Vec<Media> {
    let checked = received.media.iter().filter_map(|(url, content_type)| {
        let sid: MediaSid = url.rsplit('/').next()?.parse().ok()?;
        let resource = format!("Messages/{}/Media/{sid}", received.message_sid);
        if !is_resource_url(url, api_url, &received.account_sid, &resource) {
            tracing::warn!(message.sid = %received.message_sid, "media at a strange address");
            return None;
        }
        Some(Media {
            sid: sid.to_string(),
            content_type: content_type.clone(),
            url: None,
            lost: false,
            s3_key: None,
        })
    });
    checked.collect()
}
