//! Texts on their way out: sent one segment a second from each number, then delivered or not.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::Instant;

use super::inbound;
use crate::simulator::Simulator;
use crate::state::event::Happening;
use crate::state::media::Media;
use crate::state::message::{Message, MessageStatus};
use crate::state::phone::OnMessage;
use crate::state::webhook::Subject;

/// How long (simulated) a segment of a long code takes.
const SEGMENT: Duration = Duration::from_secs(1);

/// How long (simulated) a message takes to the carrier, and from there.
const TO_CARRIER: Duration = Duration::from_millis(300);
const TO_PHONE: Duration = Duration::from_secs(1);

/// Each number sends its messages one after the other.
pub(super) fn put(simulator: &Simulator, from: String, sid: &str) {
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
    let on_message = simulator.state().behavior(&to).on_message;
    match on_message {
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
