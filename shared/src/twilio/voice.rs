//! What the voice webhooks carry.
//! <https://www.twilio.com/docs/voice/twiml#request-parameters>

use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::form::{Form, FromForm};
use crate::{
    Error,
    values::{AccountSid, CallSid, Party, RecordingSid, words},
};

words!(
    /// Where a call stands.
    /// <https://www.twilio.com/docs/voice/api/call-resource#call-status-values>
    CallStatus {
        /// Waits to be placed.
        Queued = "queued",
        /// Is being placed.
        Initiated = "initiated",
        /// Rings.
        Ringing = "ringing",
        /// Has been answered.
        InProgress = "in-progress",
        /// Was answered and has ended.
        Completed = "completed",
        /// The phone was engaged.
        Busy = "busy",
        /// Could not be connected.
        Failed = "failed",
        /// Rang in vain.
        NoAnswer = "no-answer",
        /// Was given up before it was answered.
        Canceled = "canceled",
        ..Other
    }
);

impl CallStatus {
    /// A call's rank only rises: callbacks come late, twice and in any order. All final statuses
    /// rank the same, so that the first to arrive stays.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Queued | Self::Other(_) => 0,
            Self::Initiated => 1,
            Self::Ringing => 2,
            Self::InProgress => 3,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => 4,
        }
    }

    /// Whether the call has ended.
    pub fn is_final(&self) -> bool {
        self.rank() == Self::Completed.rank()
    }
}

words!(
    /// Who placed a call.
    Direction {
        /// Somebody called us.
        Inbound = "inbound",
        /// We, by the REST API.
        OutboundApi = "outbound-api",
        /// A `<Dial>`.
        OutboundDial = "outbound-dial",
        ..Other
    }
);

words!(
    /// How a recording stands.
    RecordingStatus {
        /// Is being made.
        InProgress = "in-progress",
        /// Can be fetched.
        Completed = "completed",
        /// Had no sound.
        Absent = "absent",
        /// Was lost by Twilio.
        Failed = "failed",
        ..Other
    }
);

/// The call that a voice webhook is about.
#[derive(Clone, Debug)]
pub struct VoiceCall {
    /// Our account.
    pub account_sid: AccountSid,
    /// The leg.
    pub call_sid: CallSid,
    /// The call that dialled this leg.
    pub parent_call_sid: Option<CallSid>,
    /// Who calls.
    pub from: Party,
    /// Who is called.
    pub to: Party,
    /// Where it stands.
    pub status: CallStatus,
    /// Who placed it.
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

/// A status callback.
/// <https://www.twilio.com/docs/voice/api/call-resource#statuscallback>
#[derive(Clone, Debug)]
pub struct CallProgress {
    /// The call or the leg.
    pub call: VoiceCall,
    /// When it happened; the time of arrival where Twilio does not say.
    pub at: OffsetDateTime,
    /// How long the call was, in seconds, once it has ended.
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

/// A recording status callback.
/// <https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback>
#[derive(Clone, Debug)]
pub struct RecordingEvent {
    /// The call that was recorded.
    pub call_sid: CallSid,
    /// The recording.
    pub recording_sid: RecordingSid,
    /// Where the file is, without its extension. Only for the check that it is ours.
    pub recording_url: Option<String>,
    /// How it stands.
    pub status: RecordingStatus,
    /// How long it is, in seconds.
    pub duration_seconds: Option<u32>,
    /// Which verb made it: `RecordVerb` or `DialVerb`.
    pub source: Option<String>,
    /// When it began.
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
