//! `GET /api/recordings/{sid}`, `GET /api/media/{sid}`: a link to a file in our bucket, which works
//! for five minutes. Each is authorised anew, and nobody needs a Twilio login.

use shared::{
    Context, Error,
    lambda::{
        self,
        api::{ApiRequest, json},
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let links = &context.links()?;
    lambda::api(|request: ApiRequest| async move {
        match request.route() {
            "GET /api/recordings/{sid}" => {
                json(200, &links.recording(&request.path("sid")?).await?)
            }
            "GET /api/media/{sid}" => json(200, &links.media(&request.path("sid")?).await?),
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}
