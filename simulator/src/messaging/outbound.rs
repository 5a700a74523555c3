//! Texts from the account: accepted or refused.
//!
//! <https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource>

use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::{outbox, segments, smart_encoding};
use crate::number;
use crate::simulator::Simulator;
use crate::state::message::{Message, MessageDirection, MessageStatus, ReplyRates, new_sid};
use crate::state::phone::OnMessage;
use crate::state::settings::Settings;
use crate::state::webhook::{Subject, is_url};
use crate::webhook::callbacks;

/// What a trial account's texts begin with.
const TRIAL_PREFIX: &str = "Sent from your Twilio trial account - ";

/// The longest text that Twilio takes, in characters.
const LONGEST: usize = 1_600;

/// The most media of one message.
pub(crate) const MOST_MEDIA: usize = 10;

/// How long (simulated) a message waits for its turn, unless it says so itself.
pub(crate) const LONGEST_VALIDITY: Duration = Duration::from_secs(36_000);

/// So many replies go from one number to another without a pause of …
const MOST_REPLIES: u32 = 30;

/// … this length (simulated): then the rest fail.
///
/// <https://www.twilio.com/docs/api/errors/14107>
const REPLY_PAUSE: Duration = Duration::from_secs(30);

/// A message that somebody wants to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// The sender's number, as the app wrote it.
    pub(crate) from: String,
    /// The recipient's number, as the app wrote it.
    pub(crate) to: String,
    pub(crate) body: String,
    pub(crate) media_urls: Vec<String>,
    pub(crate) status_callback: Option<String>,
    pub(crate) direction: MessageDirection,
    pub(crate) validity: Duration,
    /// Whether it is Twilio's own answer to STOP, which goes to phones that want no texts too.
    pub(crate) is_opt_out_reply: bool,
}

impl Order {
    pub(crate) fn new(from: String, to: String, direction: MessageDirection) -> Self {
        Self {
            from,
            to,
            body: String::new(),
            media_urls: Vec::new(),
            status_callback: None,
            direction,
            validity: LONGEST_VALIDITY,
            is_opt_out_reply: false,
        }
    }
}

/// Why a message is not taken: Twilio's error code and text.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: u32,
    pub(crate) message: String,
}

fn refuse<T>(code: u32, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { code, message: message.into() })
}

/// Takes a message and gives back its SID; it goes out by itself.
///
/// # Errors
/// Twilio would not take it; the refusal has its error code.
pub(crate) fn send(simulator: &Simulator, mut order: Order) -> Result<String, Refusal> {
    let (from, to) = parties(simulator, &order)?;
    content(&order)?;
    order.body = as_sent(&simulator.state().settings, &from, order.body);
    let reply = order.direction == MessageDirection::OutboundReply && !order.is_opt_out_reply;
    let clock = simulator.clock;
    let in_a_row = |replies: &mut ReplyRates| replies.count(clock, &from, &to, REPLY_PAUSE);
    let loops = reply && in_a_row(&mut simulator.state().replies) > MOST_REPLIES;
    let now = OffsetDateTime::now_utc();
    let num_media = order.media_urls.len();
    let sid = new_sid(num_media);
    let callbacks = order.status_callback.is_some().then(|| {
        let (callbacks, queue) = mpsc::unbounded_channel();
        simulator.spawn(callbacks::send_in_order(simulator.clone(), queue));
        callbacks
    });
    simulator.add_message(Message {
        sid: sid.clone(),
        from: from.clone(),
        to,
        segments: if num_media > 0 { 1 } else { segments::count(&order.body) },
        text: order.body,
        direction: order.direction,
        status: MessageStatus::Queued,
        error_code: None,
        num_media,
        media: Vec::new(),
        media_urls: order.media_urls,
        created: now,
        updated: now,
        sent: None,
        price: None,
        arrived: false,
        settled_at: None,
        redacted: false,
        deleted: false,
        valid_until: Some(clock.after(order.validity)),
        status_callback: order.status_callback,
        callbacks,
    });
    if loops {
        let about = Subject::Message(sid.clone());
        simulator.warn_about(&about, 14_107, "SMS send rate limit exceeded: an endless loop?");
        simulator.move_message(&sid, MessageStatus::Failed, Some(14_107));
    } else {
        outbox::put(simulator, from, &sid);
    }
    Ok(sid)
}

