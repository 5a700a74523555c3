//! Instructions that call the worker: `dequeue`, `call` and `conference`.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::instruction::{CALL, CONFERENCE, Codes, DEQUEUE, Instruction, Problem};
use super::reaching::Called;
use crate::leg::outbound::{self, Outbound};
use crate::simulator::Simulator;
use crate::state::call_status::{CallStatus, Direction};
use crate::state::callback::{CallEvent, CallbackTarget};
use crate::state::leg_input::{DocumentSource, LegInput};
use crate::state::params::Params;
use crate::state::settings::UnansweredDequeue;
use crate::state::task_router::{EventType, ReservationStatus};
use crate::state::webhook::{Method, is_url};
use crate::task_router::About;

/// How long (simulated seconds) a worker's phone rings, and the longest that it may.
const DEFAULT_RINGING: u64 = 60;
const LONGEST_RINGING: u64 = 999;

impl Instruction {
    /// Calls the worker and connects them with the caller who waits.
    pub(super) fn dequeue(
        &self,
        simulator: &Simulator,
        workspace: &str,
        reservation: &str,
    ) -> Result<(), Problem> {
        self.refuse(&DEQUEUE)?;
        let called = self.called(simulator, workspace, reservation, &DEQUEUE)?;
        let activity = match self.get("post_work_activity_sid") {
            Some(sid) => format!(" postWorkActivitySid=\"{sid}\""),
            None => String::new(),
        };
        let twiml = format!(
            "<Response><Dial><Queue reservationSid=\"{reservation}\"{activity}/></Dial></Response>"
        );
        let status_callback = self.dequeue_callback(&called)?;
        let order = Outbound {
            first: Some(DocumentSource::Inline(twiml)),
            status_callback,
            ..self.order(&called)
        };
        if let Some(call) = place(simulator, &called, order) {
            simulator.spawn(follow(simulator.clone(), called, call, None));
        }
        Ok(())
    }

    /// Calls the worker, who hears a document.
    pub(super) fn call(
        &self,
        simulator: &Simulator,
        workspace: &str,
        reservation: &str,
    ) -> Result<(), Problem> {
        self.refuse(&CALL)?;
        let url = self.get("url").filter(|url| is_url(url)).ok_or_else(|| {
            Problem::new(40_112, "Missing or Invalid 'url' parameter - Call Instruction")
        })?;
        let called = self.called(simulator, workspace, reservation, &CALL)?;
        let callback = self.callback_url(40_158, "Call")?;
        let order = Outbound {
            first: Some(DocumentSource::Fetch {
                url: url.to_owned(),
                method: Method::Post,
                params: Params::default(),
            }),
            status_callback: callback.map(|url| CallbackTarget {
                url,
                method: Method::Post,
                events: vec![CallEvent::Completed],
            }),
            ..self.order(&called)
        };
        if self.is_true("accept") {
            // "to mark the Reservation as 'accepted' when initiating the call"
            simulator.accept_reservation(reservation);
        }
        place(simulator, &called, order);
        Ok(())
    }

    /// Calls the worker and meets the caller in a conference that is named after the task.
    pub(super) fn conference(
        &self,
        simulator: &Simulator,
        workspace: &str,
        reservation: &str,
    ) -> Result<(), Problem> {
        self.refuse(&CONFERENCE)?;
        let called = self.called(simulator, workspace, reservation, &CONFERENCE)?;
        let room = |ends: bool| {
            format!(
                "<Response><Dial><Conference endConferenceOnExit=\"{ends}\">{}</Conference></Dial></Response>",
                called.task
            )
        };
        let meeting = Meeting {
            caller_twiml: room(self.is_true("end_conference_on_customer_exit")),
            post_work: self.get("post_work_activity_sid").map(str::to_owned),
        };
        let twiml = room(self.is_true("end_conference_on_exit"));
        let order = Outbound { first: Some(DocumentSource::Inline(twiml)), ..self.order(&called) };
        if let Some(call) = place(simulator, &called, order) {
            simulator.spawn(follow(simulator.clone(), called, call, Some(meeting)));
        }
        Ok(())
    }

    /// Refuses what would change what happens and is not carried out.
    fn refuse(&self, codes: &Codes) -> Result<(), Problem> {
        for name in ["record", "conference_record"] {
            if self.get(name).is_some_and(|value| !matches!(value, "do-not-record" | "false")) {
                let message = format!(
                    "{} Instruction: '{name}' is not supported by the simulator",
                    codes.name
                );
                return Err(Problem::new(codes.call, message));
            }
        }
        Ok(())
    }

