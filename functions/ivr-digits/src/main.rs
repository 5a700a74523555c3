//! `POST /voice/digits`: a caller has pressed keys in a menu, or none.

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
        ivr.go_on(&call).await
    })
    .await
}
