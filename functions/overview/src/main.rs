//! `GET /api/overview`: the calls and texts of some days by hour, and how long callers waited.

use shared::{
    Context, Error,
    lambda::{
        self,
        api::{ApiRequest, json},
    },
    overview::{Overviews, Period},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let overviews = &Overviews::new(context.table()?);
    let settings = &context.settings()?;
    lambda::api(|request: ApiRequest| async move {
        // Who has just moved the office sees its new hours.
        let zone = settings.read().await?.time_zone;
        let period = Period::new(request.query("from")?, request.query("to")?, &zone)?;
        json(200, &overviews.of(&period, &zone).await?)
    })
    .await
}
