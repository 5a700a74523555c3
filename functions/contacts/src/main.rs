//! `/api/contacts`: the inbox, and one contact: shown, made, changed, read, erased.

use shared::{
    Context, Error,
    aws::queue::Queue,
    contacts::{Change, Contacts, Erasure},
    error::not_found,
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
    let queue = &context.queue("ERASE_QUEUE_URL")?;
    lambda::api(|request: ApiRequest| async move {
        let base_url = &request.base_url;
        match request.route() {
            "GET /api/contacts" => list(contacts, &request).await,
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

async fn list(contacts: &Contacts, request: &ApiRequest) -> Result<Response, Error> {
    let (limit, cursor) = (request.limit()?, request.query::<String>("cursor")?);
    let page = match request.query::<String>("search")? {
        Some(typed) => contacts.search(&typed, limit, cursor.as_deref()).await?,
        None => contacts.page(limit, cursor.as_deref()).await?,
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
