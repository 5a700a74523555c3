//! Jobs: work that is queued because nobody waits for it. A message has one effect, and names what
//! it is about; all else is in the table.

use serde::{Deserialize, Serialize};

use crate::values::{
    Address, CallSid, ConferenceId, MediaSid, MessageSid, ParticipantId, PhoneNumber, RecordingSid,
    TaskSid,
};

/// A job of the `deliver` queue.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "kebab-case")]
pub enum Job {
    /// Tells the owner of a call that nobody took.
    OwnerNotice {
        /// Twilio's SID of the call.
        call_sid: CallSid,
        /// The address of the API, which Twilio's callback is sent to.
        base_url: String,
    },
    /// Tells the owner of further calls of a caller that nobody took.
    NoticeDigest {
        /// The caller's address.
        caller: Address,
        /// The address of the API, which Twilio's callback is sent to.
        base_url: String,
    },
    /// Sends the texts that a call's flow sends in a step.
    FlowTexts {
        /// Twilio's SID of the call.
        call_sid: CallSid,
        /// The number of the step.
        step: usize,
        /// The address of the API, which Twilio's callback is sent to.
        base_url: String,
    },
    /// Thanks a customer for a call through a queue, in which they talked to an agent.
    ThankYou {
        /// Twilio's SID of the call.
        call_sid: CallSid,
        /// TaskRouter's SID of the task.
        task_sid: TaskSid,
        /// The address of the API, which Twilio's callback is sent to.
        base_url: String,
    },
    /// Ends the work after a call that an agent took on the phone.
    CompleteTask {
        /// TaskRouter's SID of the task.
        task_sid: TaskSid,
    },
    /// Does what is next for a customer who wants to be called back: puts them in their place again
    /// after an attempt that did not reach them, or tells them that they were not reached.
    ReturnCall {
        /// The customer's number.
        contact: PhoneNumber,
        /// The address of the API, which Twilio's callback is sent to.
        base_url: String,
    },
    /// Queues an invitation for each participant of a conference who has not been invited yet.
    Conference {
        /// The id of the conference.
        conference_id: ConferenceId,
    },
    /// Invites one participant to a conference, by text or call.
    Invitation {
        /// The id of the conference.
        conference_id: ConferenceId,
        /// The id of the participant.
        participant_id: ParticipantId,
    },
}

/// A job of the `erase` queue: erases the entries of a number, with recordings and media.
#[derive(Debug, Serialize, Deserialize)]
pub struct EraseJob {
    /// The contact's number whose entries are erased.
    pub number: Address,
}

/// A job of the queue of copies: one file is copied from Twilio into our bucket.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CopyJob {
    /// Copies the recording of a call.
    Recording {
        /// The call that was recorded.
        call_sid: CallSid,
        /// Twilio's SID of the recording to copy.
        recording_sid: RecordingSid,
    },
    /// Copies a file that came with a text.
    Media {
        /// Twilio's SID of the text.
        message_sid: MessageSid,
        /// Twilio's SID of the file to copy.
        media_sid: MediaSid,
    },
}
