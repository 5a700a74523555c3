//! Texts to the account: the app is asked what to answer.
//!
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>

use time::OffsetDateTime;
use tokio::time::Instant;

use super::outbound::{self, Order};
use super::{opt_out, reply, segments};
use crate::simulator::Simulator;
use crate::state::media::Media;
use crate::state::message::{Message, MessageDirection, MessageStatus, new_sid, price};
use crate::state::phone_number::PhoneNumber;

/// The SID of the account's Messaging Service, if it has one.
const SERVICE: &str = "MG00000000000000000000000000000001";

/// Takes a text to one of the account's numbers and gives back the message's SID.
pub(crate) fn receive(
    simulator: &Simulator,
    from: String,
    to: &PhoneNumber,
    body: String,
    mut media: Vec<Media>,
) -> String {
    let now = OffsetDateTime::now_utc();
    let sid = new_sid(media.len());
    let ours = &to.phone_number;
    for (index, medium) in media.iter_mut().enumerate() {
        let what = format!("{from} {ours} {index}");
        medium.missing = simulator.dice().strikes("media_404", |it| it.media_404, &what);
    }
    let opted = opt_out::handle(simulator, ours, &from, &body);
    let segments = if media.is_empty() { segments::count(&body) } else { 1 };
    let message = Message {
        sid: sid.clone(),
        from: from.clone(),
        to: ours.clone(),
        segments,
        text: body,
        direction: MessageDirection::Inbound,
        status: MessageStatus::Received,
        error_code: None,
        price: Some(price(segments, !media.is_empty())),
        num_media: media.len(),
        media,
        media_urls: Vec::new(),
        created: now,
        updated: now,
        sent: Some(now),
        arrived: true,
        settled_at: Some(Instant::now()),
        redacted: false,
        deleted: false,
        valid_until: None,
        status_callback: None,
        callbacks: None,
    };
    let mut params =
        message.inbound_params(&simulator.account_sid, |medium| simulator.media_url(&sid, medium));
    if let Some(kind) = opted.told {
        params.set("OptOutType", kind);
    }
    if simulator.state().settings.service_of(ours).is_some() {
        params.set("MessagingServiceSid", SERVICE);
    }
    simulator.add_message(message);
    if let Some(body) = opted.reply {
        let order = Order {
            body: body.to_owned(),
            is_opt_out_reply: true,
            ..Order::new(ours.clone(), from, MessageDirection::OutboundReply)
        };
        // It can only be refused to one who cannot be texted at all.
        let _ = outbound::send(simulator, order);
    }
    let defers = {
        let state = simulator.state();
        let service = state.settings.service_of(ours);
        service.is_none_or(|service| service.use_inbound_webhook_on_number)
    };
    if defers {
        simulator.spawn(reply::ask(simulator.clone(), sid.clone(), to.clone(), params));
    }
    sid
}
