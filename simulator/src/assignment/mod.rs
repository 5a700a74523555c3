//! Assignments: what apps answer when a worker is reserved, and what is done then.
//!
//! <https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks>

mod instruction;
mod reaching;
mod worker_call;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

pub(crate) use self::instruction::Instruction;
use crate::simulator::Simulator;
use crate::state::task_router::Assignment;
use crate::state::webhook::{Method, Subject, WebhookKind, WebhookRequest};
use crate::webhook::{Answer, Failure};

/// Asks about each reservation that is made, until the simulator shuts down.
pub(crate) async fn attend(simulator: Simulator, mut made: UnboundedReceiver<Assignment>) {
    let asking = async {
        while let Some(assignment) = made.recv().await {
            simulator.spawn(ask(simulator.clone(), assignment));
        }
    };
    tokio::select! {
        () = asking => {}
        () = simulator.closed() => {}
    }
}

/// Asks the app, then its fallback URL, and does what it says.
async fn ask(simulator: Simulator, assignment: Assignment) {
    let (workspace, reservation) = (&assignment.workspace_sid, &assignment.reservation_sid);
    let about = subject(&simulator, reservation);
    for url in &assignment.urls {
        let request = WebhookRequest {
            kind: WebhookKind::Assignment,
            about: about.clone(),
            url: url.clone(),
            method: Method::Post,
            params: assignment.params.clone(),
            fault: None,
        };
        let stopped = |_| Err(Failure::new(11_200, "the simulator was stopped"));
        let answer = simulator.ask(request).await.unwrap_or_else(stopped);
        match answer.and_then(|answer| understand(&answer)) {
            Err(failure) => simulator.warn_about(&about, failure.code, failure.message),
            Ok(None) => return,
            Ok(Some(instruction)) => {
                let done = instruction.carry_out(&simulator, workspace, reservation);
                if let Err(problem) = done {
                    simulator.warn_about(&about, problem.code, problem.message);
                }
                return;
            }
        }
    }
}

/// What warnings about a reservation are about.
fn subject(simulator: &Simulator, reservation_sid: &str) -> Subject {
    let state = simulator.state();
    let workspace = state.task_router.of_reservation(reservation_sid);
    let reservation = workspace.and_then(|it| it.reservation(reservation_sid));
    let task_sid = reservation.map(|it| it.task_sid.clone());
    let task = workspace.zip(task_sid.as_deref()).and_then(|(it, sid)| it.task(sid));
    Subject::TaskRouter { call_sid: task.and_then(|task| task.call_sid.clone()), task_sid }
}

/// The instruction in an answer; nothing if the app decides later.
///
/// "If Your application doesn't respond within 5 seconds with a `200 OK` HTTP response code and
/// `Content-Type` header of "application/json"", the fallback URL is asked.
fn understand(answer: &Answer) -> Result<Option<Instruction>, Failure> {
    if answer.status != 200 {
        let message = format!("HTTP retrieval failure: status {} is not 200", answer.status);
        return Err(Failure::new(11_200, message));
    }
    // "an HTTP 200 response and an empty body": it has no content that could have a type.
    if answer.body.trim().is_empty() {
        return Ok(None);
    }
    let content_type = answer.content_type.as_deref().unwrap_or_default();
    let mime = content_type.split(';').next().unwrap_or_default().trim();
    if !mime.eq_ignore_ascii_case("application/json") {
        let message = format!("Content-Type of 'application/json' not set: {content_type:?}");
        return Err(Failure::new(40_000, message));
    }
    Ok(Some(match serde_json::from_str(&answer.body) {
        Ok(Value::Object(object)) if object.is_empty() => return Ok(None),
        Ok(Value::Object(object)) => Instruction::of_json(object),
        _ => Instruction::unreadable(),
    }))
}
