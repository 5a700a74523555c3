//! The entry of a call in the log: what all its items add up to.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{
    outcome::{answered_by, outcome},
    queue_visit::{QueueVisit, TaskItem},
    store::DUE_TEXTS,
};
use crate::{
    Error,
    aws::table::{Item, text_of},
    contacts::CallOutcome,
    flow::Step,
    recordings::StoredRecording,
    twilio::voice::{CallStatus, Direction, RecordingStatus},
    values::{CallSid, ConferenceId, ParticipantId, Party, PhoneNumber, RecordingSid},
};

/// A call in the log, with its way through the flow.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CallEntry {
    /// Twilio's SID of the call, `CA…`.
    pub call_sid: CallSid,
    /// Which way the call went: `inbound`, or `outbound-api` when we placed it.
    pub direction: Direction,
    /// The calling party: a number in E.164, a short code, a SIP address or `anonymous`.
    pub from: Party,
    /// The party that was called; of a call that we placed for an agent, the agent's phone.
    pub to: Party,
    /// Our number in the call; null when it is not known.
    #[schema(required)]
    pub our_number: Option<PhoneNumber>,
    /// The status of the call, in Twilio's words.
    pub status: CallStatus,
    /// The outcome of the call, `in-progress` until it has ended.
    pub outcome: CallOutcome,
    /// The time at which the call came in or was placed.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub started_at: Option<OffsetDateTime>,
    /// The time at which the call was answered; null when it was not.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub answered_at: Option<OffsetDateTime>,
    /// The time at which it ended; null until then.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub ended_at: Option<OffsetDateTime>,
    /// The duration of the call in seconds, as Twilio bills it; null until it has ended.
    #[schema(required)]
    pub duration_seconds: Option<u32>,
    /// The phone of the person who took the call; null when nobody did.
    #[schema(required)]
    pub answered_by: Option<Party>,
    /// The steps of the call's way through the flow, in order.
    pub path: Vec<PathStep>,
    /// The phones that the call was forwarded to, in order.
    pub legs: Vec<Leg>,
    /// The id of the conference that the call was in or was placed for; null when there is none.
    #[schema(required)]
    pub conference_id: Option<ConferenceId>,
    /// The voicemail that the caller left; null when there is none.
    #[schema(required)]
    pub voicemail: Option<Voicemail>,
    /// The recordings of the conversation, without the voicemail.
    pub recordings: Vec<Recording>,
    /// The caller's times in queues of the contact centre, in order.
    pub queue_visits: Vec<QueueVisit>,
    /// Whether texts that the flow sends may still have to be sent.
    #[serde(skip)]
    pub texts_are_due: bool,
    /// The participant whom the call was placed for; `None` for other calls.
    #[serde(skip)]
    pub participant_id: Option<ParticipantId>,
}

/// A step of a call's way through the flow.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PathStep {
    /// The name of the flow's widget.
    pub widget: String,
    /// The event with which the widget ended.
    pub event: String,
    /// The time at which the widget ended.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The keys that the caller pressed; left out when there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<String>,
    /// How a forwarded call ended, in Twilio's words; left out for other steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dial_status: Option<String>,
}

/// A phone that a call was forwarded to.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Leg {
    /// Twilio's SID of this leg of the call.
    pub call_sid: CallSid,
    /// The phone that the leg rang.
    pub to: Party,
    /// The status of the leg, in Twilio's words; null until Twilio has told it.
    #[schema(required)]
    pub status: Option<CallStatus>,
    /// The time at which the leg was placed.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub started_at: Option<OffsetDateTime>,
    /// The time at which a person, or a carrier's voicemail, answered; null when nobody did.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub answered_at: Option<OffsetDateTime>,
    /// The time at which a person pressed a key to take the call; null when nobody did.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub accepted_at: Option<OffsetDateTime>,
    /// The time at which it ended; null until then.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub ended_at: Option<OffsetDateTime>,
    /// The duration of the leg in seconds; null until it has ended.
    #[schema(required)]
    pub duration_seconds: Option<u32>,
    /// Whether the person was connected at once, without being asked for a key.
    #[serde(skip)]
    pub unasked: bool,
    /// Whether the person was asked for a key, in a call that we placed.
    #[serde(skip)]
    pub asked: bool,
}

