//! The contact centre at TaskRouter, as `flows/taskrouter.json` declares it.
//! <https://www.twilio.com/docs/taskrouter/api>

use std::{collections::BTreeMap, str::FromStr};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use shared::{
    company::{
        agents::Agent,
        task_router::{Declaration, DeclaredQueue, TaskRouterSids},
    },
    contact_centre::worker::WorkerAttributes,
    twilio::signature::task_router_key,
    webhooks::WebhookUrl,
};

use crate::Twilio;

/// The events that we keep.
const EVENTS: &str = "task.created,task.canceled,task.wrapup,task.completed,task-queue.entered,\
                      reservation.accepted,reservation.wrapup,reservation.completed,\
                      worker.activity.update";

/// Makes the contact centre what the declaration says. `base_url` is the address of our API,
/// `auth_token` what the secret in its addresses is made of.
///
/// # Errors
/// Twilio refuses, or does not answer. What is done by then stays, and the next run goes on.
pub async fn apply(
    twilio: &Twilio,
    declared: &Declaration,
    base_url: &str,
    auth_token: &str,
) -> Result<TaskRouterSids> {
    let key = task_router_key(auth_token);
    let workspace = &declared.workspace;
    let named = [("FriendlyName", workspace.friendly_name.as_str())];
    let made = ensure(twilio, "/v1/Workspaces", &named, &[]).await?;
    let sid = text(&made, "sid")?;
    let within = |kind: &str| format!("/v1/Workspaces/{sid}/{kind}");

    let mut activities = BTreeMap::new();
    for activity in &declared.activities {
        let named = [("FriendlyName", activity.friendly_name.as_str())];
        let available = if activity.available { "true" } else { "false" };
        let made = [("Available", available)];
        let made = ensure(twilio, &within("Activities"), &named, &made).await?;
        activities.insert(activity.friendly_name.as_str(), text(&made, "sid")?);
    }
    let activity = |name: &str| activities.get(name).with_context(|| format!("no activity {name}"));
    let events_url = WebhookUrl::TaskEvents(key.clone()).at(base_url);
    let settings = [
        ("DefaultActivitySid", activity(&workspace.default_activity)?.as_str()),
        ("TimeoutActivitySid", activity(&workspace.timeout_activity)?),
        ("EventCallbackUrl", &events_url),
        ("EventsFilter", EVENTS),
    ];
    change(twilio, &format!("/v1/Workspaces/{sid}"), &made, &settings).await?;

    let mut queues = BTreeMap::new();
    for queue in &declared.task_queues {
        let DeclaredQueue { name, friendly_name, target_workers } = queue;
        let named = [("FriendlyName", friendly_name.as_str())];
        let settings = [("TargetWorkers", target_workers.as_str())];
        let made = ensure(twilio, &within("TaskQueues"), &named, &settings).await?;
        change(twilio, &within(&format!("TaskQueues/{}", text(&made, "sid")?)), &made, &settings)
            .await?;
        queues.insert(name.clone(), text(&made, "sid")?);
    }

    let configuration = configuration(declared, &queues)?;
    let timeout = declared.workflow.task_reservation_timeout.to_string();
    let assignment_url = WebhookUrl::Assignment(key).at(base_url);
    let named = [("FriendlyName", declared.workflow.friendly_name.as_str())];
    let settings = [
        ("Configuration", configuration.as_str()),
        ("AssignmentCallbackUrl", &assignment_url),
        ("TaskReservationTimeout", &timeout),
    ];
    let workflow = ensure(twilio, &within("Workflows"), &named, &settings).await?;
    let workflow_sid = text(&workflow, "sid")?;
    change(twilio, &within(&format!("Workflows/{workflow_sid}")), &workflow, &settings).await?;

    Ok(TaskRouterSids {
        workspace: parsed(&sid)?,
        workflow: parsed(&workflow_sid)?,
        available: parsed(activity(&declared.available_activity)?)?,
        unavailable: parsed(activity(&declared.unavailable_activity)?)?,
        queues: queues
            .into_iter()
            .map(|(name, sid)| Ok((name, parsed(&sid)?)))
            .collect::<Result<_>>()?,
    })
}

