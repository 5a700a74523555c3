//! Work that outlives an answer, as it is queued: one effect a message. What it needs is in the
//! table; the message says which.

use serde::{Deserialize, Serialize};

use crate::values::{CallSid, ConferenceId, MediaSid, MessageSid, RecordingSid};

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

/// The work of copying one file, as it is queued.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CopyJob {
    /// A recording.
    Recording {
        /// The call it belongs to.
        call_sid: CallSid,
        /// The recording to copy.
        recording_sid: RecordingSid,
    },
    /// A file that came with a text.
    Media {
        /// The text.
        message_sid: MessageSid,
        /// The file to copy.
        media_sid: MediaSid,
    },
}
