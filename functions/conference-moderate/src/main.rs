//! `/api/conferences/{id}/participants/{call_sid}`: mutes, holds and removes who is in a conference.

use shared::{
    Context, Error,
    conferences::{Lifecycle, ModerateParticipant},
    lambda::{
        self,
        api::{ApiRequest, json},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let lifecycle = &Lifecycle::new(&context)?;
    lambda::api(|request: ApiRequest| async move {
        let (id, call) = (request.path("id")?, request.path("call_sid")?);
        match request.route() {
            "PATCH /api/conferences/{id}/participants/{call_sid}" => {
                let change: ModerateParticipant = request.json()?;
                json(200, &lifecycle.moderate(&id, &call, &change).await?)
            }
            "DELETE /api/conferences/{id}/participants/{call_sid}" => {
                lifecycle.remove(&id, &call).await?;
                Ok(lambda::no_content())
            }
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}
