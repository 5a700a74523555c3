//! `DELETE /api/conferences/{id}`: ends a conference, whoever is in it.

use shared::{
    Error,
    conferences::{Conferences, EndReason, Rooms},
    lambda::{
        self,
        api::{ApiRequest, json},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let conferences = &Conferences::from_env()?;
    let rooms = &Rooms::from_env()?;
    lambda::api(|request: ApiRequest| async move {
        let id = conferences.report(&request.path("id")?).await?.conference.id;
        rooms.end(&id, EndReason::Ended).await?;
        json(200, &conferences.report(&id).await?.shown())
    })
    .await
}
