//! `POST /voice`: a call comes in and hears the start of the main flow.

use shared::{
    ivr::Ivr,
    lambda::{self, Request},
    twilio::Webhooks,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let webhooks = &Webhooks::from_env()?;
    let ivr = &Ivr::load().await?;
    lambda::webhook(|request: Request| async move {
        let call = webhooks.verify(&request).await?;
        ivr.enter(&call).await
    })
    .await
}
