//! `Reservations`, of a task and of a worker.
//!
//! <https://www.twilio.com/docs/taskrouter/api/reservations>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::page;
use super::super::request::{Form, Reply, Request};
use super::reading::{Links, bad, change, read, refuse};
use super::tasks;
use crate::assignment::Instruction;
use crate::simulator::Simulator;
use crate::state::faults::TASK_WORDS;
use crate::state::task_router::{Reservation, ReservationStatus, Workspace, iso8601};
use crate::task_router::NotPending;

/// Parameters that the simulator does not carry out.
const UNSUPPORTED: [&str; 27] = [
    "Beep",
    "BeepOnCustomerEntrance",
    "CallRecord",
    "ConferenceRecord",
    "ConferenceRecordingStatusCallback",
    "ConferenceRecordingStatusCallbackMethod",
    "ConferenceStatusCallback",
    "ConferenceStatusCallbackEvent",
    "ConferenceStatusCallbackMethod",
    "ConferenceTrim",
    "EarlyMedia",
    "JitterBufferSize",
    "MaxParticipants",
    "Muted",
    "Record",
    "RecordingChannels",
    "RecordingStatusCallback",
    "RecordingStatusCallbackMethod",
    "Region",
    "SipAuthPassword",
    "SipAuthUsername",
    "StartConferenceOnEnter",
    "StatusCallback",
    "StatusCallbackEvent",
    "StatusCallbackMethod",
    "Supervisor",
    "SupervisorMode",
];

/// The parameters of each instruction, and the properties that assignment callbacks have for them.
const PROPERTIES: [(&str, &[(&str, &str)]); 6] = [
    ("accept", &[]),
    ("reject", &[("WorkerActivitySid", "activity_sid")]),
    (
        "dequeue",
        &[
            ("DequeueTo", "to"),
            ("DequeueFrom", "from"),
            ("DequeueTimeout", "timeout"),
            ("DequeueRecord", "record"),
            ("DequeuePostWorkActivitySid", "post_work_activity_sid"),
            ("DequeueStatusCallbackUrl", "status_callback_url"),
            ("DequeueStatusCallbackEvent", "status_callback_events"),
        ],
    ),
    (
        "call",
        &[
            ("CallTo", "to"),
            ("CallFrom", "from"),
            ("CallUrl", "url"),
            ("CallAccept", "accept"),
            ("CallTimeout", "timeout"),
            ("CallStatusCallbackUrl", "status_callback_url"),
        ],
    ),
    (
        "redirect",
        &[("RedirectCallSid", "call_sid"), ("RedirectUrl", "url"), ("RedirectAccept", "accept")],
    ),
    (
        "conference",
        &[
            ("To", "to"),
            ("From", "from"),
            ("Timeout", "timeout"),
            ("PostWorkActivitySid", "post_work_activity_sid"),
            ("EndConferenceOnExit", "end_conference_on_exit"),
            ("EndConferenceOnCustomerExit", "end_conference_on_customer_exit"),
        ],
    ),
];

/// Whose reservations they are.
pub(super) struct Place<'a> {
    pub(super) workspace: &'a str,
    parent: &'a str,
    of_worker: bool,
}

impl<'a> Place<'a> {
    pub(super) fn of(kind: &str, workspace: &'a str, parent: &'a str) -> Self {
        Self { workspace, parent, of_worker: kind == "Workers" }
    }

    fn has(&self, reservation: &Reservation) -> bool {
        match self.of_worker {
            true => reservation.worker_sid == self.parent,
            false => reservation.task_sid == self.parent,
        }
    }

    /// That there is such a task, or such a worker.
    fn check(&self, request: &Request<'_>, workspace: &Workspace) -> Result<(), ApiError> {
        if !self.of_worker {
            return tasks::find(request, workspace, self.parent).map(|_| ());
        }
        let worker = workspace.worker(self.parent);
        worker.map(|_| ()).ok_or_else(|| ApiError::not_found(request.uri.path()))
    }

    fn find<'w>(
        &self,
        request: &Request<'_>,
        workspace: &'w Workspace,
        sid: &str,
    ) -> Result<&'w Reservation, ApiError> {
        self.check(request, workspace)?;
        let found = workspace.reservation(sid).filter(|it| self.has(it));
        let found = found.filter(|it| workspace.task(&it.task_sid).is_some_and(|it| !it.deleted));
        found.ok_or_else(|| ApiError::not_found(request.uri.path()))
    }
}

pub(super) fn list(request: &Request<'_>, place: &Place<'_>) -> Result<Reply, ApiError> {
    let query = &request.query;
    read(request, place.workspace, |_, it| {
        place.check(request, it)?;
        let wanted = |reservation: &&Reservation| {
            let is_shown = it.task(&reservation.task_sid).is_some_and(|task| !task.deleted);
            let status = reservation.status.as_str();
            place.has(reservation)
                && is_shown
                && query.get("ReservationStatus").is_none_or(|wanted| wanted == status)
                && query.get("WorkerSid").is_none_or(|sid| reservation.worker_sid == sid)
        };
        let links = Links::new(request, place.workspace);
        let shown = |reservation: &Reservation| {
            (reservation.sid.clone(), show(request.simulator, reservation, place, &links))
        };
        let all = it.reservations.iter().filter(wanted).map(shown).collect();
        Ok(page::with_meta(request, "reservations", all))
    })
}

