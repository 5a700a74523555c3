//! Queues of SQS.

use aws_sdk_sqs::Client;
use serde::Serialize;

use crate::Error;

/// A queue of jobs.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at this address.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Queues a job, to be done after so many seconds, 900 at most.
    pub async fn send(&self, job: &impl Serialize, delay_seconds: u16) -> Result<(), Error> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(serde_json::to_string(job)?)
            .delay_seconds(delay_seconds.into())
            .send()
            .await?;
        Ok(())
    }
}
