//! `/api/settings`: what the owner of a deployment chooses, shown and changed.

use shared::{
    Error,
    destinations::Destinations,
    lambda::{
        self,
        api::{ApiRequest, json},
    },
    settings::{SettingsChange, SettingsStore},
    table::Table,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_log();
    let settings = &SettingsStore::from_env(Table::from_env()?)?;
    let destinations = &Destinations::from_env()?;
    lambda::api(|request: ApiRequest| async move {
        request.principal.require_admin()?;
        match request.route() {
            "GET /api/settings" => json(200, &settings.read().await?),
            "PUT /api/settings" => {
                let change: SettingsChange = request.json()?;
                json(200, &settings.put(&change.checked(destinations)?).await?)
            }
            route => Err(Error::internal(format!("no such route: {route}"))),
        }
    })
    .await
}
