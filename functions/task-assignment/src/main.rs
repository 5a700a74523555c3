//! `POST /taskrouter/assignment`: TaskRouter offers a caller to an agent, and is told how the agent
//! is reached. It waits five seconds for the answer, so nothing is read for it.

use std::collections::BTreeMap;

use shared::{
    Context, Error,
    contact_centre::{Assignment, assignment::Instruction},
    lambda::{self, Request, Webhook, api::json},
    process::env,
    values::PhoneNumber,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let (webhooks, settings) = &context.voice().await?;
    let main_number: &PhoneNumber = &env::parsed("MAIN_NUMBER")?;
    lambda::webhook(|request: Request| async move {
        let offer: Webhook<Assignment> = webhooks.verify_task_router(&request).await?;
        let settings = settings.current().await;
        let sids = settings.task_router.as_ref();
        let instruction = offer.data.instruction(main_number, sids, &offer.base_url);
        let name = instruction.as_ref().map(Instruction::name);
        tracing::info!(reservation.sid = %offer.data.reservation, instruction = name, "assigned");
        match instruction {
            Some(instruction) => json(200, &instruction),
            // The agent accepts in their browser.
            None => json(200, &BTreeMap::<&str, &str>::new()),
        }
    })
    .await
}
