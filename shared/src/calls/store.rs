//! The call log's writes and reads.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{AttributeValue, ReturnValue},
};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::CallEntry;
use crate::{
    Error, aws, env,
    flow::Step,
    sid::{CallSid, RecordingSid},
    twilio::voice::{CallProgress, CallStatus, RecordingEvent, VoiceCall},
};

/// The call log.
#[derive(Clone, Debug)]
pub struct Calls {
    client: Client,
    table: String,
}

/// A recording whose copy in S3 is complete and verified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredRecording {
    /// The object's key.
    pub s3_key: String,
    /// Its length in bytes.
    pub bytes: u64,
}

impl Calls {
    /// From variable `TABLE_NAME`.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self::new(aws::dynamodb(), env::required("TABLE_NAME")?))
    }

    /// The call log in this table.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Records a step of a call's way through the flow, and gives the steps up to it as they are
    /// recorded, with their numbers: the first to come under a number stays.
    pub async fn record_step(
        &self,
        call: &VoiceCall,
        number: usize,
        step: &Step,
    ) -> Result<Vec<(usize, Step)>, Error> {
        let mut update = Update::of_call(call);
        // TwiML is what answers an inbound call: from the first webhook on it is in progress.
        update.once("status", text(CallStatus::InProgress.as_str()));
        update.once("status_rank", integer(CallStatus::InProgress.rank()));
        update.once("answered_at", instant(step.at)?);
        update.once("started_at", instant(step.at)?);
        update.once(&step_name(number), serde_dynamo::to_attribute_value(step)?);

        let item = self
            .update(update)
            .return_values(ReturnValue::AllNew)
            .send()
            .await?
            .attributes
            .unwrap_or_default();
        (0..=number)
            .filter_map(|number| Some((number, item.get(&step_name(number))?)))
            .map(|(number, step)| Ok((number, serde_dynamo::from_attribute_value(step.clone())?)))
            .collect()
    }

    /// Records what a status callback tells of a call or, where it has a parent, of a leg.
    pub async fn record_progress(&self, progress: &CallProgress) -> Result<(), Error> {
        let status = progress.call.status;
        let mut update = Update::of_call(&progress.call);
        add_times(&mut update, progress)?;
        update.set("status", text(status.as_str()));
        update.set("status_rank", integer(status.rank()));
        update.only_if = Some("attribute_not_exists(status_rank) OR status_rank < :status_rank");
        match self.update(update).send().await {
            Ok(_) => Ok(()),
            // Late or again: the status stays, but what the callback alone knows is kept.
            Err(error) if is_condition(&error) => {
                let mut update = Update::of_call(&progress.call);
                add_times(&mut update, progress)?;
                self.update(update).send().await?;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Records that the person at a leg took the call.
    pub async fn record_acceptance(&self, leg: &VoiceCall) -> Result<(), Error> {
        let mut update = Update::of_call(leg);
        update.once("accepted_at", instant(OffsetDateTime::now_utc())?);
        self.update(update).send().await?;
        Ok(())
    }

    /// Records what a recording callback tells.
    pub async fn record_recording(&self, event: &RecordingEvent) -> Result<(), Error> {
        let mut update = Update::of(&event.call_sid, recording_key(&event.recording_sid));
        update.once("recording_sid", text(event.recording_sid.as_str()));
        update.once("recorded_status", text(event.status.as_str()));
        if let Some(source) = &event.source {
            update.once("source", text(source));
        }
        if let Some(seconds) = event.duration_seconds {
            update.once("duration_seconds", integer(seconds));
        }
        if let Some(at) = event.started_at {
            update.once("started_at", instant(at)?);
        }
        self.update(update).send().await?;
        Ok(())
    }

    /// Records where a recording has been copied to.
    pub async fn record_copy(
        &self,
        call: &CallSid,
        recording: &RecordingSid,
        stored: &StoredRecording,
    ) -> Result<(), Error> {
        let mut update = Update::of(call, recording_key(recording));
        update.once("recording_sid", text(recording.as_str()));
        update.set("s3_key", text(&stored.s3_key));
        update.set("bytes", integer(stored.bytes));
        update.once("copied_at", instant(OffsetDateTime::now_utc())?);
        self.update(update).send().await?;
        Ok(())
    }

    /// Where a recording has been copied to, if it has.
    pub async fn copy_of(
        &self,
        call: &CallSid,
        recording: &RecordingSid,
    ) -> Result<Option<StoredRecording>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(partition(call)))
            .key("sk", text(recording_key(recording)))
            .consistent_read(true)
            .send()
            .await?;
        match answer.item {
            Some(item) if item.contains_key("s3_key") => Ok(Some(serde_dynamo::from_item(item)?)),
            _ => Ok(None),
        }
    }

    /// A call's entry; `None` when nothing is known of the call.
    pub async fn entry(&self, call: &CallSid) -> Result<Option<CallEntry>, Error> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(partition(call)))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item?);
        }
        CallEntry::from_items(all)
    }

    fn update(&self, update: Update) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(update.partition))
            .key("sk", text(update.sort_key))
            .update_expression(format!("SET {}", update.assignments.join(", ")))
            .set_condition_expression(update.only_if.map(str::to_owned))
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values))
    }
}

