//! `/api/contacts/{number}/entries`: a contact's timeline, what is written on it by hand, and
//! which of its voicemails have been heard.

use shared::{
    Context, Error,
    calls::Calls,
    contacts::{Contacts, NewEntry, Timeline},
    error::not_found,
    lambda::{
        self,
        api::{ApiRequest, json},
        idempotency::{Idempotency, Work},
    },
    values::{Address, CallSid},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let table = context.table()?;
    let contacts = &Contacts::new(table.clone());
    let timeline = &Timeline::new(table.clone());
    let calls = &Calls::new(table.clone());
    let idempotency = &Idempotency::new(table);
    let secrets = &context.secrets()?;
    lambda::api(|request: ApiRequest| async move {
        let number: Address = request.path("number")?;
        let contact = contacts.expect(&number).await?;
        match request.route() {
            "GET /api/contacts/{number}/entries" => {
                let cursor: Option<String> = request.query("cursor")?;
                let page = timeline.page(&contact.numbers, request.limit()?, cursor.as_deref());
                let page = page.await?.map(|entry| entry.shown(&contact.id, &request.base_url));
                json(200, &page)
            }
            "POST /api/contacts/{number}/entries" => {
                let new: NewEntry = request.json()?;
                let account = &secrets.twilio().await?.account_sid;
                idempotency
                    .once(&request, async |id| {
                        let by = &request.principal.sub;
                        let entry = timeline.add(contacts, account, &number, by, id, new).await?;
                        Ok(Work::Done(201, entry.shown(&contact.id, &request.base_url)))
                    })
                    .await
            }
            "PUT /api/contacts/{number}/entries/{id}/heard" => {
                let call: CallSid = request.path("id")?;
                if !calls.mark_heard(&call, &contact.numbers).await? {
                    return Err(not_found("there is no such voicemail"));
                }
                Ok(lambda::no_content())
            }
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}
