//! `POST /api/messages`: sends a text.

use shared::{
    Context,
    destinations::Destinations,
    lambda::{
        self,
        api::ApiRequest,
        idempotency::{Idempotency, Work},
    },
    messages::{NewMessage, Outbox, OutgoingText, Recipient, Sent, SentMessage},
    values::MessageId,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let destinations = &Destinations::new(&context)?;
    let outbox = &Outbox::new(&context)?;
    let idempotency = &Idempotency::new(context.table()?);
    lambda::api(|request: ApiRequest| async move {
        let new = match request.form()? {
            Some(form) => NewMessage::from_form(form)?,
            None => request.json()?,
        };
        new.check()?;
        let to = destinations.reachable("to", &new.to).await?;
        let from = new.from.unwrap_or_else(|| destinations.main_number().clone());
        idempotency
            .once(&request, async |id| {
                let text = OutgoingText {
                    id: MessageId::requested(id),
                    from,
                    to,
                    body: new.body,
                    media_urls: new.media_urls,
                    by: request.principal.sub.clone(),
                    recipient: Recipient::Contact,
                    base_url: request.base_url.clone(),
                };
                Ok(match outbox.send(&text).await? {
                    Sent::Taken(message) => Work::Done(201, SentMessage::from(message)),
                    Sent::Unknown(message) => Work::Open(202, message.into()),
                })
            })
            .await
    })
    .await
}
