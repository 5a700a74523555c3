//! Conferences at Twilio: what its webhooks tell and what its REST API gives.
//! <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>

use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::form::{Form, FromForm};
use crate::{
    Error,
    values::{CallSid, ConferenceSid, words},
};

words!(
    /// What happened in a conference.
    ConferenceEventKind {
        /// The second participant came.
        Start = "conference-start",
        /// It is over.
        End = "conference-end",
        /// Somebody came.
        Join = "participant-join",
        /// Somebody went.
        Leave = "participant-leave",
        /// Somebody is not heard any more.
        Mute = "participant-mute",
        /// Somebody is heard again.
        Unmute = "participant-unmute",
        /// Somebody hears music, and not the others.
        Hold = "participant-hold",
        /// Somebody hears the others again.
        Unhold = "participant-unhold",
        /// An announcement was played.
        AnnouncementEnd = "announcement-end",
        /// An announcement could not be played.
        AnnouncementFail = "announcement-fail",
        ..Other
    }
);

/// An event of a conference.
#[derive(Clone, Debug)]
pub struct ConferenceEvent {
    /// Twilio's conference.
    pub conference_sid: ConferenceSid,
    /// The name in `<Conference>`.
    pub friendly_name: String,
    /// What happened.
    pub kind: ConferenceEventKind,
    /// When; the time of arrival where Twilio does not say.
    pub at: OffsetDateTime,
    /// Events of a conference are numbered as they happen.
    pub sequence_number: u32,
    /// Of a participant's event: the call.
    pub call_sid: Option<CallSid>,
    /// Of a leave: why, in Twilio's words.
    pub reason_left: Option<String>,
}

impl FromForm for ConferenceEvent {
    fn from_form(form: &Form) -> Result<Self, Error> {
        let at = form.get("Timestamp").and_then(|text| OffsetDateTime::parse(text, &Rfc2822).ok());
        Ok(Self {
            conference_sid: form.parse("ConferenceSid")?,
            friendly_name: form.parse("FriendlyName")?,
            kind: form.get("StatusCallbackEvent").unwrap_or_default().into(),
            at: at.unwrap_or_else(OffsetDateTime::now_utc),
            sequence_number: form.number("SequenceNumber").unwrap_or(0),
            call_sid: form.parse_optional("CallSid")?,
            reason_left: form.get("ReasonParticipantLeft").map(str::to_owned),
        })
    }
}

/// A conference, as REST gives it.
/// <https://www.twilio.com/docs/voice/api/conference-resource>
#[derive(Debug, Deserialize)]
pub struct ConferenceResource {
    /// Twilio's conference.
    pub sid: ConferenceSid,
    /// `init`, `in-progress` or `completed`.
    pub status: String,
}

/// A page of conferences.
#[derive(Debug, Deserialize)]
pub struct ConferenceList {
    /// The newest first.
    pub conferences: Vec<ConferenceResource>,
}

/// Somebody who is in a conference.
/// <https://www.twilio.com/docs/voice/api/conference-participant-resource>
#[derive(Debug, Deserialize)]
pub struct ParticipantResource {
    /// The call.
    pub call_sid: CallSid,
}

/// A page of those who are in a conference.
#[derive(Debug, Deserialize)]
pub struct ParticipantList {
    /// In no order.
    pub participants: Vec<ParticipantResource>,
}
