//! `DELETE /api/conferences/{id}`: ends a conference, whoever is in it.

use shared::{
    Error,
    conferences::{EndReason, Reports, Rooms},
    lambda::{
        self,
        api::{ApiRequest, json},
    },
    table::Table,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let reports = &Reports::new(Table::from_env()?);
    let rooms = &Rooms::from_env()?;
    lambda::api(|request: ApiRequest| async move {
        let id = reports.get(&request.path("id")?).await?.conference.id;
        rooms.end(&id, EndReason::Ended).await?;
        json(200, &reports.get(&id).await?.shown())
    })
    .await
}
