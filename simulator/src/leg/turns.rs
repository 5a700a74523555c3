//! Turns: an account dials one call of the REST API after the other, a second apart, and those
//! whose turn has not come are `queued`. `<Dial>` is not counted.
//!
//! <https://help.twilio.com/articles/223180028>

use std::time::Duration;

use crate::simulator::Simulator;
use crate::state::State;
use crate::state::call_status::CallStatus;
use crate::state::leg_input::LegInput;

/// Lets a call wait for its turn, of which its task is told, and gives back how long (simulated)
/// that will take.
pub(super) fn wait_for_one(simulator: &Simulator, sid: &str) -> Duration {
    let mut state = simulator.state();
    let spacing = spacing(simulator, &state);
    let queue = &mut state.dial_queue;
    let before = u32::try_from(queue.waiting.len()).unwrap_or(u32::MAX);
    let turn = queue.next_turn(spacing) + spacing.saturating_mul(before);
    queue.waiting.push_back(sid.to_owned());
    if !std::mem::replace(&mut queue.is_served, true) {
        simulator.spawn(give_turns(simulator.clone()));
    }
    simulator.clock.between(tokio::time::Instant::now(), turn)
}

/// Gives turns until nobody waits any more.
async fn give_turns(simulator: Simulator) {
    loop {
        let next = {
            let mut state = simulator.state();
            drop_ended(&mut state);
            if state.dial_queue.waiting.is_empty() {
                state.dial_queue.is_served = false;
                return;
            }
            state.dial_queue.next_turn(spacing(&simulator, &state))
        };
        tokio::time::sleep_until(next).await;
        let next = {
            let mut state = simulator.state();
            drop_ended(&mut state);
            let next = state.dial_queue.waiting.pop_front();
            if next.is_some() {
                state.dial_queue.last_turn = Some(tokio::time::Instant::now());
            }
            next
        };
        if let Some(sid) = next {
            simulator.send(&sid, LegInput::Turn);
        }
    }
}

/// A call that was canceled while it waited takes nobody's time.
fn drop_ended(state: &mut State) {
    let State { dial_queue, calls, .. } = state;
    let waits = |sid: &String| calls.get(sid).is_some_and(|it| it.status == CallStatus::Queued);
    dial_queue.waiting.retain(waits);
}

/// The real time between two turns.
fn spacing(simulator: &Simulator, state: &State) -> Duration {
    match state.settings.calls_per_second {
        0 => Duration::ZERO,
        rate => simulator.clock.real(Duration::from_secs(1) / rate),
    }
}
