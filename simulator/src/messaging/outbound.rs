//! Texts from the account: accepted or refused, sent one segment a second from
//! each number, and then delivered or not.
//!
//! <https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource>

use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::Instant;

use super::{inbound, new_sid, segments};
use crate::event::{Happening, Subject};
use crate::message::{Media, Message, MessageDirection, MessageStatus};
use crate::number;
use crate::person;
use crate::phone::OnMessage;
use crate::rest::numbers::is_url;
use crate::simulator::Simulator;
use crate::webhook::callbacks;

/// The longest text, in characters.
const LONGEST: usize = 1_600;

/// The most media of one message.
pub(crate) const MOST_MEDIA: usize = 10;

/// How long (simulated) a segment of a long code takes.
const SEGMENT: Duration = Duration::from_secs(1);

/// How long (simulated) a message takes to the carrier, and from there.
const TO_CARRIER: Duration = Duration::from_millis(300);
const TO_PHONE: Duration = Duration::from_secs(1);

/// How long (simulated) a message waits for its turn, unless it says so itself.
pub(crate) const LONGEST_VALIDITY: Duration = Duration::from_secs(36_000);

/// A message that somebody wants to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// As written.
    pub(crate) from: String,
    /// As written.
    pub(crate) to: String,
    pub(crate) body: String,
    pub(crate) media_urls: Vec<String>,
    pub(crate) status_callback: Option<String>,
    pub(crate) direction: MessageDirection,
    pub(crate) validity: Duration,
    /// Twilio's own answer to STOP: it goes to those who do not want texts.
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
pub(crate) fn send(simulator: &Simulator, order: Order) -> Result<String, Refusal> {
    let (from, to) = parties(simulator, &order)?;
    content(&order)?;
    let reply = order.direction == MessageDirection::OutboundReply && !order.is_opt_out_reply;
    let clock = simulator.clock;
    let loops = reply && simulator.state().replies.exceeded(clock, &from, &to);
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
        put_in_outbox(simulator, from, &sid);
    }
    Ok(sid)
}

/// Who texts whom, in E.164.
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
    if person::behavior(simulator, &to).on_message == OnMessage::NotMobile {
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

/// Each number sends its messages one after the other.
fn put_in_outbox(simulator: &Simulator, from: String, sid: &str) {
    let mut state = simulator.state();
    let outbox = state.outboxes.entry(from).or_insert_with(|| {
        let (outbox, queue) = mpsc::unbounded_channel();
        simulator.spawn(send_in_turn(simulator.clone(), queue));
        outbox
    });
    // Its task goes only when everything is forgotten.
    let _ = outbox.send(sid.to_owned());
}

async fn send_in_turn(simulator: Simulator, mut queue: UnboundedReceiver<String>) {
    while let Some(sid) = queue.recv().await {
        let turn = Instant::now();
        let waiting = |message: &mut Message| {
            let in_time = message.valid_until.is_none_or(|end| turn < end);
            (in_time, message.segments, message.media_urls.clone())
        };
        let Some((in_time, segments, media_urls)) = simulator.with_message(&sid, waiting) else {
            continue;
        };
        if !in_time {
            // https://www.twilio.com/docs/api/errors/30036
            simulator.move_message(&sid, MessageStatus::Failed, Some(30_036));
            continue;
        }
        simulator.move_message(&sid, MessageStatus::Sending, None);
        if !take_media(&simulator, &sid, media_urls).await {
            continue;
        }
        simulator.clock.sleep(TO_CARRIER).await;
        simulator.move_message(&sid, MessageStatus::Sent, None);
        simulator.spawn(deliver(simulator.clone(), sid));
        tokio::time::sleep_until(turn + simulator.clock.real(SEGMENT * segments)).await;
    }
}

/// Gets the media from the app; without them the message fails.
async fn take_media(simulator: &Simulator, sid: &str, urls: Vec<String>) -> bool {
    for url in urls {
        match simulator.fetch_media(&url).await {
            Ok((content_type, bytes)) => {
                let medium = Media::new(content_type, bytes);
                simulator.with_message(sid, |message| message.media.push(medium));
            }
            Err(failure) => {
                let about = Subject::Message(sid.to_owned());
                simulator.warn_about(&about, failure.code, failure.message);
                simulator.move_message(sid, MessageStatus::Failed, Some(failure.code));
                return false;
            }
        }
    }
    true
}

/// What the carrier and the phone make of it.
async fn deliver(simulator: Simulator, sid: String) {
    simulator.clock.sleep(TO_PHONE).await;
    let parts = simulator.with_message(&sid, |message| {
        (message.from.clone(), message.to.clone(), message.text.clone(), message.media.clone())
    });
    let Some((from, to, text, media)) = parts else {
        return;
    };
    let undelivered = |code| simulator.move_message(&sid, MessageStatus::Undelivered, Some(code));
    let arrive = || simulator.with_message(&sid, |message| message.arrived = true);
    match person::behavior(&simulator, &to).on_message {
        OnMessage::Deliver => {
            arrive();
            simulator.move_message(&sid, MessageStatus::Delivered, None);
            if let Some(own) = simulator.own_number(&to) {
                let media = media.into_iter().map(|it| Media::new(it.content_type, it.bytes));
                inbound::receive(&simulator, from, &own, text, media.collect());
            }
        }
        OnMessage::Silent => {
            arrive();
            if let Some(message) = simulator.message_view(&sid) {
                simulator.log.add(Happening::Message { message });
            }
        }
        OnMessage::Unreachable => undelivered(30_003),
        OnMessage::Unknown => undelivered(30_005),
        OnMessage::Landline | OnMessage::NotMobile => undelivered(30_006),
        OnMessage::Filtered => undelivered(30_007),
    }
}

/// Twilio's US list price, in dollars: per segment, or per message with media.
pub(super) fn price(segments: u32, with_media: bool) -> String {
    let each = if with_media { 0.0220 } else { 0.0083 };
    format!("-{:.5}", each * f64::from(segments))
}

/// What Twilio says of an error code.
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
