//! `POST /taskrouter/events`: something happened to a caller in a queue, or an agent does something
//! else.

use shared::{
    Context, Error,
    background::FollowUp,
    contact_centre::{TaskEvent, TaskEvents},
    lambda::{self, Request, Webhook},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let webhooks = &context.webhooks()?;
    let events = &TaskEvents::new(&context)?;
    let follow_up = &FollowUp::new(&context)?;
    lambda::webhook(|request: Request| async move {
        let event: Webhook<TaskEvent> = webhooks.verify_task_router(&request).await?;
        tracing::info!(kind = event.data.kind.as_str(), "event");
        if let Some(call) = events.take(&event.data, &event.base_url).await? {
            follow_up.go_on(&call, None, &event.base_url).await?;
        }
        Ok(lambda::no_content())
    })
    .await
}
