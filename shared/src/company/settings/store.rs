//! Stores the settings in the table, and caches them in each process.

use std::sync::Arc;

use super::{Settings, SettingsChange};
use crate::{
    Error,
    aws::table::{Item, Key, Table, Update, value},
    company::task_router::TaskRouterSids,
    process::cache::Cached,
};

fn key() -> Key {
    Key::new("SETTINGS", "SETTINGS")
}

/// Stores the SIDs of the contact centre at Twilio.
pub async fn put_task_router(table: &Table, sids: &TaskRouterSids) -> Result<(), Error> {
    let mut update = Update::of(key());
    update.set("task_router", value(sids)?);
    table.update(update).await?;
    Ok(())
}

/// The stored settings, with what this process has cached of them.
#[derive(Clone, Debug)]
pub struct SettingsStore {
    table: Table,
    initial: Arc<Settings>,
    cached: Arc<Cached<Settings>>,
}

impl SettingsStore {
    /// The store in this table, with initial settings as in [`Settings::from_env`]. Reads nothing
    /// from the table yet.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn from_env(table: Table) -> Result<Self, Error> {
        let initial = Settings::from_env()?;
        let cached = Arc::new(Cached::with_initial(initial.clone()));
        Ok(Self { table, cached, initial: Arc::new(initial) })
    }

    /// The settings as they were at most half a minute ago. While they cannot be read, these are
    /// the ones read before, or those that the deployment began with, because a call must be
    /// answered.
    pub async fn current(&self) -> Arc<Settings> {
        match self.cached.get("settings", self.read()).await {
            Ok(settings) => settings,
            // There has always been an initial value.
            Err(error) => {
                tracing::error!(error = error.chain(), "settings not read");
                self.initial.clone()
            }
        }
    }

    /// Reads the settings as they are at this moment.
    pub async fn read(&self) -> Result<Settings, Error> {
        self.over_initial(self.table.get(key()).await?.unwrap_or_default())
    }

    /// Stores the fields that are given, and returns all settings.
    pub async fn put(&self, change: &SettingsChange) -> Result<Settings, Error> {
        let fields: Item = serde_dynamo::to_item(change)?;
        if fields.is_empty() {
            return self.read().await;
        }
        let mut update = Update::of(key());
        for (name, content) in fields {
            update.set(&name, content);
        }
        update.return_all();
        self.over_initial(self.table.update(update).await?)
    }

    /// Puts stored fields in place of the initial ones, also those that are null.
    fn over_initial(&self, stored: Item) -> Result<Settings, Error> {
        let mut all: Item = serde_dynamo::to_item(&*self.initial)?;
        all.extend(stored);
        Ok(serde_dynamo::from_item(all)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_field_wins_over_the_initial_one_and_null_is_a_value() {
        let initial = Settings {
            company_name: "our company".into(),
            greeting: "Hello.".into(),
            voice: "Polly.Joanna".into(),
            language: "en-US".into(),
            owner_number: Some("+15005550199".parse().unwrap()),
            press_to_accept: true,
            owner_notice: true,
            notice_interval_minutes: 10,
            thank_you_text: None,
            opening_hours: None,
            holidays: Vec::new(),
            time_zone: "UTC".parse().unwrap(),
            task_router: None,
        };
        let store = SettingsStore {
            table: Table::new(
                crate::aws::clients::dynamodb(std::time::Duration::from_secs(1)),
                "table".into(),
            ),
            cached: Arc::new(Cached::with_initial(initial.clone())),
            initial: Arc::new(initial.clone()),
        };
        let json = r#"{
            "company_name": "Ada & Sons",
            "owner_number": null,
            "opening_hours": {"monday": [{"from": "09:00", "to": "17:00"}]},
            "holidays": ["2026-12-25"],
            "time_zone": "Europe/Berlin"
        }"#;
        let change: SettingsChange = serde_json::from_str(json).unwrap();
        let mut item: Item = serde_dynamo::to_item(&change).unwrap();
        assert_eq!(item.len(), 5);
        item.insert("pk".into(), crate::aws::table::text("SETTINGS"));
        let settings = store.over_initial(item).unwrap();
        insta::assert_snapshot!(serde_json::to_string(&settings).unwrap(), @r#"{"company_name":"Ada & Sons","greeting":"Hello.","voice":"Polly.Joanna","language":"en-US","owner_number":null,"press_to_accept":true,"owner_notice":true,"notice_interval_minutes":10,"thank_you_text":null,"opening_hours":{"monday":[{"from":"09:00","to":"17:00"}],"tuesday":[],"wednesday":[],"thursday":[],"friday":[],"saturday":[],"sunday":[]},"holidays":["2026-12-25"],"time_zone":"Europe/Berlin"}"#);
        assert_eq!(store.over_initial(Item::new()).unwrap(), initial);
        assert!(serde_json::from_str::<SettingsChange>(r#"{"colour": "red"}"#).is_err());
    }
}
