//! `POST /voice/conference/status`: who comes and goes, and when a conference starts and ends.

use shared::{
    Error,
    conferences::Rooms,
    lambda::{self, Request},
    twilio::{Webhooks, conference::ConferenceEvent, webhook::Webhook},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let webhooks = &Webhooks::from_env()?;
    let rooms = &Rooms::from_env()?;
    lambda::webhook(|request: Request| async move {
        let event: Webhook<ConferenceEvent> = webhooks.verify(&request).await?;
        rooms.take(&event.data).await?;
        Ok(lambda::no_content())
    })
    .await
}
