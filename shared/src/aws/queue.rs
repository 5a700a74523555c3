//! Queues in Amazon SQS.
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>

use aws_sdk_sqs::Client;
use serde::Serialize;

use crate::Error;

/// An SQS queue that jobs are sent to.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue whose URL is `url`.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends a job as JSON. It can be received after so many seconds, 900 at most.
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