/// The resource of a list with this name, which is made with these settings if there is none.
async fn ensure(
    twilio: &Twilio,
    list: &str,
    named: &[(&str, &str); 1],
    settings: &[(&str, &str)],
) -> Result<Value> {
    let [(_, name)] = named;
    let found = twilio.list(list).await?.into_iter().find(|it| it["friendly_name"] == **name);
    match found {
        Some(found) => Ok(found),
        None => twilio.post(list, &[named, settings].concat()).await,
    }
}

/// Gives a resource these settings, unless it has them.
async fn change(
    twilio: &Twilio,
    path: &str,
    resource: &Value,
    settings: &[(&str, &str)],
) -> Result<()> {
    let differs = settings.iter().any(|(name, value)| !has(resource, name, value));
    if differs {
        twilio.post(path, settings).await?;
    }
    Ok(())
}

/// Whether a resource has a setting, which requests write in capitals (`TargetWorkers`) and answers
/// in small letters (`target_workers`).
fn has(resource: &Value, name: &str, value: &str) -> bool {
    let mut field = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !field.is_empty() {
            field.push('_');
        }
        field.push(letter.to_ascii_lowercase());
    }
    match &resource[field] {
        Value::String(text) if ["Attributes", "Configuration"].contains(&name) => {
            let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
            parsed(text).is_some_and(|there| Some(there) == parsed(value))
        }
        Value::String(text) => text == value,
        Value::Number(number) => number.to_string() == value,
        _ => false,
    }
}

/// <https://www.twilio.com/docs/taskrouter/workflow-configuration>
fn configuration(declared: &Declaration, queues: &BTreeMap<String, String>) -> Result<String> {
    let queue = |name: &String| queues.get(name).with_context(|| format!("no queue {name}"));
    let filters: Vec<_> = declared
        .workflow
        .filters
        .iter()
        .map(|filter| {
            Ok(json!({
                "filter_friendly_name": filter.friendly_name,
                "expression": filter.expression,
                "targets": [{"queue": queue(&filter.queue)?}],
            }))
        })
        .collect::<Result<_>>()?;
    let default = queue(&declared.workflow.default_queue)?;
    let routing = json!({"filters": filters, "default_filter": {"queue": default}});
    Ok(json!({ "task_routing": routing }).to_string())
}

fn text(resource: &Value, name: &str) -> Result<String> {
    let text = resource[name].as_str().with_context(|| format!("Twilio's answer has no {name}"))?;
    Ok(text.to_owned())
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(sid: &str) -> Result<T> {
    sid.parse().map_err(|error| anyhow!("Twilio's answer: {error}"))
}

/// Makes each agent's worker what the agent is. A worker that is made anew does what the agent was
/// doing.
///
/// # Errors
/// As of [`apply`].
pub async fn apply_workers(
    twilio: &Twilio,
    declared: &Declaration,
    sids: &TaskRouterSids,
    agents: &[Agent],
) -> Result<()> {
    let workers = format!("/v1/Workspaces/{}/Workers", sids.workspace);
    for agent in agents {
        let attributes = serde_json::to_string(&WorkerAttributes::from(agent))?;
        let settings = [("Attributes", attributes.as_str())];
        let is_available = agent.activity.as_deref() == Some(&declared.available_activity);
        let doing = if is_available { &sids.available } else { &sids.unavailable };
        let first = [settings.as_slice(), &[("ActivitySid", doing.as_str())]].concat();
        let named = [("FriendlyName", agent.id.as_str())];
        let worker = ensure(twilio, &workers, &named, &first).await?;
        let path = format!("{workers}/{}", text(&worker, "sid")?);
        change(twilio, &path, &worker, &settings).await?;
    }
    Ok(())
}
