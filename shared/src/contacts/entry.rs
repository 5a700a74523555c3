//! One entry of a timeline.

use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    Error,
    aws::table::{Item, time_of},
    values::words,
};

words!(
    /// What came of a call.
    CallOutcome {
        /// It has not ended.
        InProgress = "in-progress",
        /// Somebody took it.
        Answered = "answered",
        /// The caller left a message.
        Voicemail = "voicemail",
        /// It was in a conference.
        Conference = "conference",
        /// The caller pressed a key or waited for the voicemail, and reached nobody and left
        /// nothing; or we called, and nobody answered.
        Missed = "missed",
        /// The caller hung up without having done anything, or without a conference's code.
        Abandoned = "abandoned",
        /// We did not take it: the caller is blocked.
        Rejected = "rejected",
    }
);

words!(
    /// What an entry is.
    EntryType {
        /// A call.
        Call = "call",
        /// A call whose caller left a message.
        Voicemail = "voicemail",
        /// A text, with or without media.
        Sms = "sms",
        /// What an agent wrote down.
        Note = "note",
        /// A conference that the contact was invited to.
        Conference = "conference",
        /// An interaction that lives in another system.
        External = "external",
    }
);

words!(
    /// Which way an entry went.
    EntryDirection {
        /// From the contact to us.
        Inbound = "inbound",
        /// From us to the contact.
        Outbound = "outbound",
        /// Neither: a note.
        Internal = "internal",
    }
);

/// Reads a direction; Twilio has several words for calls that we place.
pub(crate) fn direction<'de, D: Deserializer<'de>>(word: D) -> Result<EntryDirection, D::Error> {
    let word = String::deserialize(word)?;
    Ok(word.parse().unwrap_or(EntryDirection::Outbound))
}

/// A file that came with a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Media {
    /// Twilio's SID of it.
    pub sid: String,
    /// Its media type.
    pub content_type: String,
    /// Where to ask for a link to it, once it has been copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its key in our bucket, once it has been copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub s3_key: Option<String>,
}

/// An entry. What does not apply to its type is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Unique among all entries.
    pub id: String,
    /// What it is.
    pub r#type: EntryType,
    /// The Twilio account it belongs to.
    pub account_sid: String,
    /// The contact.
    #[serde(default)]
    #[schema(required)]
    pub contact_id: String,
    /// The contact's number in it: E.164, or a short code.
    #[serde(alias = "timeline_pk")]
    pub contact_number: String,
    /// Our number in it.
    #[serde(default)]
    #[schema(required)]
    pub our_number: Option<String>,
    /// Which way it went.
    #[serde(deserialize_with = "direction")]
    pub direction: EntryDirection,
    /// When it began.
    #[serde(
        alias = "timeline_sk",
        serialize_with = "time::serde::rfc3339::serialize",
        deserialize_with = "time_or_order_key"
    )]
    pub at: OffsetDateTime,
    /// Who did it, where it was one of us: the `sub` of an agent or a program, or `switchboard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Of a call or a voicemail: Twilio's SID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sid: Option<String>,
    /// Of a text: Twilio's SID, once Twilio has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_sid: Option<String>,
    /// Of a call or a text: where it stands, in Twilio's words; of a text also `unknown`, when
    /// Twilio's answer was lost, and `refused`, from a blocked contact; of a conference: how far
    /// the contact got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Of a call: what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CallOutcome>,
    /// Of a call: how long it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// Of a call: the phone of the person who took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// Of a voicemail: Twilio's SID of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_sid: Option<String>,
    /// Of a voicemail: how long the message is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_duration_seconds: Option<u32>,
    /// Of a voicemail: where to ask for a link to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_url: Option<String>,
    /// Of a voicemail: whether one of us has heard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<bool>,
    /// Of a text or a note: what it says, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Of a text: how many segments Twilio bills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// Of a text that was not delivered: Twilio's code for why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u32>,
    /// Of a text: what came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// Of an external entry: which system it lives in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of an external entry: what to call it; of a conference: its subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Of an external entry: where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Of a conference: its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference_id: Option<String>,
}

impl Entry {
    /// From an item that is in a timeline.
    pub fn from_item(mut item: Item) -> Result<Self, Error> {
        if let Some(status) = item.remove("contact_status") {
            item.insert("status".into(), status);
        }
        Ok(serde_dynamo::from_item(item)?)
    }

    /// As it is shown: with its contact's id, and addresses at this API.
    pub fn shown(mut self, contact_id: &str, base_url: &str) -> Self {
        self.contact_id = contact_id.to_owned();
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
