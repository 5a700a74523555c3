//! `GET /api/phone-numbers`: our numbers, as Twilio has them.

use shared::{
    Context,
    company::our_numbers,
    lambda::{
        self,
        api::{ApiRequest, json},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let twilio = &context.twilio()?;
    lambda::api(|request: ApiRequest| async move {
        let cursor = request.query::<String>("cursor")?;
        json(200, &our_numbers::page(twilio, request.limit()?, cursor.as_deref()).await?)
    })
    .await
}
