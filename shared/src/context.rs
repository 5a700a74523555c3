//! What a process is made of: one client for each service, one secret, one settings store.

use std::{cell::OnceCell, time::Duration};

use crate::{
    Error,
    aws::{clients, queue::Queue, secrets::Secrets, table::Table},
    company::settings::SettingsStore,
    lambda::Webhooks,
    process::env,
    recordings::{Links, RecordingBucket},
    twilio::TwilioClient,
};

/// How long an attempt to reach a service may take. A connection that died while Lambda had frozen
/// the process costs one, and a caller waits meanwhile.
const ATTEMPT: Duration = Duration::from_secs(1);

/// How long an attempt to reach S3 may take: time to upload a part of a recording.
const ATTEMPT_AT_S3: Duration = Duration::from_secs(60);

/// Makes what a function needs from its environment variables. Each thing is made once, when it is
/// first asked for; asking again gives a handle to the same thing.
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
    /// A context of the variables that the template declares. Reads none of them yet: those that a
    /// function does not need need not be set.
    pub fn from_env() -> Self {
        Self::default()
    }

    /// The table whose name is in variable `TABLE_NAME`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn table(&self) -> Result<Table, Error> {
        once(&self.table, || {
            Ok(Table::new(clients::dynamodb(ATTEMPT), env::required("TABLE_NAME")?))
        })
    }

    /// The queue whose address is in the given variable.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn queue(&self, variable: &'static str) -> Result<Queue, Error> {
        let client = once(&self.sqs, || Ok(clients::sqs(ATTEMPT)))?;
        Ok(Queue::new(client, env::required(variable)?))
    }

    /// The bucket whose name is in variable `RECORDINGS_BUCKET`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn recordings(&self) -> Result<RecordingBucket, Error> {
        Ok(RecordingBucket::new(self.s3()?, env::required("RECORDINGS_BUCKET")?))
    }

    /// Links to the files in the bucket whose name is in variable `RECORDINGS_BUCKET`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn links(&self) -> Result<Links, Error> {
        Ok(Links::new(self.s3()?, env::required("RECORDINGS_BUCKET")?))
    }

    fn s3(&self) -> Result<aws_sdk_s3::Client, Error> {
        once(&self.s3, || Ok(clients::s3(ATTEMPT_AT_S3)))
    }

    /// Twilio's credentials, in the secret whose id is in variable `TWILIO_SECRET_ID`.
    ///
    /// # Errors
    /// When the variable is not set.
    pub fn secrets(&self) -> Result<Secrets, Error> {
        once(&self.secrets, || {
            Ok(Secrets::new(clients::secrets_manager(ATTEMPT), env::required("TWILIO_SECRET_ID")?))
        })
    }

    /// The settings, with initial values from the variables of
    /// [`crate::company::settings::Settings`].
    ///
    /// # Errors
    /// When one of them is not set or not valid.
    pub fn settings(&self) -> Result<SettingsStore, Error> {
        once(&self.settings, || SettingsStore::from_env(self.table()?))
    }

    /// A client of Twilio's REST API, at the address in variable `TWILIO_API_URL`.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn twilio(&self) -> Result<TwilioClient, Error> {
        once(&self.twilio, || TwilioClient::from_env(self.secrets()?))
    }

    /// A client of TaskRouter, at the address in variable `TWILIO_TASKROUTER_URL`.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn task_router(&self) -> Result<TwilioClient, Error> {
        self.twilio()?.task_router()
    }

    /// The verifier of webhooks.
    ///
    /// # Errors
    /// When a variable is not set.
    pub fn webhooks(&self) -> Result<Webhooks, Error> {
        Ok(Webhooks::from_env(self.secrets()?))
    }

    /// The verifier of webhooks and the settings, for functions that speak to callers. Reads secret
    /// and settings ahead, side by side, so that the first caller does not wait for them.
    ///
    /// # Errors
    /// When a variable is not set or not valid. What cannot be read ahead is no error here: the
    /// first webhook reads it again.
    pub async fn voice(&self) -> Result<(Webhooks, SettingsStore), Error> {
        let (secrets, settings) = (self.secrets()?, self.settings()?);
        tokio::join!(secrets.read_ahead(), settings.current());
        Ok((self.webhooks()?, settings))
    }
}

/// The value of a cell, which `make` makes if there is none yet.
fn once<T: Clone>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    match cell.get() {
        Some(made) => Ok(made.clone()),
        None => {
            let made = make()?;
            Ok(cell.get_or_init(|| made).clone())
        }
    }
}
