//! `POST /api/conferences`: holds a conference.

use shared::{
    Error,
    conferences::{ConferenceId, Conferences, Host, NewConference},
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
        let new: NewConference = request.json()?;
        let invitees = new.checked(destinations).await?;
        let host = Host {
            server_number: destinations.main_number(),
            by: &request.principal.sub,
            base_url: &request.base_url,
        };
        idempotency
            .once(&request, async |id| {
                let id = ConferenceId::from(id);
                let conference = conferences.create(&id, &new, &invitees, host).await?;
                Ok(Outcome::Done(201, conference.shown()))
            })
            .await
    })
    .await
}
