//! The entries of a contact's timeline.

use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    Error,
    aws::table::{Index, Item, time_of},
    twilio::refusal::sentence,
    values::{Address, ContactId, words},
};

words!(
    /// The outcome of a call for the caller.
    CallOutcome {
        /// The call has not ended yet.
        InProgress = "in-progress",
        /// A person took the call, so that the two could talk.
        Answered = "answered",
        /// The caller reached nobody and left a voicemail.
        Voicemail = "voicemail",
        /// The caller reached nobody, and asked to be called back instead of waiting on.
        Callback = "callback",
        /// The caller or called person was in a conference.
        Conference = "conference",
        /// The caller pressed a key or waited for the voicemail, and reached nobody and left
        /// nothing; or we called, and nobody answered.
        Missed = "missed",
        /// The caller hung up without having done anything, or without a conference's code.
        Abandoned = "abandoned",
        /// We did not take the call, because the caller is blocked.
        Rejected = "rejected",
    }
);

words!(
    /// What kind of contact with us an entry describes.
    EntryType {
        /// A call whose caller left no voicemail.
        Call = "call",
        /// A call whose caller left a voicemail.
        Voicemail = "voicemail",
        /// A text, with or without media.
        Sms = "sms",
        /// A note that an agent wrote.
        Note = "note",
        /// A conference that the contact was invited to.
        Conference = "conference",
        /// An interaction that lives in another system.
        External = "external",
    }
);

words!(
    /// Which way an entry went between the contact and us.
    EntryDirection {
        /// The contact called, texted or wrote to us.
        Inbound = "inbound",
        /// We called, texted or wrote to the contact.
        Outbound = "outbound",
        /// The entry went in neither direction, as a note.
        Internal = "internal",
    }
);

/// Reads a direction. Twilio has several words for calls that we place; they all are outbound.
pub(crate) fn direction<'de, D: Deserializer<'de>>(word: D) -> Result<EntryDirection, D::Error> {
    let word = String::deserialize(word)?;
    Ok(word.parse().unwrap_or(EntryDirection::Outbound))
}

/// A file that came with a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Media {
    /// Twilio's SID of the file, `ME…`.
    pub sid: String,
    /// The media type of the file, e.g. `image/png`.
    pub content_type: String,
    /// The address at this API that gives a link to the file. Left out until the file has been
    /// copied from Twilio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether Twilio turned out to have no such file, so that there will be no copy. Left out
    /// otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub lost: bool,
    /// The key of the file in our bucket; `None` until it has been copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub s3_key: Option<String>,
}

/// An entry of a contact's timeline. Fields that do not apply to its type are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// The entry's id, unique among all entries.
    pub id: String,
    /// What kind of entry it is.
    pub r#type: EntryType,
    /// The SID of the Twilio account that the entry belongs to.
    pub account_sid: String,
    /// The id of the contact whose entry it is.
    #[serde(default)]
    #[schema(required, value_type = ContactId)]
    pub contact_id: Option<ContactId>,
    /// The contact's number that called, texted or was reached, in E.164 or as a short code.
    pub contact_number: Address,
    /// Our number that the contact used or was reached from; null for notes and external entries.
    #[serde(default)]
    #[schema(required)]
    pub our_number: Option<String>,
    /// Which way the entry went between the contact and us.
    #[serde(deserialize_with = "direction")]
    pub direction: EntryDirection,
    /// The time at which the call, text, note or interaction began.
    #[serde(
        serialize_with = "time::serde::rfc3339::serialize",
        deserialize_with = "time_or_order_key"
    )]
    pub at: OffsetDateTime,
    /// The sign-in that made the entry, when it was one of ours: the `sub` of an agent or a
    /// program, or `switchboard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Of a call or a voicemail: Twilio's SID of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sid: Option<String>,
    /// Of a text: Twilio's SID, once Twilio has taken the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_sid: Option<String>,
    /// Of a call or a text: its status, in Twilio's words. A text may also be `unknown`, when
    /// Twilio's answer was lost, or `refused`, when it came from a blocked contact. Of a
    /// conference: how far the contact got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Of a call that has ended: its outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CallOutcome>,
    /// Of a call: its duration in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// Of a call: the phone of the person who took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// Of a call through a queue: the name of the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// Of a call through a queue: the name of the agent who took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    /// Of a call through a queue: how many seconds the caller waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_seconds: Option<u32>,
    /// Of a call through a queue: how many seconds caller and agent were connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talked_seconds: Option<u32>,
    /// Of a voicemail: Twilio's SID of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_sid: Option<String>,
    /// Of a voicemail: its length in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_duration_seconds: Option<u32>,
    /// Of a voicemail: the address at this API that gives a link to the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_url: Option<String>,
    /// Of a voicemail: whether an agent has heard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<bool>,
    /// Of a text or a note: its words, as they were sent or written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Of a text: how many segments Twilio bills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// Of a text that was not delivered: Twilio's code for why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u32>,
    /// Of a text that was not delivered: why, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Of a text: the files that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// Of an external entry: the name of the system that it lives in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of an external entry: its title; of a conference: its subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Of an external entry: its address in the other system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Of a conference: the id of the conference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference_id: Option<String>,
}

impl Entry {
    /// Makes an entry of an item that is in index `timeline`.
    pub fn from_item(mut item: Item) -> Result<Self, Error> {
        Index::Timeline.name_partition(&mut item, "contact_number");
        Index::Timeline.name_sort_key(&mut item, "at");
        if let Some(status) = item.remove("contact_status") {
            item.insert("status".into(), status);
        }
        Ok(serde_dynamo::from_item(item)?)
    }

    /// The entry as the API shows it, with its contact's id and the addresses of files at this API.
    pub fn shown(mut self, contact_id: &ContactId, base_url: &str) -> Self {
        self.contact_id = Some(contact_id.clone());
        self.error = self.error_code.map(|code| sentence(code).to_owned());
        self.recording_url =
            self.recording_sid.as_ref().map(|sid| format!("{base_url}/api/recordings/{sid}"));
        for media in &mut self.media {
            media.url = media.s3_key.take().map(|_| format!("{base_url}/api/media/{}", media.sid));
        }
        self
    }
}

pub(crate) fn time_or_order_key<'de, D: Deserializer<'de>>(
    json: D,
) -> Result<OffsetDateTime, D::Error> {
    let text = String::deserialize(json)?;
    time_of(&text).map_err(|error| serde::de::Error::custom(error.chain()))
}
