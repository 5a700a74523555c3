//! Work that outlives an answer: one effect a message.

use aws_sdk_sqs::Client;
use serde::{Deserialize, Serialize};

use crate::{Error, aws, conferences::ConferenceId, env, sid::CallSid};

/// One effect. What it needs is in the table; the message says which.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
pub enum Job {
    /// Tells the owner of a call that nobody took.
    OwnerNotice {
        /// The call.
        call_sid: CallSid,
        /// The address of the API, for Twilio's callback.
        base_url: String,
    },
    /// Invites everybody to a conference who has not been.
    Conference {
        /// The conference.
        conference_id: ConferenceId,
    },
    /// Texts or calls one participant.
    Invitation {
        /// The conference.
        conference_id: ConferenceId,
        /// The participant.
        participant_id: String,
    },
    /// Erases what is left of a contact: entries, recordings and media.
    Erase {
        /// A number whose timeline goes.
        number: String,
    },
}

/// A queue of jobs.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue whose address is in this variable.
    pub fn from_env(name: &'static str) -> Result<Self, Error> {
        Ok(Self { client: aws::sqs(), url: env::required(name)? })
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
