//! Whom an instruction calls, and from which number.

use super::instruction::{Codes, DEQUEUE, Instruction, Problem, check_activity, check_pending};
use crate::number;
use crate::simulator::Simulator;

/// A reservation whose worker is to be called.
pub(super) struct Called {
    pub(super) workspace: String,
    pub(super) reservation: String,
    pub(super) task: String,
    /// The call that waits in a queue.
    pub(super) caller: Option<String>,
    pub(super) to: String,
    pub(super) from: String,
}

impl Instruction {
    /// Whom to call and from which number, if that can be done at all.
    pub(super) fn called(
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
