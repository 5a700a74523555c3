//! `/api/conferences/{id}/participants/{call_sid}`: mutes, holds and removes who is in a conference.

use shared::{
    Error,
    conferences::{ModerateParticipant, Rooms},
    lambda::{
        self,
        api::{ApiRequest, json},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let rooms = &Rooms::from_env()?;
    lambda::api(|request: ApiRequest| async move {
        let (id, call) = (request.path("id")?, request.path("call_sid")?);
        match request.route() {
            "PATCH /api/conferences/{id}/participants/{call_sid}" => {
                let change: ModerateParticipant = request.json()?;
                json(200, &rooms.moderate(&id, &call, &change).await?)
            }
            "DELETE /api/conferences/{id}/participants/{call_sid}" => {
                rooms.remove(&id, &call).await?;
                Ok(lambda::no_content())
            }
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}
