//! `POST /api/conferences/{id}/participants`: invites more participants.

use shared::{
    Context, Error,
    conferences::{Conferences, InviteParticipants},
    destinations::Destinations,
    lambda::{
        self,
        api::ApiRequest,
        idempotency::{Idempotency, Work},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let conferences = &Conferences::new(&context)?;
    let destinations = &Destinations::new(&context)?;
    let idempotency = &Idempotency::new(context.table()?);
    lambda::api(|request: ApiRequest| async move {
        let id = request.path("id")?;
        let new: InviteParticipants = request.json()?;
        let invitees = new.checked(destinations).await?;
        idempotency
            .once(&request, async |_| {
                let conference = conferences.invite(&id, &invitees).await?;
                Ok(Work::Done(201, conference.shown()))
            })
            .await
    })
    .await
}
