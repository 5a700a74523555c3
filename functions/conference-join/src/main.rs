//! `POST /voice/conference`: callers give a code, those who were called press a key, and are in.

use shared::{
    Context, Error,
    conferences::Conversation,
    lambda::{self, Request, Webhook},
    twilio::voice::VoiceCall,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let conversation = &Conversation::new(context.table()?);
    lambda::webhook(|request: Request| async move {
        let call: Webhook<VoiceCall> = webhooks.verify(&request).await?;
        let settings = settings.current().await;
        Ok(lambda::twiml(&conversation.answer(&call, &settings).await?))
    })
    .await
}
