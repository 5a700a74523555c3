//! SQS: warns a conference that it is about to end, and ends it, to the second.

use shared::{
    Error,
    conferences::{Rooms, Timer, Wake},
    lambda,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let timer = &Timer::from_env()?;
    let rooms = &Rooms::from_env()?;
    lambda::sqs(|wake: Wake| async move {
        if timer.has_come(&wake).await? {
            rooms.ring(&wake.conference_id, wake.alarm).await?;
        }
        Ok(())
    })
    .await
}
