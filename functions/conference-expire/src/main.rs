//! DynamoDB stream: a conference's time to live is over, so whatever is left of it ends. By then the
//! timer and Twilio's own limit have failed.

use shared::{
    Context, Error,
    conferences::{Lifecycle, expired},
    lambda,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let lifecycle = &Lifecycle::new(&context)?;
    lambda::stream(|record| async move {
        match expired(&record) {
            Some(id) => lifecycle.on_expiry(&id).await,
            None => Ok(()),
        }
    })
    .await
}
