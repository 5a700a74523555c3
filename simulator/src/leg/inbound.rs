//! Calls to the account's numbers: from phones and from its own calls.

use tokio::sync::mpsc::UnboundedReceiver;

use super::{Flow, Interrupt, Leg, Over};
use crate::simulator::Simulator;
use crate::state::call::{Far, NewCall};
use crate::state::call_status::{CallStatus, Direction};
use crate::state::callback::{CallEvent, CallbackTarget};
use crate::state::leg_input::{DocumentSource, LegInput};
use crate::state::params::Params;
use crate::state::phone_number::PhoneNumber;
use crate::state::transcript::Source;

/// What a phone tells about itself when it calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(crate) number: String,
    pub(crate) name: Option<String>,
    pub(crate) forwarded_from: Option<String>,
}

/// A phone calls one of the account's numbers; the call's SID.
pub(crate) fn place(simulator: &Simulator, caller: Caller, to: &PhoneNumber) -> String {
    let far = Far::Phone(caller.number.clone());
    let (sid, inputs) = add(simulator, caller, to, far);
    simulator.spawn(carry(simulator.clone(), sid.clone(), inputs, to.clone()));
    sid
}

/// One of the account's own calls reaches one of its numbers: both calls are
/// each other's far end.
pub(super) fn link(simulator: &Simulator, outbound: &str, from: &str, to: &PhoneNumber) {
    let caller = Caller { number: from.to_owned(), ..Caller::default() };
    let (sid, inputs) = add(simulator, caller, to, Far::Call(outbound.to_owned()));
    simulator.with_call(outbound, |call| call.far = Far::Call(sid.clone()));
    simulator.spawn(carry(simulator.clone(), sid, inputs, to.clone()));
}

fn add(
    simulator: &Simulator,
    caller: Caller,
    to: &PhoneNumber,
    far: Far,
) -> (String, UnboundedReceiver<LegInput>) {
    simulator.add_call(NewCall {
        from: caller.number,
        to: to.phone_number.clone(),
        direction: Direction::Inbound,
        far,
        parent_sid: None,
        caller_name: caller.name,
        forwarded_from: caller.forwarded_from,
        phone_number_sid: Some(to.sid.clone()),
        status: CallStatus::Ringing,
        // A number's status callback tells only of the end.
        status_callback: to.status_callback.clone().map(|url| CallbackTarget {
            url,
            method: to.status_callback_method,
            events: vec![CallEvent::Completed],
        }),
    })
}

/// Carries a call from its first ring to its end.
async fn carry(
    simulator: Simulator,
    sid: String,
    inputs: UnboundedReceiver<LegInput>,
    number: PhoneNumber,
) {
    simulator.hear(&sid, Source::Ringing, "ringing");
    let mut leg = Leg::new(simulator.clone(), sid.clone(), inputs);
    let caller = simulator.with_call(&sid, |call| call.from.clone()).unwrap_or_default();
    if simulator.bars(&caller) {
        // The account learns nothing of it.
        simulator.with_call(&sid, |call| call.status_callback = None);
        let _ = leg.turn_away().await;
        return simulator.finish(&sid, CallStatus::Failed);
    }
    leg.fallback = number.voice_fallback_url.map(|url| (url, number.voice_fallback_method));
    let first = DocumentSource::Fetch {
        // A number without a voice URL fails as one with an invalid one.
        url: number.voice_url.unwrap_or_default(),
        method: number.voice_method,
        params: Params::default(),
    };
    let over = match leg.announce_trial().await {
        Ok(Flow::Over(over)) => over,
        Ok(_) => leg.run(first).await,
        Err(Interrupt::Redirect(source)) => leg.run(source).await,
        Err(Interrupt::FarHungUp) => Over::FarHungUp,
        Err(Interrupt::Ended(status)) => Over::Ended(status),
    };
    let status = match over {
        _ if leg.answered() => CallStatus::Completed,
        Over::Rejected { busy: true } => {
            simulator.hear(&sid, Source::Busy, "busy");
            CallStatus::Busy
        }
        Over::Rejected { busy: false } => {
            simulator.hear(&sid, Source::NotInService, "not in service");
            CallStatus::NoAnswer
        }
        Over::Ended(status) => status,
        Over::Finished | Over::HungUp | Over::FarHungUp => CallStatus::NoAnswer,
    };
    simulator.finish(&sid, status);
}
