//! `POST /api/calls`: rings the agent's own phone, then the contact's.

use shared::{
    Error,
    agents::Agents,
    calls::{NewCall, OutgoingCall, Placed, PlacedCall, Switchboard},
    destinations::Destinations,
    error::conflict,
    idempotency::{Idempotency, Outcome},
    lambda::{self, api::ApiRequest},
    table::Table,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let table = Table::from_env()?;
    let agents = &Agents::new(table.clone());
    let destinations = &Destinations::from_env()?;
    let switchboard = &Switchboard::from_env()?;
    let idempotency = &Idempotency::new(table);
    lambda::api(|request: ApiRequest| async move {
        let new: NewCall = request.json()?;
        let to = destinations.reachable("to", &new.to).await?;
        let ours = destinations.main_number();
        let by = &request.principal.sub;
        let agent =
            agents.get(by).await?.and_then(|agent| agent.phone_number).ok_or_else(|| {
                conflict("You have no phone yet: PUT /api/agent says which one to ring.")
            })?;
        idempotency
            .once(&request, async |id| {
                let id = id.simple().to_string();
                let call = OutgoingCall {
                    id: &id,
                    to: &agent,
                    from: ours,
                    placed: Placed { contact: to.to_string(), by: by.to_owned(), invitation: None },
                    base_url: &request.base_url,
                    path: "/voice/bridge",
                    and: "",
                };
                Ok(match switchboard.place(&call).await? {
                    Some(call) => Outcome::Done(201, call),
                    None => Outcome::Open(202, PlacedCall::unknown(&to, ours)),
                })
            })
            .await
    })
    .await
}
