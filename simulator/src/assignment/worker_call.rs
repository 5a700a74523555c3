//! Instructions that call the worker: `dequeue`, `call` and `conference`.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::instruction::{
    CALL, CONFERENCE, Codes, DEQUEUE, Instruction, Problem, check_activity, check_pending,
};
use crate::leg::outbound::{self, Outbound};
use crate::number;
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

/// A reservation whose worker is to be called.
struct Called {
    workspace: String,
    reservation: String,
    task: String,
    /// The call that waits in a queue.
    caller: Option<String>,
    to: String,
    from: String,
}

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
        if let Some(told) = place(simulator, &called, order) {
            simulator.spawn(follow(simulator.clone(), called, told, None));
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
        if let Some(told) = place(simulator, &called, order) {
            simulator.spawn(follow(simulator.clone(), called, told, Some(meeting)));
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

    /// Whom to call and from which number, if that can be done at all.
    fn called(
        &self,
        simulator: &Simulator,
        workspace_sid: &str,
        reservation_sid: &str,
        codes: &Codes,
    ) -> Result<Called, Problem> {
        check_pending(simulator, workspace_sid, reservation_sid, (codes.pending, codes.name))?;
        let missing = |code, what: &str| {
            let message =
                format!("Missing or Invalid '{what}' parameter - {} Instruction", codes.name);
            Problem::new(code, message)
        };
        let (task, caller, to) = {
            let state = simulator.state();
            let workspace = state.task_router.workspace(workspace_sid);
            let workspace = workspace.ok_or_else(|| missing(codes.pending, "reservation"))?;
            check_activity(workspace, self.get("post_work_activity_sid"), codes)?;
            let reservation = workspace.reservation(reservation_sid);
            let reservation = reservation.ok_or_else(|| missing(codes.pending, "reservation"))?;
            let caller = workspace.task(&reservation.task_sid).and_then(|it| it.call_sid.clone());
            if caller.is_none() && codes.call_sid != 0 {
                let message = format!(
                    "Failed to issue {} instruction due to missing 'call_sid' property",
                    codes.name
                );
                return Err(Problem::new(codes.call_sid, message));
            }
            let worker = workspace.worker(&reservation.worker_sid);
            let contact = || worker.and_then(|worker| worker.contact_uri());
            let to = self.get("to").map(str::to_owned).or_else(contact);
            (reservation.task_sid.clone(), caller, to.ok_or_else(|| missing(codes.to, "to"))?)
        };
        // "we will use the `to` number dialed by the caller"
        let dialed = || {
            let caller = caller.as_deref().filter(|_| codes.name == DEQUEUE.name)?;
            simulator.with_call(caller, |call| call.to.clone())
        };
        let from = self.get("from").map(str::to_owned).or_else(dialed);
        let from = from.ok_or_else(|| missing(codes.from, "from"))?;
        Ok(Called {
            workspace: workspace_sid.to_owned(),
            reservation: reservation_sid.to_owned(),
            task,
            caller,
            to: reachable(simulator, &to, codes)?,
            from: caller_id(simulator, &from, codes)?,
        })
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

/// The number of a phone, or what the simulator does not ring.
fn reachable(simulator: &Simulator, to: &str, codes: &Codes) -> Result<String, Problem> {
    if to.starts_with("client:") || to.starts_with("sip:") {
        let message = format!(
            "Call API Error - {} Instruction: nobody is registered as {to}; the simulator rings phones only",
            codes.name
        );
        return Err(Problem::new(codes.call, message));
    }
    let number = number::normalize(to).ok_or_else(|| {
        let message = format!("Missing or Invalid 'to' parameter - {} Instruction", codes.name);
        Problem::new(codes.to, message)
    })?;
    if !simulator.state().settings.permits(&number) || simulator.bars(&number) {
        let message = format!(
            "Call API Error - {} Instruction: the account may not call {number}",
            codes.name
        );
        return Err(Problem::new(codes.call, message));
    }
    Ok(number)
}

/// "This needs to be a Twilio number or a verified outgoing caller ID from your account."
fn caller_id(simulator: &Simulator, from: &str, codes: &Codes) -> Result<String, Problem> {
    let number = number::normalize(from);
    let number = number.filter(|number| simulator.own_number(number).is_some());
    number.ok_or_else(|| {
        let message =
            format!("Call API Error - {} Instruction: invalid caller-id {from}", codes.name);
        Problem::new(codes.call, message)
    })
}

/// Calls the worker, and notes the call in the task: "TaskRouter will update the TaskAttributes of the
/// Task with a `worker_call_sid`".
fn place(
    simulator: &Simulator,
    called: &Called,
    mut order: Outbound,
) -> Option<UnboundedReceiver<CallStatus>> {
    let (sender, told) = mpsc::unbounded_channel();
    order.told = Some(sender);
    let call_sid = outbound::place(simulator, order);
    simulator.in_workspace(&called.workspace, |desk| {
        if let Some(task) = desk.workspace.task_mut(&called.task) {
            task.set_attribute("worker_call_sid", &call_sid);
        }
        desk.tell(EventType::TaskUpdated, About::Task(&called.task), Params::default());
    })?;
    Some(told)
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
    mut told: UnboundedReceiver<CallStatus>,
    meeting: Option<Meeting>,
) {
    let mut met = false;
    while let Some(status) = told.recv().await {
        if status == CallStatus::InProgress {
            if let Some(meeting) = &meeting {
                met = meet(&simulator, &called, meeting);
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
