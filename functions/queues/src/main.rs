//! `GET /api/queues`: the callers who wait for an agent, by queue.

use shared::{
    Context, Error,
    contact_centre::Queues,
    lambda::{
        self,
        api::{ApiRequest, json},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let queues = &Queues::new(&Context::from_env())?;
    lambda::api(|_: ApiRequest| async move { json(200, &queues.list().await?) }).await
}
