//! The parameters of Twilio's voice webhooks.
//! <https://www.twilio.com/docs/voice/twiml#request-parameters>

use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::form::{Form, FromForm};
use crate::{
    Error,
    values::{AccountSid, CallSid, Party, RecordingSid, words},
};

words!(
    /// The status of a call or of one of its legs.
    /// <https://www.twilio.com/docs/voice/api/call-resource#call-status-values>
    CallStatus {
        /// The call waits to be placed.
        Queued = "queued",
        /// Twilio is placing the call.
        Initiated = "initiated",
        /// The phone that is called rings.
        Ringing = "ringing",
        /// The call has been answered and goes on.
        InProgress = "in-progress",
        /// The call was answered and has ended.
        Completed = "completed",
        /// The phone that was called was engaged.
        Busy = "busy",
        /// The call could not be connected.
        Failed = "failed",
        /// Nobody answered before the time was over.
        NoAnswer = "no-answer",
        /// The call was given up before it was answered.
        Canceled = "canceled",
        ..Other
    }
);

impl CallStatus {
    /// How far along this status is. A call's rank only rises: callbacks that come late, twice or
    /// in another order change nothing. All final statuses rank the same, so that the first to
    /// arrive stays.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Queued | Self::Other(_) => 0,
            Self::Initiated => 1,
            Self::Ringing => 2,
            Self::InProgress => 3,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => 4,
        }
    }

    /// Whether the call has ended, so that its status stays.
    pub fn is_final(&self) -> bool {
        self.rank() == Self::Completed.rank()
    }
}

words!(
    /// Which way a call goes, and how it was placed.
    Direction {
        /// A caller dialled one of our numbers.
        Inbound = "inbound",
        /// We placed the call by the REST API.
        OutboundApi = "outbound-api",
        /// The TwiML verb `<Dial>` placed the call.
        OutboundDial = "outbound-dial",
        ..Other
    }
);

words!(
    /// The status of a recording at Twilio.
    /// <https://www.twilio.com/docs/voice/api/recording#recording-properties>
    RecordingStatus {
        /// The recording is still being made.
        InProgress = "in-progress",
        /// The recording is interrupted and can go on.
        Paused = "paused",
        /// The recording has been stopped, and its file is not ready yet.
        Stopped = "stopped",
        /// Twilio makes the file.
        Processing = "processing",
        /// The recording is complete and can be fetched.
        Completed = "completed",
        /// There is no recording, because nothing was heard.
        Absent = "absent",
        /// Twilio could not make or keep the recording.
        Failed = "failed",
        /// The recording was there and has been deleted.
        Deleted = "deleted",
        ..Other
    }
);

impl RecordingStatus {
    /// Whether nothing more becomes of the recording.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Absent | Self::Failed | Self::Deleted)
    }
}

/// The call that a voice webhook is about.
#[derive(Clone, Debug)]
pub struct VoiceCall {
    /// The Twilio account that the call belongs to.
    pub account_sid: AccountSid,
    /// The SID of the call, or of the leg that the webhook is about.
    pub call_sid: CallSid,
    /// The call that dialled this leg; `None` for a call that is no leg of another.
    pub parent_call_sid: Option<CallSid>,
    /// The calling party; anonymous if Twilio does not say.
    pub from: Party,
    /// The party that is called: our number, or the phone of a leg.
    pub to: Party,
    /// The status of the call when the webhook was sent.
    pub status: CallStatus,
    /// Which way the call goes, and how it was placed.
    pub direction: Direction,
}

impl FromForm for VoiceCall {
    fn from_form(form: &Form) -> Result<Self, Error> {
        Ok(Self {
            account_sid: form.parse("AccountSid")?,
            call_sid: form.parse("CallSid")?,
            parent_call_sid: form.parse_optional("ParentCallSid")?,
            from: form.parse_optional("From")?.unwrap_or(Party::Anonymous),
            to: form.parse("To")?,
            status: form.word("CallStatus")?,
            direction: form.word("Direction")?,
        })
    }
}

/// A status callback of a call.
/// <https://www.twilio.com/docs/voice/api/call-resource#statuscallback>
#[derive(Clone, Debug)]
pub struct CallProgress {
    /// The call or the leg that has a new status.
    pub call: VoiceCall,
    /// When the status changed; the time at which the callback arrived if Twilio does not say.
    pub at: OffsetDateTime,
    /// How long the call was, in seconds; `None` until it has ended.
    pub duration_seconds: Option<u32>,
}

impl FromForm for CallProgress {
    fn from_form(form: &Form) -> Result<Self, Error> {
        let at = form.get("Timestamp").and_then(|text| OffsetDateTime::parse(text, &Rfc2822).ok());
        Ok(Self {
            call: VoiceCall::from_form(form)?,
            at: at.unwrap_or_else(OffsetDateTime::now_utc),
            duration_seconds: form.number("CallDuration"),
        })
    }
}

/// A status callback of a recording: it is ready, or there is none.
/// <https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback>
#[derive(Clone, Debug)]
pub struct RecordingEvent {
    /// The SID of the call that was recorded.
    pub call_sid: CallSid,
    /// The SID of the recording, `RE…`.
    pub recording_sid: RecordingSid,
    /// The address of the file, without its extension. It only serves to check that the file is
    /// ours.
    pub recording_url: Option<String>,
    /// The status of the recording when the callback was sent.
    pub status: RecordingStatus,
    /// How long the recording is, in seconds; `None` if Twilio does not say.
    pub duration_seconds: Option<u32>,
    /// The verb that made the recording: `RecordVerb` or `DialVerb`.
    pub source: Option<String>,
    /// When the recording began; `None` if Twilio does not say.
    pub started_at: Option<OffsetDateTime>,
}

impl FromForm for RecordingEvent {
    fn from_form(form: &Form) -> Result<Self, Error> {
        Ok(Self {
            call_sid: form.parse("CallSid")?,
            recording_sid: form.parse("RecordingSid")?,
            recording_url: form.get("RecordingUrl").map(str::to_owned),
            status: form.word("RecordingStatus")?,
            duration_seconds: form.number("RecordingDuration"),
            source: form.get("RecordingSource").map(str::to_owned),
            started_at: form
                .get("RecordingStartTime")
                .and_then(|text| OffsetDateTime::parse(text, &Rfc2822).ok()),
        })
    }
}
