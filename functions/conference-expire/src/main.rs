//! DynamoDB stream: a conference's time to live is over, so whatever is left of it ends. By then the
//! timer and Twilio's own limit have failed.

use shared::{
    Error,
    conferences::{Rooms, expired},
    lambda,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let rooms = &Rooms::from_env()?;
    lambda::stream(|record| async move {
        match expired(&record) {
            Some(id) => rooms.expire(&id).await,
            None => Ok(()),
        }
    })
    .await
}