/// What the account makes of a body, in REST too.
fn as_sent(settings: &Settings, from: &str, body: String) -> String {
    let encodes = settings.service_of(from).is_some_and(|service| service.smart_encoding);
    let body = if encodes { smart_encoding::encode(&body) } else { body };
    if settings.trial.is_some() { format!("{TRIAL_PREFIX}{body}") } else { body }
}

/// The sender's and the recipient's number in E.164.
fn parties(simulator: &Simulator, order: &Order) -> Result<(String, String), Refusal> {
    let (from, to) = (&order.from, &order.to);
    if to.is_empty() {
        return refuse(21_604, "A 'To' phone number is required.");
    }
    if from.is_empty() {
        return refuse(21_603, "A 'From' phone number is required.");
    }
    let Some(to) = number::normalize(to) else {
        return refuse(21_211, format!("Invalid 'To' Phone Number: {to}"));
    };
    let Some(from) = number::normalize(from) else {
        return refuse(21_212, format!("Invalid From Number (caller ID): {from}"));
    };
    if simulator.own_number(&from).is_none() {
        let message = format!(
            "The 'From' phone number provided ({from}) is not a valid message-capable Twilio phone number for this destination/account"
        );
        return refuse(21_606, message);
    }
    if from == to {
        return refuse(21_266, "'To' and 'From' number cannot be the same");
    }
    if !simulator.state().settings.permits(&to) {
        let message = "Permission to send an SMS has not been enabled for the region indicated by the 'To' number";
        return refuse(21_408, format!("{message}: {to}"));
    }
    if simulator.bars(&to) {
        let message = format!(
            "The number {to} is unverified. Trial accounts cannot send messages to unverified numbers"
        );
        return refuse(21_608, message);
    }
    if simulator.state().behavior(&to).on_message == OnMessage::NotMobile {
        return refuse(21_614, format!("'To' number is not a valid mobile number: {to}"));
    }
    let pair = (from, to);
    if !order.is_opt_out_reply && simulator.state().opted_out.contains(&pair) {
        return refuse(21_610, "Attempt to send to unsubscribed recipient");
    }
    Ok(pair)
}

fn content(order: &Order) -> Result<(), Refusal> {
    if order.body.is_empty() && order.media_urls.is_empty() {
        return refuse(21_602, "Message body is required.");
    }
    if order.body.chars().count() > LONGEST {
        return refuse(21_617, "The concatenated message body exceeds the 1600 character limit.");
    }
    if order.media_urls.len() > MOST_MEDIA {
        return refuse(21_623, "Number of media files exceeds allowed limit");
    }
    if let Some(url) = order.media_urls.iter().find(|url| !is_url(url)) {
        return refuse(21_620, format!("Invalid media URL(s): {url}"));
    }
    match &order.status_callback {
        Some(url) if !is_url(url) => {
            refuse(21_609, format!("Invalid 'StatusCallback' URL parameter: {url}"))
        }
        _ => Ok(()),
    }
}

/// The text that Twilio has for an error code.
///
/// <https://www.twilio.com/docs/api/errors>
pub(crate) fn error_message(code: u32) -> &'static str {
    match code {
        11_200 => "HTTP retrieval failure",
        11_751 => "Media exceeds mobile operator size limit",
        12_300 => "Invalid Content-Type",
        14_107 => "SMS send rate limit exceeded",
        30_003 => "Unreachable destination handset",
        30_005 => "Unknown destination handset",
        30_006 => "Landline or unreachable carrier",
        30_007 => "Message filtered",
        30_036 => "Validity Period Expired",
        _ => "Unknown error",
    }
}
