//! SQS: erases what there is of a contact, for as long as a round may take, and queues the rest. A
//! message that comes again goes on where the last round ended.

use shared::{Context, Error, background::Eraser, jobs::EraseJob, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let queue = &context.queue("ERASE_QUEUE_URL")?;
    let eraser = &Eraser::new(&context)?;
    lambda::sqs(|job: EraseJob| async move {
        match eraser.erase(&job.number).await? {
            true => Ok(()),
            false => queue.send(&job, 0).await,
        }
    })
    .await
}
