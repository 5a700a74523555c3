//! SQS: warns a conference that it is about to end, and ends it, to the second.

use shared::{
    Context, Error,
    conferences::{Lifecycle, Timer, Wake},
    lambda,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let timer = &Timer::new(&context)?;
    let lifecycle = &Lifecycle::new(&context)?;
    lambda::sqs(|wake: Wake| async move {
        if timer.has_come(&wake).await? {
            lifecycle.on_alarm(&wake.conference_id, wake.alarm).await?;
        }
        Ok(())
    })
    .await
}
