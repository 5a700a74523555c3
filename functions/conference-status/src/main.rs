//! `POST /voice/conference/status`: who comes and goes, and when a conference starts and ends.

use shared::{
    Context, Error,
    conferences::Lifecycle,
    lambda::{self, Request, Webhook},
    twilio::conference::ConferenceEvent,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let webhooks = &context.webhooks()?;
    let lifecycle = &Lifecycle::new(&context)?;
    lambda::webhook(|request: Request| async move {
        let event: Webhook<ConferenceEvent> = webhooks.verify(&request).await?;
        lifecycle.on_event(&event.data).await?;
        Ok(lambda::no_content())
    })
    .await
}
