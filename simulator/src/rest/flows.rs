//! `Flows`: Studio's flows, their revisions, and the check of a definition.
//!
//! <https://www.twilio.com/docs/studio/rest-api/v2/flow>

use axum::http::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::error::ApiError;
use super::page;
use super::request::{Form, Reply, Request};
use crate::flow_definition::check;
use crate::sid;
use crate::state::flow::{Flow, Revision};
use crate::state::task_router::iso8601;

/// Answers everything under `/v2/Flows`; `parts` is what follows it.
pub(super) fn route(
    request: &Request<'_>,
    method: &Method,
    parts: &[&str],
) -> Result<Reply, ApiError> {
    match (method.as_str(), parts) {
        ("POST", ["Validate"]) => validate(request),
        ("GET", []) => list(request),
        ("POST", []) => create(request),
        ("GET", [sid]) => fetch(request, sid),
        ("POST", [sid]) => update(request, sid),
        ("DELETE", [sid]) => delete(request, sid),
        ("GET", [sid, "Revisions"]) => revisions(request, sid),
        ("GET", [sid, "Revisions", revision]) => fetch_revision(request, sid, revision),
        _ => Err(ApiError::not_simulated(method, request.uri.path())),
    }
}

fn bad(message: impl Into<String>) -> ApiError {
    ApiError::bad_request(20_001, message)
}

fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, ApiError> {
    form.get(name).ok_or_else(|| bad(format!("Missing required parameter {name} in the post body")))
}

fn is_published(form: &Form) -> Result<bool, ApiError> {
    match required(form, "Status")? {
        "published" => Ok(true),
        "draft" => Ok(false),
        other => Err(bad(format!("Status must be draft or published: {other}"))),
    }
}

/// A definition that is valid. "if the definition fails validation, the endpoint returns an error
/// response" with what is wrong in `details`:
/// <https://www.twilio.com/docs/studio/rest-api/v2/flow-validate>.
fn definition(text: &str) -> Result<Value, ApiError> {
    let definition: Value = serde_json::from_str(text)
        .map_err(|problem| bad(format!("Definition is not valid JSON: {problem}")))?;
    let mistakes = check(&definition);
    if mistakes.is_empty() {
        return Ok(definition);
    }
    let errors: Vec<Value> = mistakes
        .iter()
        .map(|it| json!({"message": it.message, "property_path": it.property_path}))
        .collect();
    let refused = bad("The flow definition is not valid");
    Err(refused.with_details(json!({"errors": errors, "warnings": []})))
}

fn validate(request: &Request<'_>) -> Result<Reply, ApiError> {
    let form = &request.form;
    required(form, "FriendlyName")?;
    is_published(form)?;
    definition(required(form, "Definition")?)?;
    Ok(Reply::ok(json!({"valid": true})))
}

fn create(request: &Request<'_>) -> Result<Reply, ApiError> {
    let form = &request.form;
    let now = OffsetDateTime::now_utc();
    let first = Revision {
        number: 1,
        friendly_name: required(form, "FriendlyName")?.to_owned(),
        published: is_published(form)?,
        definition: definition(required(form, "Definition")?)?,
        commit_message: form.get("CommitMessage").map(str::to_owned),
        author_sid: form.get("AuthorSid").map(str::to_owned),
        saved: now,
    };
    let flow = Flow { sid: sid::new("FW"), created: now, revisions: vec![first] };
    let shown = show(request, &flow);
    request.simulator.state().flows.push(flow);
    Ok(Reply::created(shown))
}

fn list(request: &Request<'_>) -> Result<Reply, ApiError> {
    let state = request.simulator.state();
    let shown = |flow: &Flow| (flow.sid.clone(), show(request, flow));
    Ok(page::with_meta(request, "flows", state.flows.iter().rev().map(shown).collect()))
}

