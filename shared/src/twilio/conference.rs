//! Conferences at Twilio: the events in its webhooks, and the answers of its REST API.
//! <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>

use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::form::{Form, FromForm};
use crate::{
    Error,
    values::{CallSid, ConferenceSid, words},
};

words!(
    /// What kind of event happened in a conference.
    ConferenceEventKind {
        /// The conference started: its second participant came.
        Start = "conference-start",
        /// The conference is over: its last participant left, or it was ended.
        End = "conference-end",
        /// A participant came into the conference.
        Join = "participant-join",
        /// A participant left the conference.
        Leave = "participant-leave",
        /// A participant was muted: the others do not hear them any more.
        Mute = "participant-mute",
        /// A participant was unmuted: the others hear them again.
        Unmute = "participant-unmute",
        /// A participant was put on hold: they hear music, and not the others.
        Hold = "participant-hold",
        /// A participant was taken off hold: they hear the others again.
        Unhold = "participant-unhold",
        /// An announcement has been played to the end.
        AnnouncementEnd = "announcement-end",
        /// An announcement could not be played.
        AnnouncementFail = "announcement-fail",
        ..Other
    }
);

/// An event of a conference, as Twilio's status callback tells it.
#[derive(Clone, Debug)]
pub struct ConferenceEvent {
    /// Twilio's SID of the conference, `CF…`.
    pub conference_sid: ConferenceSid,
    /// The conference's name, as the TwiML verb `<Conference>` gave it.
    pub friendly_name: String,
    /// What kind of event it is.
    pub kind: ConferenceEventKind,
    /// When it happened; the time at which the callback arrived if Twilio does not say.
    pub at: OffsetDateTime,
    /// The number of the event among those of its conference, in the order in which they happened;
    /// 0 if Twilio does not say.
    pub sequence_number: u32,
    /// The call of the participant that the event is about; `None` for events of the whole
    /// conference.
    pub call_sid: Option<CallSid>,
    /// Why the participant left, in Twilio's words; `None` for other events.
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

/// A conference, as the REST API gives it.
/// <https://www.twilio.com/docs/voice/api/conference-resource>
#[derive(Debug, Deserialize)]
pub struct ConferenceResource {
    /// Twilio's SID of the conference, `CF…`.
    pub sid: ConferenceSid,
}

/// A page of the REST API's list of conferences.
#[derive(Debug, Deserialize)]
pub struct ConferenceList {
    /// The conferences of this page, the newest first.
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    pub conferences: Vec<ConferenceResource>,
}

/// A participant who is in a conference, as the REST API gives it.
/// <https://www.twilio.com/docs/voice/api/conference-participant-resource>
#[derive(Debug, Deserialize)]
pub struct ParticipantResource {
    /// The call by which the participant takes part.
    pub call_sid: CallSid,
}

/// A page of the REST API's list of the participants who are in a conference.
#[derive(Debug, Deserialize)]
pub struct ParticipantList {
    /// The participants of this page, in no order.
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    pub participants: Vec<ParticipantResource>,
}