/// A voicemail that a caller left.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Voicemail {
    /// Twilio's SID of the recording, `RE…`.
    pub recording_sid: RecordingSid,
    /// The length of the voicemail in seconds; null until Twilio has told it.
    #[schema(required)]
    pub duration_seconds: Option<u32>,
    /// The key of the copy in our S3 bucket; null until it has been copied.
    #[schema(required)]
    pub s3_key: Option<String>,
}

/// A recording that Twilio has told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recording {
    /// Twilio's SID of the recording, `RE…`.
    pub recording_sid: RecordingSid,
    /// The TwiML verb that made the recording: `RecordVerb` or `DialVerb`.
    #[schema(required)]
    pub source: Option<String>,
    /// The status of the recording, in Twilio's words.
    #[serde(rename = "recorded_status")]
    #[schema(required)]
    pub status: Option<RecordingStatus>,
    /// The length of the recording in seconds.
    #[schema(required)]
    pub duration_seconds: Option<u32>,
    /// The copy in our bucket; `None` until it has been copied.
    #[serde(flatten)]
    #[schema(ignore)]
    pub stored: Option<StoredRecording>,
}

#[derive(Deserialize)]
struct CallItem {
    call_sid: CallSid,
    direction: Direction,
    from: Party,
    to: Party,
    status: CallStatus,
    #[serde(flatten)]
    times: Times,
    duration_seconds: Option<u32>,
    conference_id: Option<ConferenceId>,
    participant_id: Option<ParticipantId>,
    code_asked_at: Option<String>,
    return_asked_at: Option<String>,
    entered_conference_at: Option<String>,
}

#[derive(Deserialize)]
struct LegItem {
    call_sid: CallSid,
    to: Party,
    status: Option<CallStatus>,
    #[serde(flatten)]
    times: Times,
    #[serde(default, with = "time::serde::rfc3339::option")]
    accepted_at: Option<OffsetDateTime>,
    duration_seconds: Option<u32>,
    #[serde(default)]
    unasked: bool,
    #[serde(default)]
    asked: bool,
}

/// The times at which a call or a leg came to each status, as far as they are known.
#[derive(Deserialize)]
struct Times {
    #[serde(default, with = "time::serde::rfc3339::option")]
    queued_at: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    initiated_at: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    ringing_at: Option<OffsetDateTime>,
    /// The time at which the first webhook of the flow arrived.
    #[serde(default, with = "time::serde::rfc3339::option")]
    started_at: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    answered_at: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
}

impl Times {
    /// The earliest of the times at which the call can have begun.
    fn started_at(&self) -> Option<OffsetDateTime> {
        [self.queued_at, self.initiated_at, self.ringing_at, self.started_at, self.answered_at]
            .into_iter()
            .flatten()
            .min()
    }
}

impl From<LegItem> for Leg {
    fn from(item: LegItem) -> Self {
        Self {
            call_sid: item.call_sid,
            to: item.to,
            status: item.status,
            started_at: item.times.started_at(),
            answered_at: item.times.answered_at,
            accepted_at: item.accepted_at,
            ended_at: item.times.ended_at,
            duration_seconds: item.duration_seconds,
            unasked: item.unasked,
            asked: item.asked,
        }
    }
}

