//! A message: a text, with media or without, from or to a number of the account.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::sid;
use crate::state::callback::Callback;
use crate::state::media::{Media, MediaView};
use crate::state::params::Params;

/// Where a message stands on its way to the phone.
///
/// <https://www.twilio.com/docs/messaging/api/message-resource#message-status-values>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageStatus {
    /// Waits for its turn: a number sends one segment a second.
    Queued,
    /// On its way to the carrier.
    Sending,
    /// The carrier has taken the message.
    Sent,
    /// The phone has received the message.
    Delivered,
    /// The carrier could not deliver it; there is an error code.
    Undelivered,
    /// It could not be sent; there is an error code.
    Failed,
    /// The message came in from a phone.
    Received,
}

impl MessageStatus {
    /// The status as Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Received => "received",
        }
    }

    /// Whether the message stays as it is, so that no other status follows.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Undelivered | Self::Failed | Self::Received)
    }
}

/// What started a message, and so which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageDirection {
    /// Somebody texted a number of the account.
    Inbound,
    /// The REST API sent the message.
    OutboundApi,
    /// An `<Sms>` during a call sent it.
    OutboundCall,
    /// `<Message>` in the answer to a text.
    OutboundReply,
}

impl MessageDirection {
    /// The direction as Twilio writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::OutboundApi => "outbound-api",
            Self::OutboundCall => "outbound-call",
            Self::OutboundReply => "outbound-reply",
        }
    }
}

/// A message as the control API shows it: as the people with the phones see it,
/// whatever the app redacted or deleted since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its identifier: `SM…`, or `MM…` with media.
    pub sid: String,
    /// The number that sends it.
    pub from: String,
    /// The number that it is sent to.
    pub to: String,
    /// The text of the message, empty if there are only media.
    pub body: String,
    /// The pictures and the like that come with it.
    pub media: Vec<MediaView>,
    /// What started it: a phone, the REST API or a document.
    pub direction: MessageDirection,
    /// Where it stands now.
    pub status: MessageStatus,
    /// Why it was not delivered: Twilio's error code.
    pub error_code: Option<u32>,
    /// How many SMS the text takes.
    pub segments: u32,
    /// When it was created, RFC 3339.
    pub at: String,
    /// Whether the phone that it is for has it.
    pub arrived: bool,
}

/// A message and all that is known of it.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) sid: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// The text as it was sent, whatever the app redacted since.
    pub(crate) text: String,
    pub(crate) direction: MessageDirection,
    pub(crate) status: MessageStatus,
    pub(crate) error_code: Option<u32>,
    pub(crate) segments: u32,
    /// How many media were wanted, fetched or not.
    pub(crate) num_media: usize,
    pub(crate) media: Vec<Media>,
    pub(crate) media_urls: Vec<String>,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    pub(crate) sent: Option<OffsetDateTime>,
    pub(crate) price: Option<String>,
    pub(crate) arrived: bool,
    /// When it got its last status.
    pub(crate) settled_at: Option<Instant>,
    /// The app took the text out of Twilio's log.
    pub(crate) redacted: bool,
    /// The app took the message out of Twilio's log.
    pub(crate) deleted: bool,
    /// The moment from which it is no longer worth sending.
    pub(crate) valid_until: Option<Instant>,
    pub(crate) status_callback: Option<String>,
    /// To the task that sends its callbacks, until the last of them.
    pub(crate) callbacks: Option<mpsc::UnboundedSender<Callback>>,
}

impl Message {
    /// The phone that it is from or for.
    pub(crate) fn phone(&self) -> &str {
        if self.direction == MessageDirection::Inbound { &self.from } else { &self.to }
    }

    pub(crate) fn view(&self) -> MessageView {
        let media = self.media.iter().map(|media| MediaView {
            sid: media.sid.clone(),
            content_type: media.content_type.clone(),
            bytes: media.bytes.len(),
        });
        MessageView {
            sid: self.sid.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            body: self.text.clone(),
            media: media.collect(),
            direction: self.direction,
            status: self.status,
            error_code: self.error_code,
            segments: self.segments,
            at: self.created.format(&Rfc3339).unwrap_or_default(),
            arrived: self.arrived,
        }
    }

    /// The parameters of a status callback.
    ///
    /// <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>
    pub(crate) fn status_params(&self, account_sid: &str) -> Params {
        let mut params = self.common_params(account_sid);
        params.set("MessageStatus", self.status.as_str());
        params.set("SmsStatus", self.status.as_str());
        if let Some(code) = self.error_code {
            params.set("ErrorCode", code.to_string());
        }
        if matches!(self.status, MessageStatus::Delivered | MessageStatus::Undelivered) {
            // The carrier's receipt: YYMMDDhhmm.
            let at = OffsetDateTime::now_utc();
            let (month, day) = (u8::from(at.month()), at.day());
            let (year, hour, minute) = (at.year() % 100, at.hour(), at.minute());
            let done = format!("{year:02}{month:02}{day:02}{hour:02}{minute:02}");
            params.set("RawDlrDoneDate", done);
        }
        params
    }

    /// What the webhook of an inbound message tells.
    ///
    /// <https://www.twilio.com/docs/messaging/guides/webhook-request>
    pub(crate) fn inbound_params(
        &self,
        account_sid: &str,
        media_url: impl Fn(&str) -> String,
    ) -> Params {
        let mut params = self.common_params(account_sid);
        params.set("SmsMessageSid", &self.sid);
        params.set("SmsStatus", self.status.as_str());
        params.set("Body", &self.text);
        params.set("NumSegments", self.segments.to_string());
        params.set("NumMedia", self.num_media.to_string());
        for (index, media) in self.media.iter().enumerate() {
            params.set(format!("MediaUrl{index}"), media_url(&media.sid));
            params.set(format!("MediaContentType{index}"), &media.content_type);
        }
        for (name, number) in [("From", &self.from), ("To", &self.to)] {
            params.set_place(name, number);
        }
        params
    }

    fn common_params(&self, account_sid: &str) -> Params {
        Params::default()
            .with("AccountSid", account_sid)
            .with("ApiVersion", "2010-04-01")
            .with("From", &self.from)
            .with("To", &self.to)
            .with("MessageSid", &self.sid)
            .with("SmsSid", &self.sid)
    }
}

/// Pairs of a number of the account and a phone that wants no texts from it.
pub(crate) type OptedOut = BTreeSet<(String, String)>;

/// The replies from one number to another: when the last one went, and how many in a row.
#[derive(Debug, Default)]
pub(crate) struct ReplyRates(HashMap<(String, String), (Instant, u32)>);

impl ReplyRates {
    /// Counts a reply and gives back how many went in a row, without such a pause between two.
    pub(crate) fn count(&mut self, clock: Clock, from: &str, to: &str, pause: Duration) -> u32 {
        let now = Instant::now();
        let rate = self.0.entry((from.to_owned(), to.to_owned())).or_insert((now, 0));
        let in_a_row = clock.between(rate.0, now) < pause;
        *rate = (now, if in_a_row { rate.1 + 1 } else { 1 });
        rate.1
    }
}

/// A new SID: `MM…` for a message with media, else `SM…`.
pub(crate) fn new_sid(num_media: usize) -> String {
    sid::new(if num_media > 0 { "MM" } else { "SM" })
}

/// Twilio's US list price, in dollars: per segment, or per message with media.
pub(crate) fn price(segments: u32, with_media: bool) -> String {
    let each = if with_media { 0.0220 } else { 0.0083 };
    format!("-{:.5}", each * f64::from(segments))
}
