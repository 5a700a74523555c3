//! Instructions: what is to be done with a reservation, and doing it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::simulator::Simulator;
use crate::state::leg_input::{DocumentSource, LegInput};
use crate::state::params::Params;
use crate::state::task_router::{ReservationStatus, Workspace};
use crate::state::webhook::{Method, is_url};
use crate::task_router::NotPending;

/// An instruction and its properties, as an assignment callback or a REST request has them.
#[derive(Clone, Debug)]
pub(crate) struct Instruction {
    name: Option<String>,
    properties: BTreeMap<String, String>,
    /// Whether it is no JSON at all.
    unreadable: bool,
}

/// Why an instruction is not carried out: Twilio's code and text.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) code: u32,
    pub(crate) message: String,
}

impl Problem {
    pub(super) fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The codes that instructions have for the same mistakes.
pub(super) struct Codes {
    pub(super) name: &'static str,
    pub(super) activity: u32,
    pub(super) to: u32,
    pub(super) from: u32,
    pub(super) call: u32,
    pub(super) pending: u32,
    pub(super) call_sid: u32,
}

/// <https://www.twilio.com/docs/api/errors/40130> and its neighbours.
pub(super) const DEQUEUE: Codes = Codes {
    name: "Dequeue",
    activity: 40_130,
    to: 40_131,
    from: 40_132,
    call: 40_133,
    pending: 40_135,
    call_sid: 40_140,
};

/// <https://www.twilio.com/docs/api/errors/40110> and its neighbours.
pub(super) const CALL: Codes = Codes {
    name: "Call",
    activity: 0,
    to: 40_110,
    from: 40_111,
    call: 40_113,
    pending: 40_114,
    call_sid: 0,
};

/// <https://www.twilio.com/docs/api/errors/40136> and its neighbours.
pub(super) const CONFERENCE: Codes = Codes {
    name: "Conference",
    activity: 40_139,
    to: 40_137,
    from: 40_138,
    call: 40_145,
    pending: 40_136,
    call_sid: 40_142,
};

impl Instruction {
    /// An instruction of a REST request.
    pub(crate) fn new(name: &str, properties: BTreeMap<String, String>) -> Self {
        Self { name: Some(name.to_owned()), properties, unreadable: false }
    }

    pub(super) fn of_json(object: Map<String, Value>) -> Self {
        let text = |value: Value| match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let mut properties: BTreeMap<String, String> =
            object.into_iter().map(|(name, value)| (name, text(value))).collect();
        Self { name: properties.remove("instruction"), properties, unreadable: false }
    }

    pub(super) fn unreadable() -> Self {
        Self { name: None, properties: BTreeMap::new(), unreadable: true }
    }

    /// A property, unless it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.properties.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Carries the instruction out.
    ///
    /// # Errors
    /// It cannot be carried out; then the reservation stays as it is.
    pub(crate) fn carry_out(
        &self,
        simulator: &Simulator,
        workspace: &str,
        reservation: &str,
    ) -> Result<(), Problem> {
        match self.name.as_deref() {
            _ if self.unreadable => Err(Problem::new(
                40_001,
                "Could not parse Assignment Instruction response as JSON. Ensure your JSON is not escaped",
            )),
            None => Err(Problem::new(
                40_005,
                "Assignment Callback response does not contain 'instruction'",
            )),
            Some("accept") => {
                let accepted = simulator.in_workspace(workspace, |desk| desk.accept(reservation));
                accepted.unwrap_or(Err(NotPending(None))).map_err(|why| not_pending(20_001, &why))
            }
            Some("reject") => self.reject(simulator, workspace, reservation),
            Some("dequeue") => self.dequeue(simulator, workspace, reservation),
            Some("call") => self.call(simulator, workspace, reservation),
            Some("conference") => self.conference(simulator, workspace, reservation),
            Some("redirect") => self.redirect(simulator, workspace, reservation),
            Some(other) => Err(Problem::new(
                55_555,
                format!("Invalid Instruction passed to TaskRouter: {other:?}"),
            )),
        }
    }

    fn reject(
        &self,
        simulator: &Simulator,
        workspace: &str,
        reservation: &str,
    ) -> Result<(), Problem> {
        let activity = self.get("activity_sid");
        let rejected = simulator.in_workspace(workspace, |desk| {
            if activity.is_some_and(|sid| desk.workspace.activity(sid).is_none()) {
                let message = "TaskRouter->Reject: invalid 'activity_sid'";
                return Err(Problem::new(40_100, message));
            }
            desk.reject(reservation, activity).map_err(|why| not_pending(20_001, &why))
        });
        rejected.unwrap_or(Err(not_pending(20_001, &NotPending(None))))
    }

    /// The caller's call goes on at another document; its task stays.
    fn redirect(
        &self,
        simulator: &Simulator,
        workspace: &str,
        reservation: &str,
    ) -> Result<(), Problem> {
        let url = self.get("url").filter(|url| is_url(url)).ok_or_else(|| {
            Problem::new(40_120, "Missing or Invalid 'url' parameter - Redirect Instruction")
        })?;
        let call_sid = self.get("call_sid").ok_or_else(|| {
            Problem::new(40_121, "Missing or Invalid 'call_sid' parameter - Redirect Instruction")
        })?;
        check_pending(simulator, workspace, reservation, (40_123, "Redirect"))?;
        let in_progress = simulator.with_call(call_sid, |call| call.in_progress());
        if in_progress != Some(true) {
            let message =
                "Call Redirection API Error - Redirect Instruction: no such call in progress";
            return Err(Problem::new(40_122, message));
        }
        if self.is_true("accept") {
            let accepted = simulator.in_workspace(workspace, |desk| desk.accept(reservation));
            accepted.unwrap_or(Err(NotPending(None))).map_err(|why| not_pending(40_123, &why))?;
        }
        // Out of the queue already, so that its task is not canceled.
        simulator.leave_queue(call_sid);
        let source = DocumentSource::Fetch {
            url: url.to_owned(),
            method: Method::Post,
            params: Params::default(),
        };
        simulator.send(call_sid, LegInput::Redirect(source));
        Ok(())
    }
}

/// An instruction on a reservation that is no offer any more.
fn not_pending(code: u32, why: &NotPending) -> Problem {
    let status = why.0.map_or("unknown", ReservationStatus::as_str);
    Problem::new(code, format!("The Reservation must currently be Pending: it is {status}"))
}

/// Whether a reservation is an offer.
pub(super) fn check_pending(
    simulator: &Simulator,
    workspace: &str,
    reservation: &str,
    (code, name): (u32, &str),
) -> Result<(), Problem> {
    let state = simulator.state();
    let found = state.task_router.workspace(workspace).and_then(|it| it.reservation(reservation));
    match found.map(|it| it.status) {
        Some(ReservationStatus::Pending) => Ok(()),
        status => {
            let status = status.map_or("unknown", ReservationStatus::as_str);
            let message = format!(
                "The Reservation must currently be Pending - {name} Instruction: it is {status}"
            );
            Err(Problem::new(code, message))
        }
    }
}

/// Whether an activity is the workspace's.
pub(super) fn check_activity(
    workspace: &Workspace,
    activity: Option<&str>,
    codes: &Codes,
) -> Result<(), Problem> {
    match activity.filter(|sid| workspace.activity(sid).is_none()) {
        None => Ok(()),
        Some(sid) => {
            let message = format!("Invalid Activity Sid - {} Instruction: {sid}", codes.name);
            Err(Problem::new(codes.activity, message))
        }
    }
}
