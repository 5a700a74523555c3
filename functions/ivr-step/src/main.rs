//! `POST /voice/step`: a widget that is no menu has ended, such as a forwarded call or a voicemail.

use shared::{
    Context,
    ivr::Ivr,
    lambda::{self, Request},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let ivr = &Ivr::new(&context, settings.clone())?;
    lambda::webhook(|request: Request| async move {
        let call = webhooks.verify(&request).await?;
        ivr.go_on(&call).await
    })
    .await
}
