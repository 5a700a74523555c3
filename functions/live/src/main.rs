//! `GET /api/live`: what has changed since a console last asked.

use shared::{
    Context, Error,
    lambda::{
        self,
        api::{ApiRequest, json},
    },
    live::Feed,
};
use time::OffsetDateTime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let feed = &Feed::new(Context::from_env().table()?);
    lambda::api(|request: ApiRequest| async move {
        let since = request.query::<String>("since")?;
        json(200, &feed.since(since.as_deref(), OffsetDateTime::now_utc()).await?)
    })
    .await
}
