//! Schedules that invoke functions: EventBridge.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html>

use std::sync::Arc;

use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::{
    lambda::pool::Pool,
    template::{ACCOUNT_ID, REGION, Schedule},
};

/// Invokes a function at its rate until the task is dropped. The first time is one period away, as
/// of a rule that has just been deployed.
pub(crate) async fn run(schedule: Schedule, pool: Arc<Pool>) {
    let mut clock = interval(schedule.every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    clock.tick().await;
    loop {
        clock.tick().await;
        let event = event(&schedule);
        // It logs its failures itself, and the next time comes.
        if let Err(error) = pool.invoke(event.into()).await {
            tracing::error!(%error, function = pool.function.binary, "not invoked");
        }
    }
}

fn event(schedule: &Schedule) -> String {
    if let Some(input) = &schedule.input {
        return input.to_string();
    }
    json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": schedule.source,
        "account": ACCOUNT_ID,
        "time": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
        "region": REGION,
        "resources": [schedule.arn],
        "detail": {},
    })
    .to_string()
}
