//! `POST /api/calls`: rings the agent's own phone, then the contact's.

use shared::{
    Context, Error,
    calls::{Dialer, NewCall, OutgoingCall, PlacedCall},
    company::agents::Agents,
    destinations::Destinations,
    error::conflict,
    lambda::{
        self,
        api::ApiRequest,
        idempotency::{Idempotency, Work},
    },
    values::Address,
    webhooks::{BridgeStep, CallPurpose, WebhookUrl},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let table = context.table()?;
    let agents = &Agents::new(table.clone());
    let destinations = &Destinations::new(&context)?;
    let dialer = &Dialer::new(&context)?;
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
                let purpose = CallPurpose {
                    contact: Address::from(&to),
                    by: by.to_owned(),
                    invitation: None,
                };
                let call = OutgoingCall {
                    id: &id,
                    to: &agent,
                    from: ours,
                    answered: WebhookUrl::Bridge(purpose.clone(), BridgeStep::Answered),
                    purpose,
                    base_url: &request.base_url,
                };
                Ok(match dialer.place(&call).await? {
                    Some(call) => Work::Done(201, call),
                    None => Work::Open(202, PlacedCall::unknown(&to, ours)),
                })
            })
            .await
    })
    .await
}