impl CallEntry {
    /// Makes an entry of all items of a call's partition; `None` while the call itself is not among
    /// them.
    pub(super) fn from_items(
        items: Vec<Item>,
        shortest_voicemail: u32,
    ) -> Result<Option<Self>, Error> {
        let mut call = None;
        let mut steps = Vec::new();
        let mut legs: Vec<Leg> = Vec::new();
        let mut recordings: Vec<Recording> = Vec::new();
        let mut queue_visits: Vec<QueueVisit> = Vec::new();
        let mut texts_are_due = false;
        for item in items {
            match text_of(&item, "sk").unwrap_or_default().split('#').next() {
                Some("CALL") => {
                    steps = steps_of(&item)?;
                    texts_are_due = item.keys().any(|name| name.starts_with(DUE_TEXTS));
                    call = Some(serde_dynamo::from_item::<_, CallItem>(item)?);
                }
                Some("LEG") => {
                    legs.push(serde_dynamo::from_item::<_, LegItem>(item)?.into());
                }
                Some("TASK") => {
                    queue_visits.push(serde_dynamo::from_item::<_, TaskItem>(item)?.into());
                }
                Some("RECORDING") => recordings.push(serde_dynamo::from_item(item)?),
                _ => {}
            }
        }
        legs.sort_by_key(|leg| leg.started_at);
        queue_visits.sort_by_key(|visit| visit.since);
        let Some(call) = call else { return Ok(None) };

        let voicemail = voicemail(&steps, &mut recordings, shortest_voicemail);
        let taken = queue_visits.iter().find(|visit| visit.is_answered());
        let answered_by = match taken {
            Some(visit) => visit.agent_phone.clone(),
            None => answered_by(&call.direction, &steps, &legs),
        };
        // A callback may have come before the call's first webhook, which answered it.
        let status = match call.status {
            status if status.rank() < CallStatus::InProgress.rank() && !steps.is_empty() => {
                CallStatus::InProgress
            }
            status => status,
        };
        let mut outcome = outcome(
            &call.direction,
            &status,
            &steps,
            taken.is_some() || answered_by.is_some(),
            voicemail.is_some(),
        );
        if outcome != CallOutcome::InProgress && call.entered_conference_at.is_some() {
            outcome = CallOutcome::Conference;
        } else if outcome == CallOutcome::Missed && call.return_asked_at.is_some() {
            outcome = CallOutcome::Callback;
        } else if outcome == CallOutcome::Missed && call.code_asked_at.is_some() {
            // The owner is not told of callers who guess codes.
            outcome = CallOutcome::Abandoned;
        }
        let ours = match call.direction {
            Direction::Inbound => &call.to,
            _ => &call.from,
        };
        Ok(Some(Self {
            our_number: ours.number().cloned(),
            call_sid: call.call_sid,
            direction: call.direction,
            from: call.from,
            to: call.to,
            status,
            outcome,
            started_at: call.times.started_at(),
            answered_at: call.times.answered_at,
            ended_at: call.times.ended_at,
            duration_seconds: call.duration_seconds,
            answered_by,
            path: steps.iter().map(PathStep::from).collect(),
            legs,
            conference_id: call.conference_id,
            participant_id: call.participant_id,
            voicemail,
            recordings,
            queue_visits,
            texts_are_due,
        }))
    }
}

fn steps_of(item: &Item) -> Result<Vec<Step>, Error> {
    let mut names: Vec<_> = item.keys().filter(|name| name.starts_with("step_")).collect();
    names.sort();
    names
        .into_iter()
        .map(|name| Ok(serde_dynamo::from_attribute_value(item[name].clone())?))
        .collect()
}

/// Takes the voicemail out of the recordings: the one that `<Record>` made, unless it is shorter
/// than so many seconds, and nothing was said. The flow's step names it even before the callback
/// does.
fn voicemail(steps: &[Step], recordings: &mut Vec<Recording>, shortest: u32) -> Option<Voicemail> {
    let position = recordings.iter().rposition(|recording| {
        recording.source.as_deref() != Some("DialVerb")
            && recording.status == Some(RecordingStatus::Completed)
            && recording.duration_seconds.is_none_or(|seconds| seconds >= shortest)
    });
    if let Some(position) = position {
        let recording = recordings.remove(position);
        return Some(Voicemail {
            recording_sid: recording.recording_sid,
            duration_seconds: recording.duration_seconds,
            s3_key: recording.stored.map(|stored| stored.s3_key),
        });
    }
    // What the callback has told of the recording decides.
    let is_told = |sid: &RecordingSid| {
        recordings
            .iter()
            .any(|recording| recording.recording_sid == *sid && recording.status.is_some())
    };
    steps.iter().rev().find_map(|step| {
        let recording_sid = sid_in_url(step.params.get("RecordingUrl")?)?;
        let seconds: u32 = step.params.get("RecordingDuration")?.parse().ok()?;
        (seconds >= shortest.max(1) && !is_told(&recording_sid)).then_some(Voicemail {
            recording_sid,
            duration_seconds: Some(seconds),
            s3_key: None,
        })
    })
}

fn sid_in_url(url: &str) -> Option<RecordingSid> {
    url.rsplit('/').next()?.parse().ok()
}

impl From<&Step> for PathStep {
    fn from(step: &Step) -> Self {
        let param = |name: &str| step.params.get(name).filter(|value| !value.is_empty()).cloned();
        Self {
            widget: step.widget.clone(),
            event: step.event.clone(),
            at: step.at,
            // Twilio's word for the end of a recording by hanging up, which the event tells.
            digits: param("Digits").filter(|digits| digits != "hangup"),
            dial_status: param("DialCallStatus"),
        }
    }
}
