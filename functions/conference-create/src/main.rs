//! `POST /api/conferences`: holds a conference.

use shared::{
    Context, Error,
    conferences::{Conferences, Host, NewConference},
    destinations::Destinations,
    lambda::{
        self,
        api::ApiRequest,
        idempotency::{Idempotency, Work},
    },
    values::ConferenceId,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let conferences = &Conferences::new(&context)?;
    let destinations = &Destinations::new(&context)?;
    let idempotency = &Idempotency::new(context.table()?);
    lambda::api(|request: ApiRequest| async move {
        let new: NewConference = request.json()?;
        let plan = new.checked(destinations).await?;
        let host = Host {
            server_number: destinations.main_number(),
            by: &request.principal.sub,
            base_url: &request.base_url,
        };
        idempotency
            .once(&request, async |id| {
                let id = ConferenceId::from(id);
                let conference = conferences.create(&id, &plan, host).await?;
                Ok(Work::Done(201, conference.shown()))
            })
            .await
    })
    .await
}
