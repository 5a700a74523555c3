//! `/api/contacts`: the inbox, and one contact: shown, made, changed, read, erased.

use shared::{
    Context, Error,
    aws::queue::Queue,
    company::agents::Agents,
    contacts::{Assigned, Change, Contacts, Erasure, Wanted},
    error::{invalid, not_found},
    jobs::EraseJob,
    lambda::{
        self, Response,
        api::{ApiRequest, json},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let contacts = &Contacts::new(context.table()?);
    let agents = &Agents::new(context.table()?);
    let queue = &context.queue("ERASE_QUEUE_URL")?;
    lambda::api(|request: ApiRequest| async move {
        let base_url = &request.base_url;
        match request.route() {
            "GET /api/contacts" => list(contacts, agents, &request).await,
            "GET /api/contacts/{number}" => {
                json(200, &contacts.expect(&request.path("number")?).await?.shown(base_url))
            }
            "PUT /api/contacts/{number}" => {
                let change: Change = request.json()?;
                let (contact, made) = contacts.put(&request.path("number")?, change).await?;
                json(if made { 201 } else { 200 }, &contact.shown(base_url))
            }
            "PUT /api/contacts/{number}/read" => {
                json(200, &contacts.mark_read(&request.path("number")?).await?.shown(base_url))
            }
            "DELETE /api/contacts/{number}" => erase(contacts, queue, &request).await,
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}

async fn list(
    contacts: &Contacts,
    agents: &Agents,
    request: &ApiRequest,
) -> Result<Response, Error> {
    let (limit, cursor) = (request.limit()?, request.query::<String>("cursor")?);
    let status = request.query("status")?;
    let assigned = match request.query::<String>("assignee")? {
        None => None,
        Some(none) if none == "none" => Some(Assigned::ToNobody),
        Some(me) if me == "me" => {
            let agent = agents.get(&request.principal.sub).await?;
            let name = agent.map(|agent| agent.email.unwrap_or(agent.name));
            Some(Assigned::To(name.ok_or_else(|| invalid("assignee", "you are no agent yet"))?))
        }
        Some(name) => Some(Assigned::To(name)),
    };
    let cursor = cursor.as_deref();
    let page = match request.query::<String>("search")? {
        None => contacts.inbox(&Wanted { status, assigned }, limit, cursor).await?,
        Some(typed) if status.is_none() && assigned.is_none() => {
            contacts.search(&typed, limit, cursor).await?
        }
        Some(_) => {
            return Err(invalid("search", "search finds contacts of any status and assignee"));
        }
    };
    json(200, &page.map(|contact| contact.shown(&request.base_url)))
}

/// The contact is gone at once; what belongs to it follows, however much that is. A second request
/// tells what Twilio has not deleted yet.
async fn erase(
    contacts: &Contacts,
    queue: &Queue,
    request: &ApiRequest,
) -> Result<Response, Error> {
    request.principal.require_admin()?;
    let number = request.path("number")?;
    let Some(contact) = contacts.find(&number).await? else {
        let left_at_twilio = contacts.left_at_twilio(&number).await?;
        let left_at_twilio =
            left_at_twilio.ok_or_else(|| not_found("there is no contact with this number"))?;
        return json(202, &Erasure { left_at_twilio: Some(left_at_twilio) });
    };
    contacts.remove(&contact).await?;
    for number in contact.numbers {
        queue.send(&EraseJob { number }, 0).await?;
    }
    json(202, &Erasure { left_at_twilio: None })
}