/// A time for each status, so that the order in which they arrive does not matter.
fn add_times(update: &mut Update, progress: &CallProgress) -> Result<(), Error> {
    let time = match progress.call.status {
        CallStatus::Queued => "queued_at",
        CallStatus::Initiated => "initiated_at",
        CallStatus::Ringing => "ringing_at",
        CallStatus::InProgress => "answered_at",
        _ => "ended_at",
    };
    update.once(time, instant(progress.at)?);
    if let (true, Some(seconds)) = (progress.call.status.is_final(), progress.duration_seconds) {
        update.once("duration_seconds", integer(seconds));
    }
    Ok(())
}

/// An `UpdateItem` in the making. Attributes get their own name as placeholder.
struct Update {
    partition: String,
    sort_key: String,
    assignments: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    only_if: Option<&'static str>,
}

impl Update {
    fn of(call: &CallSid, sort_key: String) -> Self {
        Self {
            partition: partition(call),
            sort_key,
            assignments: Vec::new(),
            names: HashMap::new(),
            values: HashMap::new(),
            only_if: None,
        }
    }

    /// With who, whom and which way, which every webhook of a call carries: whichever arrives
    /// first makes the item.
    fn of_call(call: &VoiceCall) -> Self {
        let mut update = match &call.parent_call_sid {
            None => Self::of(&call.call_sid, "CALL".into()),
            Some(parent) => Self::of(parent, format!("LEG#{}", call.call_sid)),
        };
        update.once("call_sid", text(call.call_sid.as_str()));
        update.once("direction", text(call.direction.as_str()));
        update.once("from", text(call.from.to_string()));
        update.once("to", text(call.to.to_string()));
        update
    }

    fn set(&mut self, name: &str, value: AttributeValue) {
        self.assignments.push(format!("#{name} = :{name}"));
        self.place(name, value);
    }

    /// Unless it is set already.
    fn once(&mut self, name: &str, value: AttributeValue) {
        self.assignments.push(format!("#{name} = if_not_exists(#{name}, :{name})"));
        self.place(name, value);
    }

    fn place(&mut self, name: &str, value: AttributeValue) {
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":{name}"), value);
    }
}

fn partition(call: &CallSid) -> String {
    format!("CALL#{call}")
}

fn recording_key(recording: &RecordingSid) -> String {
    format!("RECORDING#{recording}")
}

fn step_name(number: usize) -> String {
    format!("step_{number:03}")
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn integer(number: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

/// To the second, as Twilio's timestamps are, so that the times of an entry can be compared.
fn instant(at: OffsetDateTime) -> Result<AttributeValue, Error> {
    Ok(text(at.truncate_to_second().format(&Rfc3339)?))
}

fn is_condition(error: &aws_sdk_dynamodb::error::SdkError<UpdateItemError>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
