//! `POST /voice/wait`: what a caller hears who waits for an agent: their place, then half a minute
//! of music. A key leads out of the queue. `GET /music.wav` is the music.

use shared::{
    Context, Error,
    contact_centre::{WaitingRoom, music},
    lambda::{self, Request, Webhook},
    webhooks::WebhookUrl,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let (webhooks, _) = &context.voice().await?;
    let room = &WaitingRoom::new(&context)?;
    lambda::webhook(|request: Request| async move {
        if request.method() == "GET" {
            return Ok(lambda::audio(music::wav()));
        }
        let waits: Webhook<()> = webhooks.verify(&request).await?;
        let WebhookUrl::Wait { step, queue } = waits.url()? else {
            return Err(Error::internal("this is not the webhook of a caller who waits"));
        };
        Ok(lambda::twiml(&room.hears(step, queue, &waits.form, &waits.base_url).await))
    })
    .await
}