/// Works on a flow.
fn with<T>(
    request: &Request<'_>,
    sid: &str,
    work: impl FnOnce(&mut Flow) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let mut state = request.simulator.state();
    let flow = state.flows.iter_mut().find(|flow| flow.sid == sid);
    work(flow.ok_or_else(|| ApiError::not_found(request.uri.path()))?)
}

fn fetch(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    with(request, sid, |flow| Ok(Reply::ok(show(request, flow))))
}

/// Saves a flow anew, as a revision with the next number.
fn update(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    let form = &request.form;
    with(request, sid, |flow| {
        let published = is_published(form)?;
        let mut revision = latest(flow).clone();
        revision.number += 1;
        revision.published = published;
        revision.saved = OffsetDateTime::now_utc();
        revision.commit_message = form.get("CommitMessage").map(str::to_owned);
        if let Some(name) = form.get("FriendlyName") {
            revision.friendly_name = name.to_owned();
        }
        if let Some(text) = form.get("Definition") {
            revision.definition = definition(text)?;
        }
        if let Some(author) = form.get("AuthorSid") {
            revision.author_sid = Some(author.to_owned());
        }
        flow.revisions.push(revision);
        Ok(Reply::ok(show(request, flow)))
    })
}

fn delete(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    with(request, sid, |_| Ok(()))?;
    request.simulator.state().flows.retain(|flow| flow.sid != sid);
    Ok(Reply::Deleted)
}

/// All revisions, the newest first. The key of each item is not its SID, which all share.
fn revisions(request: &Request<'_>, sid: &str) -> Result<Reply, ApiError> {
    with(request, sid, |flow| {
        let shown = |it: &Revision| (it.number.to_string(), show_revision(request, flow, it));
        let all = flow.revisions.iter().rev().map(shown).collect();
        Ok(page::with_meta(request, "revisions", all))
    })
}

/// A revision by its number, or `LatestPublished` or `LatestDraft`.
fn fetch_revision(request: &Request<'_>, sid: &str, key: &str) -> Result<Reply, ApiError> {
    with(request, sid, |flow| {
        let wanted = |it: &&Revision| match key {
            "LatestPublished" => it.published,
            "LatestDraft" => !it.published,
            number => it.number.to_string() == number,
        };
        let found = flow.revisions.iter().rev().find(wanted);
        let found = found.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        Ok(Reply::ok(show_revision(request, flow, found)))
    })
}

fn latest(flow: &Flow) -> &Revision {
    // There is always one.
    &flow.revisions[flow.revisions.len() - 1]
}

fn show_revision(request: &Request<'_>, flow: &Flow, revision: &Revision) -> Value {
    let url = format!("{}/v2/Flows/{}", request.simulator.base, flow.sid);
    json!({
        "account_sid": request.simulator.account_sid,
        "author_sid": revision.author_sid,
        "commit_message": revision.commit_message,
        "date_created": iso8601(flow.created),
        "date_updated": iso8601(revision.saved),
        "definition": revision.definition,
        "errors": [],
        "friendly_name": revision.friendly_name,
        "revision": revision.number,
        "sid": flow.sid,
        "status": revision.status(),
        "url": format!("{url}/Revisions/{}", revision.number),
        "valid": true,
    })
}

fn show(request: &Request<'_>, flow: &Flow) -> Value {
    let account = &request.simulator.account_sid;
    let url = format!("{}/v2/Flows/{}", request.simulator.base, flow.sid);
    let mut shown = show_revision(request, flow, latest(flow));
    shown["links"] = json!({
        "executions": format!("{url}/Executions"),
        "revisions": format!("{url}/Revisions"),
        "test_users": format!("{url}/TestUsers"),
    });
    shown["url"] = json!(url);
    shown["warnings"] = json!([]);
    // Twilio's own address: nobody runs flows here.
    shown["webhook_url"] =
        json!(format!("https://webhooks.twilio.com/v1/Accounts/{account}/Flows/{}", flow.sid));
    shown
}
