//! `POST /api/conferences/{id}/participants`: invites more participants.

use shared::{
    Error,
    conferences::{Conferences, InviteParticipants},
    destinations::Destinations,
    idempotency::{Idempotency, Outcome},
    lambda::{self, api::ApiRequest},
    table::Table,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let conferences = &Conferences::from_env()?;
    let destinations = &Destinations::from_env()?;
    let idempotency = &Idempotency::new(Table::from_env()?);
    lambda::api(|request: ApiRequest| async move {
        let id = request.path("id")?;
        let new: InviteParticipants = request.json()?;
        let invitees = new.checked(destinations).await?;
        idempotency
            .once(&request, async |_| {
                let conference = conferences.invite(&id, &invitees).await?;
                Ok(Outcome::Done(201, conference.shown()))
            })
            .await
    })
    .await
}
