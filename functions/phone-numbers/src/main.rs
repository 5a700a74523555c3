//! `GET /api/phone-numbers`: our numbers, as Twilio has them.

use shared::{
    lambda::{
        self,
        api::{ApiRequest, json},
    },
    twilio::{TwilioClient, phone_numbers},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log();
    let twilio = &TwilioClient::from_env()?;
    lambda::api(|request: ApiRequest| async move {
        let cursor = request.query::<String>("cursor")?;
        json(200, &phone_numbers::page(twilio, request.limit()?, cursor.as_deref()).await?)
    })
    .await
}
