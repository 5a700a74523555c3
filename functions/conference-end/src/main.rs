//! `DELETE /api/conferences/{id}`: ends a conference, whoever is in it.

use shared::{
    Context, Error,
    conferences::{EndReason, Lifecycle, Reports},
    lambda::{
        self,
        api::{ApiRequest, json},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let reports = &Reports::new(context.table()?);
    let lifecycle = &Lifecycle::new(&context)?;
    lambda::api(|request: ApiRequest| async move {
        let id = reports.get(&request.path("id")?).await?.conference.id;
        lifecycle.end(&id, EndReason::Ended).await?;
        json(200, &reports.get(&id).await?.shown())
    })
    .await
}
