//! What a trial account makes of calls: only with verified phones, and its own announcement first.
//!
//! <https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account>

use std::time::Duration;

use super::{Flow, Input, Interrupt, Leg, Over};
use crate::twiml::Prompt;

const ANNOUNCEMENT: &str = "You have a trial account. You can remove this message at any time by upgrading to a full account. Press any key to execute your code.";

const BARRED: &str = "The number that you have called belongs to a trial account, which takes calls from verified numbers only. Goodbye.";

/// How long (simulated) it waits for a key.
const PATIENCE: Duration = Duration::from_secs(10);

impl Leg {
    /// The announcement, if this is a trial account; without a key after it the call is over.
    pub(super) async fn announce_trial(&mut self) -> Result<Flow, Interrupt> {
        if self.simulator.state().settings.trial.is_none() {
            return Ok(Flow::Next);
        }
        self.answer();
        let is_key = |input: &Input| matches!(input, Input::Key(_));
        let mut pressed = self.prompt_until(&say(ANNOUNCEMENT), is_key).await?;
        let deadline = self.clock().after(PATIENCE);
        while !pressed.as_ref().is_some_and(is_key) {
            pressed = self.next(Some(deadline)).await?;
            if pressed.is_none() {
                return Ok(Flow::Over(Over::HungUp));
            }
        }
        Ok(Flow::Next)
    }

    /// Tells a caller that the account does not take their call.
    pub(super) async fn turn_away(&mut self) -> Result<(), Interrupt> {
        self.prompt(&say(BARRED)).await
    }
}

fn say(text: &str) -> Prompt {
    Prompt::Say { text: text.to_owned(), times: 1, breaks: Duration::ZERO }
}
