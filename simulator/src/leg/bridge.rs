//! Two legs that hear each other, and how a `<Dial>`'s legs talk to it.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Input, Interrupt, Leg, Over};
use crate::simulator::Simulator;
use crate::state::bridge::{Parent, Progress};
use crate::state::call_status::CallStatus;
use crate::state::leg_input::{DocumentSource, LegInput};
use crate::state::transcript::Source;

/// Lets one leg's far end hear what the other's did.
pub(super) fn pass_on(simulator: &Simulator, input: &Input, to: &str) {
    match input {
        Input::Key(key) => {
            simulator.hear(to, Source::Keys, format!("key {key}"));
            simulator.to_far(to, LegInput::Key(*key));
        }
        Input::SpeechStarts(speech) => {
            simulator.hear(to, Source::Speech, speech.text());
            simulator.to_far(to, LegInput::SpeechStart(Arc::clone(speech)));
        }
        Input::SpeechEnds(spoken) => {
            let complete = spoken.complete;
            simulator.to_far(to, LegInput::SpeechEnd { complete });
        }
        Input::Beep => {
            simulator.hear(to, Source::Beep, "beep");
            simulator.to_far(to, LegInput::Beep);
        }
        // Of a conference that it was in before.
        Input::RoomOver { .. } => {}
    }
}

impl Leg {
    /// A dialled leg's part of the bridge: until it ends, or REST sends it
    /// elsewhere, in which case it goes on alone.
    pub(super) async fn bridged(&mut self, parent: &Parent) -> Over {
        let accepted = Instant::now();
        let (sender, connected) = oneshot::channel();
        parent.tell(&self.sid, Progress::Accepted(sender));
        // Else the caller could hear somebody before being connected. An error means
        // that the dial is over, which the next input tells.
        let _ = connected.await;
        loop {
            match self.next(None).await {
                Ok(Some(input)) => {
                    pass_on(&self.simulator, &input, &parent.sid);
                    if let Input::SpeechEnds(spoken) = &input {
                        let samples = spoken.after(accepted, self.clock()).to_vec();
                        parent.tell(&self.sid, Progress::Spoke(samples));
                    }
                }
                Ok(None) => return Over::Ended(CallStatus::Completed),
                Err(Interrupt::FarHungUp) => return Over::FarHungUp,
                Err(Interrupt::Ended(status)) => return Over::Ended(status),
                Err(Interrupt::Redirect(source)) => return self.leave(parent, source).await,
            }
        }
    }

    /// Leaves the bridge for a document of its own.
    pub(super) async fn leave(&mut self, parent: &Parent, source: DocumentSource) -> Over {
        parent.tell(&self.sid, Progress::Left(CallStatus::Completed));
        self.is_whisper = false;
        self.run(source).await
    }
}
