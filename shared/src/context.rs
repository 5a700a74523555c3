//! What a process is made of: one client of each service, one secret, one settings store.

use std::cell::OnceCell;

use crate::{
    Error,
    aws::{clients, queue::Queue, secrets::Secrets, table::Table},
    company::settings::SettingsStore,
    lambda::Webhooks,
    process::env,
    recordings::{Links, RecordingBucket},
    twilio::TwilioClient,
};

/// Makes what a function needs from its environment, each thing when it is first asked for and
/// once: whoever asks again gets a handle to the same.
#[derive(Debug, Default)]
pub struct Context {
    table: OnceCell<Table>,
    s3: OnceCell<aws_sdk_s3::Client>,
    sqs: OnceCell<aws_sdk_sqs::Client>,
    secrets: OnceCell<Secrets>,
    settings: OnceCell<SettingsStore>,
    twilio: OnceCell<TwilioClient>,
}

impl Context {
    /// The environment that the template declares. Reads none of it yet: what a function does not
    /// ask for need not be set.
    pub fn from_env() -> Self {
        Self::default()
    }

    /// The table of variable `TABLE_NAME`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn table(&self) -> Result<Table, Error> {
        once(&self.table, || Ok(Table::new(clients::dynamodb(), env::required("TABLE_NAME")?)))
    }

    /// The queue whose address is in this variable.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn queue(&self, variable: &'static str) -> Result<Queue, Error> {
        let client = once(&self.sqs, || Ok(clients::sqs()))?;
        Ok(Queue::new(client, env::required(variable)?))
    }

    /// The bucket of variable `RECORDINGS_BUCKET`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn recordings(&self) -> Result<RecordingBucket, Error> {
        Ok(RecordingBucket::new(self.s3()?, env::required("RECORDINGS_BUCKET")?))
    }

    /// Links to what is in the bucket of variable `RECORDINGS_BUCKET`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn links(&self) -> Result<Links, Error> {
        Ok(Links::new(self.s3()?, env::required("RECORDINGS_BUCKET")?))
    }

    fn s3(&self) -> Result<aws_sdk_s3::Client, Error> {
        once(&self.s3, || Ok(clients::s3()))
    }

    /// Twilio's credentials, in the secret of variable `TWILIO_SECRET_ID`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn secrets(&self) -> Result<Secrets, Error> {
        once(&self.secrets, || {
            Ok(Secrets::new(clients::secrets_manager(), env::required("TWILIO_SECRET_ID")?))
        })
    }

    /// The settings, which begin as the variables of [`crate::company::settings::Settings`].
    ///
    /// # Errors
    /// When one of them is not set or not valid.
    pub fn settings(&self) -> Result<SettingsStore, Error> {
        once(&self.settings, || SettingsStore::from_env(self.table()?))
    }

    /// Twilio's REST API at variable `TWILIO_API_URL`, signed in with the secret.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn twilio(&self) -> Result<TwilioClient, Error> {
        once(&self.twilio, || TwilioClient::from_env(self.secrets()?))
    }

    /// What verifies webhooks, with the secret read already, so that the first webhook does not
    /// wait for it.
    ///
    /// # Errors
    /// When a variable is not set. That the secret cannot be read keeps no function from starting:
    /// the next webhook reads it again.
    pub async fn webhooks(&self) -> Result<Webhooks, Error> {
        self.secrets()?.read_ahead().await;
        Ok(Webhooks::from_env(self.secrets()?))
    }

    /// As [`Context::webhooks`], for what callers hear: secret and settings are read side by side.
    ///
    /// # Errors
    /// As [`Context::webhooks`] and [`Context::settings`].
    pub async fn voice(&self) -> Result<(Webhooks, SettingsStore), Error> {
        let settings = self.settings()?;
        let (webhooks, _) = tokio::join!(self.webhooks(), settings.current());
        Ok((webhooks?, settings))
    }
}

/// The value of a cell, made if there is none.
fn once<T: Clone>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    match cell.get() {
        Some(made) => Ok(made.clone()),
        None => {
            let made = make()?;
            Ok(cell.get_or_init(|| made).clone())
        }
    }
}
