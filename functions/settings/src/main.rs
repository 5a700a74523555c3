//! `/api/settings`: what the owner of a deployment chooses, shown and changed.

use shared::{
    Context, Error,
    company::settings::SettingsChange,
    lambda::{
        self,
        api::{ApiRequest, json},
    },
    numbering::Rules,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log(module_path!());
    let context = Context::from_env();
    let settings = &context.settings()?;
    let rules = &Rules::from_env()?;
    lambda::api(|request: ApiRequest| async move {
        request.principal.require_admin()?;
        match request.route() {
            "GET /api/settings" => json(200, &settings.read().await?),
            "PUT /api/settings" => {
                let change: SettingsChange = request.json()?;
                json(200, &settings.put(&change.checked(rules)?).await?)
            }
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}