    fn order(&self, called: &Called) -> Outbound {
        let timeout = self.get("timeout").and_then(|seconds| seconds.parse().ok());
        let timeout = timeout.unwrap_or(DEFAULT_RINGING).min(LONGEST_RINGING);
        Outbound {
            ring_for: Some(Duration::from_secs(timeout)),
            ..Outbound::new(called.from.clone(), called.to.clone(), Direction::OutboundApi)
        }
    }

    fn callback_url(&self, code: u32, name: &str) -> Result<Option<String>, Problem> {
        match self.get("status_callback_url") {
            None => Ok(None),
            Some(url) if is_url(url) => Ok(Some(url.to_owned())),
            Some(_) => Err(Problem::new(
                code,
                format!("{name} Instruction does not have a valid 'status_callback_url' parameter"),
            )),
        }
    }

    /// "asynchronous webhook `GET` requests"; "TaskRouter sends "taskCallSid" as parameter".
    fn dequeue_callback(&self, called: &Called) -> Result<Option<CallbackTarget>, Problem> {
        let Some(url) = self.callback_url(40_157, "Dequeue")? else {
            return Ok(None);
        };
        let named = self.get("status_callback_events").unwrap_or("completed").split(',');
        let events: Option<Vec<CallEvent>> =
            named.map(|name| CallEvent::parse(name.trim())).collect();
        let events = events.ok_or_else(|| {
            let message = "Invalid 'status_callback_events' parameter - Dequeue Instruction";
            Problem::new(40_134, message)
        })?;
        let (url, fragment) = match url.split_once('#') {
            Some((url, fragment)) => (url.to_owned(), format!("#{fragment}")),
            None => (url, String::new()),
        };
        let sign = if url.contains('?') { '&' } else { '?' };
        let caller = called.caller.as_deref().unwrap_or_default();
        let url = format!("{url}{sign}taskCallSid={caller}{fragment}");
        Ok(Some(CallbackTarget { url, method: Method::Get, events }))
    }
}

/// Calls the worker, and notes the call in the task: "TaskRouter will update the TaskAttributes of the
/// Task with a `worker_call_sid`".
fn place(simulator: &Simulator, called: &Called, mut order: Outbound) -> Option<WorkerCall> {
    let (sender, told) = mpsc::unbounded_channel();
    order.told = Some(sender);
    let call_sid = outbound::place(simulator, order);
    simulator.in_workspace(&called.workspace, |desk| {
        if let Some(task) = desk.workspace.task_mut(&called.task) {
            task.set_attribute("worker_call_sid", &call_sid);
        }
        desk.tell(EventType::TaskUpdated, About::Task(&called.task), Params::default());
    })?;
    Some(WorkerCall { sid: call_sid, told })
}

/// A call to a worker, and what becomes of it.
struct WorkerCall {
    sid: String,
    told: UnboundedReceiver<CallStatus>,
}

/// What there is to do for a conference once the worker has answered.
struct Meeting {
    caller_twiml: String,
    post_work: Option<String>,
}

/// Follows a worker's call to its end.
async fn follow(
    simulator: Simulator,
    called: Called,
    mut call: WorkerCall,
    meeting: Option<Meeting>,
) {
    let mut met = false;
    while let Some(status) = call.told.recv().await {
        if status == CallStatus::InProgress {
            if let Some(meeting) = &meeting {
                met = meet(&simulator, &called, meeting);
                if !met {
                    simulator.send(&call.sid, LegInput::End(CallStatus::Completed));
                }
            }
        } else if status.is_final() {
            break;
        }
    }
    if let Some(meeting) = meeting.filter(|_| met) {
        simulator.work_is_done(&called.reservation, meeting.post_work.as_deref());
    }
    let fails = simulator.state().settings.unanswered_dequeue == UnansweredDequeue::Fails;
    simulator.in_workspace(&called.workspace, |desk| {
        let status = desk.workspace.reservation(&called.reservation).map(|it| it.status);
        if fails && status == Some(ReservationStatus::Pending) {
            desk.fail(&called.reservation);
        }
    });
}

/// The caller joins the worker who has answered; false if the caller is gone.
fn meet(simulator: &Simulator, called: &Called, meeting: &Meeting) -> bool {
    let Some(caller) = &called.caller else { return false };
    if !simulator.accept_reservation(&called.reservation) || !simulator.leave_queue(caller) {
        return false;
    }
    let source = DocumentSource::Inline(meeting.caller_twiml.clone());
    simulator.send(caller, LegInput::Redirect(source))
}
