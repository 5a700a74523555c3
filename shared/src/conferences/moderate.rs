//! Mutes, holds and removes participants of a conference.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{ConferenceReport, Lifecycle, Participant, ParticipantView, Stay};
use crate::{
    Error,
    aws::table::{Check, Update, value},
    error::{conflict, invalid, not_found},
    twilio::refusal::explained,
    values::{CallSid, ConferenceId},
};

/// What is to change about a participant in a conference: at least one of the fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct ModerateParticipant {
    /// Whether the participant is muted, so that the others do not hear them.
    pub muted: Option<bool>,
    /// Whether the participant is on hold, so that they hear music and not the others.
    pub hold: Option<bool>,
}

impl Lifecycle {
    /// Mutes a participant or puts them on hold, or ends either.
    ///
    /// # Errors
    /// 404 when there is no such conference or participant; 409 when the participant is not in the
    /// conference; 422 when nothing is to change.
    pub async fn moderate(
        &self,
        id: &ConferenceId,
        call: &CallSid,
        change: &ModerateParticipant,
    ) -> Result<ParticipantView, Error> {
        let mut form = Vec::new();
        for (name, on) in [("Muted", change.muted), ("Hold", change.hold)] {
            form.extend(on.map(|on| (name, if on { "true" } else { "false" })));
        }
        if form.is_empty() {
            return Err(invalid(".", "give muted, hold, or both"));
        }
        let report = self.report(id).await?;
        let resource = resource(&report, call)?;
        self.twilio.post::<Value>(&resource, &form).await.map_err(explained)?;
        // The room's events tell the same; this is for requests before the events come.
        let mut update = Update::of(Stay::key(id, call));
        for (name, on) in [("muted", change.muted), ("hold", change.hold)] {
            if let Some(on) = on {
                update.set(name, value(&on)?);
            }
        }
        self.table.update_if(update, Check::new().exists()).await?;
        let participant = self.report(id).await?.participant_of(call);
        participant.ok_or_else(|| Error::internal("a participant vanished"))
    }

    /// Puts a participant out of a conference, or gives up calling them. They are not let in again
    /// until they are invited again: neither with the code nor by a call that is still ringing.
    ///
    /// # Errors
    /// 404 when there is no such conference or participant; 409 when the participant is neither in
    /// the conference nor being called.
    pub async fn remove(&self, id: &ConferenceId, call: &CallSid) -> Result<(), Error> {
        let report = self.report(id).await?;
        let live = report.conference.live;
        let rings = live && report.calls_that_ring().any(|ringing| ringing == call);
        let resource = if rings { None } else { Some(resource(&report, call)?) };
        for who in report.same_person(call) {
            let (bar, is_there) = Participant::bar(id, &who.id)?;
            self.table.update_if(bar, is_there).await?;
        }
        match resource {
            Some(resource) => Ok(self.twilio.delete(&resource).await?),
            None => self.hang_up(call).await,
        }
    }

    async fn report(&self, id: &ConferenceId) -> Result<ConferenceReport, Error> {
        let report = ConferenceReport::read(&self.table, id).await?;
        report.ok_or_else(|| not_found("there is no conference with this id"))
    }
}

/// The resource of a participant at Twilio.
fn resource(report: &ConferenceReport, call: &CallSid) -> Result<String, Error> {
    let leg = report.legs().find(|leg| leg.call_sid == *call);
    if leg.is_none() && report.participant_of(call).is_none() {
        return Err(not_found("there is no participant with this call"));
    }
    let room = leg.filter(|leg| report.is_present(leg)).and_then(|leg| leg.conference_sid.as_ref());
    let room = room.ok_or_else(|| conflict("this participant is not in the conference"))?;
    Ok(format!("Conferences/{room}/Participants/{call}.json"))
}
