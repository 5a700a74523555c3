//! `POST /voice/digits`: a caller has pressed keys in a menu, or none.

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