pub(super) fn fetch(
    request: &Request<'_>,
    place: &Place<'_>,
    sid: &str,
) -> Result<Reply, ApiError> {
    read(request, place.workspace, |_, it| {
        let found = place.find(request, it, sid)?;
        Ok(Reply::ok(show(request.simulator, found, place, &Links::new(request, place.workspace))))
    })
}

pub(super) fn update(
    request: &Request<'_>,
    place: &Place<'_>,
    sid: &str,
) -> Result<Reply, ApiError> {
    let form = &request.form;
    refuse(form, &UNSUPPORTED)?;
    read(request, place.workspace, |_, it| place.find(request, it, sid).map(|_| ()))?;
    match (form.get("ReservationStatus"), form.get("Instruction")) {
        (Some(_), Some(_)) => {
            return Err(bad("ReservationStatus and Instruction cannot be sent together"));
        }
        (Some(status), None) => set_status(request, place, sid, status)?,
        (None, Some(name)) => {
            let instruction = read_instruction(form, name)?;
            let done = instruction.carry_out(request.simulator, place.workspace, sid);
            done.map_err(|problem| ApiError::bad_request(problem.code, problem.message))?;
        }
        (None, None) => return Err(bad("ReservationStatus or Instruction is required")),
    }
    fetch(request, place, sid)
}

/// An instruction; parameters of another one mean nothing to Twilio.
fn read_instruction(form: &Form, name: &str) -> Result<Instruction, ApiError> {
    let known = PROPERTIES.iter().find(|(known, _)| *known == name);
    let (_, parameters) = known.ok_or_else(|| {
        ApiError::bad_request(55_555, format!("Invalid Instruction passed to TaskRouter: {name:?}"))
    })?;
    let mut properties = BTreeMap::new();
    for (parameter, property) in *parameters {
        // Events come as repeated parameters.
        let values: Vec<&str> = form.all(parameter).filter(|value| !value.is_empty()).collect();
        if !values.is_empty() {
            properties.insert((*property).to_owned(), values.join(","));
        }
    }
    Ok(Instruction::new(name, properties))
}

fn set_status(
    request: &Request<'_>,
    place: &Place<'_>,
    sid: &str,
    status: &str,
) -> Result<(), ApiError> {
    let activity = request.form.get("WorkerActivitySid");
    let refused = |why: NotPending| {
        let is = why.0.map_or("unknown", ReservationStatus::as_str);
        bad(format!("Reservation {sid} cannot be {status} because it is not pending: it is {is}"))
    };
    change(request, place.workspace, |desk| {
        let reservation = desk.workspace.reservation(sid);
        let now = reservation.map(|it| (it.status, it.task_sid.clone()));
        let (now, task_sid) = now.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
        let goes_on = matches!(now, ReservationStatus::Accepted | ReservationStatus::Wrapping);
        match status {
            "accepted" => desk.accept(sid).map_err(refused),
            "rejected" => {
                if activity.is_some_and(|sid| desk.workspace.activity(sid).is_none()) {
                    return Err(bad("WorkerActivitySid is no activity of the workspace"));
                }
                desk.reject(sid, activity).map_err(refused)
            }
            "wrapping" if now == ReservationStatus::Accepted => {
                desk.wrap(&task_sid);
                Ok(())
            }
            "completed" if goes_on => {
                desk.complete_reservation(sid);
                Ok(())
            }
            "wrapping" | "completed" => Err(bad(format!(
                "Reservation {sid} cannot be {status} because it is {}",
                now.as_str()
            ))),
            other => Err(bad(format!("ReservationStatus cannot be set to {other}"))),
        }
    })
}

fn show(
    simulator: &Simulator,
    reservation: &Reservation,
    place: &Place<'_>,
    links: &Links<'_>,
) -> Value {
    let odd = simulator.dice().unknown_word("rest reservation", &TASK_WORDS);
    let (task, worker) = (&reservation.task_sid, &reservation.worker_sid);
    let parent = match place.of_worker {
        true => format!("Workers/{worker}"),
        false => format!("Tasks/{task}"),
    };
    json!({
        "account_sid": links.account,
        "date_created": iso8601(reservation.created),
        "date_updated": iso8601(reservation.updated),
        "links": {
            "task": links.to(&format!("Tasks/{task}")),
            "worker": links.to(&format!("Workers/{worker}")),
            "workspace": links.to(""),
        },
        "reservation_status": odd.unwrap_or(reservation.status.as_str()),
        "sid": reservation.sid,
        "task_sid": task,
        "url": links.to(&format!("{parent}/Reservations/{}", reservation.sid)),
        "worker_name": reservation.worker_name,
        "worker_sid": worker,
        "workspace_sid": place.workspace,
    })
}
