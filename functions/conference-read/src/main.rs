//! `GET /api/conferences` and `/api/conferences/{id}`: who was invited, how each was reached, who is
//! in, and why it ended.

use shared::{
    Context, Error,
    conferences::{ConferenceStatus, Reports},
    error::invalid,
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
    lambda::api(|request: ApiRequest| async move {
        match request.route() {
            "GET /api/conferences" => {
                let status: Option<String> = request.query("status")?;
                let status = status
                    .map(|status| match &*status {
                        "inviting" => Ok(ConferenceStatus::Inviting),
                        "active" => Ok(ConferenceStatus::Active),
                        "ended" => Ok(ConferenceStatus::Ended),
                        _ => Err(invalid("status", "status is not valid")),
                    })
                    .transpose()?;
                let cursor: Option<String> = request.query("cursor")?;
                let page = reports.page(status, request.limit()?, cursor.as_deref()).await?;
                json(200, &page)
            }
            "GET /api/conferences/{id}" => {
                json(200, &reports.get(&request.path("id")?).await?.shown())
            }
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}
