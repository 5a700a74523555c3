//! `Schedule` and `ScheduleV2` events: functions that are invoked again and again.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{
    account::{ACCOUNT_ID, PARTITION, REGION},
    fields::Fields,
    identity::{default_name, kebab},
};

/// A schedule and what it hands to its function.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Its ARN.
    pub arn: String,
    /// Who the event comes from: `aws.events`, or `aws.scheduler` for `ScheduleV2`.
    pub source: &'static str,
    /// How often.
    pub every: Duration,
    /// The event, if not the service's own.
    pub input: Option<Value>,
}

/// Reads the event `name` of the function `logical_id`; none if it is switched off.
///
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-schedule.html>,
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-schedulev2.html>
///
/// # Errors
/// A property that is not known to the local stack, among them every schedule but a rate.
pub(super) fn schedule(
    event: &mut Fields,
    kind: &str,
    logical_id: &str,
    name: &str,
) -> Result<Option<Schedule>> {
    let is_rule = kind == "Schedule";
    let property = if is_rule { "Schedule" } else { "ScheduleExpression" };
    let expression = event.required_string(property)?;
    let every = rate(&expression).with_context(|| format!("{}.{property}", event.place()))?;
    let input = match event.string("Input")? {
        Some(text) => Some(
            serde_json::from_str(&text)
                .with_context(|| format!("{}.Input: {text} is not JSON", event.place()))?,
        ),
        None => None,
    };
    let chosen = event.string("Name")?;
    let name = chosen.unwrap_or_else(|| format!("{}-{}", default_name(logical_id), kebab(name)));
    let mut is_on = match event.string("State")?.as_deref() {
        None | Some("ENABLED") => true,
        Some("DISABLED") => false,
        Some(other) => bail!("{}.State: {other} is not known to the local stack", event.place()),
    };
    event.no_local_meaning(&["Description"]);
    let arn = if is_rule {
        is_on &= event.boolean("Enabled")?.unwrap_or(true);
        format!("arn:{PARTITION}:events:{REGION}:{ACCOUNT_ID}:rule/{name}")
    } else {
        if let Some(mut window) = event.fields("FlexibleTimeWindow")? {
            // Invoked at the beginning of a window is invoked within it.
            window.no_local_meaning(&["Mode", "MaximumWindowInMinutes"]);
            window.finish()?;
        }
        event.no_local_meaning(&["OmitName", "PermissionsBoundary", "RoleArn"]);
        format!("arn:{PARTITION}:scheduler:{REGION}:{ACCOUNT_ID}:schedule/default/{name}")
    };
    let source = if is_rule { "aws.events" } else { "aws.scheduler" };
    Ok(is_on.then_some(Schedule { arn, source, every, input }))
}

/// `rate(5 minutes)`; one is singular, as EventBridge wants it.
fn rate(expression: &str) -> Result<Duration> {
    let inner = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let Some((count, unit)) = inner.and_then(|inner| inner.split_once(' ')) else {
        bail!("{expression} is not known to the local stack, only rate(…)");
    };
    let count: u64 = count.parse().with_context(|| format!("{expression} is not a rate"))?;
    let seconds = match (count, unit) {
        (1, "minute") => 60,
        (1, "hour") => 3600,
        (1, "day") => 86_400,
        (2.., "minutes") => 60,
        (2.., "hours") => 3600,
        (2.., "days") => 86_400,
        _ => bail!("{expression} is not a rate"),
    };
    Ok(Duration::from_secs(count * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        let seconds = |text| rate(text).map(|every| every.as_secs()).ok();
        assert_eq!(seconds("rate(1 minute)"), Some(60));
        assert_eq!(seconds("rate(5 minutes)"), Some(300));
        assert_eq!(seconds("rate(2 days)"), Some(172_800));
        for wrong in ["rate(1 minutes)", "rate(0 minutes)", "rate(5 minute)", "cron(0 9 * * ? *)"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
        let cron = rate("cron(0 9 * * ? *)").unwrap_err().to_string();
        assert_eq!(cron, "cron(0 9 * * ? *) is not known to the local stack, only rate(…)");
    }
}
