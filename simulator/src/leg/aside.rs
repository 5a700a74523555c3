//! Documents that are run aside: what a caller hears in a queue, and before being connected from it.

use reqwest::Url;

use super::{Flow, Interrupt, Leg};
use crate::documents::resolve;
use crate::state::leg_input::DocumentSource;
use crate::state::params::Params;
use crate::state::transcript::What;
use crate::state::webhook::Method;
use crate::twiml::{Action, Step, Verb};

/// After so many documents in a row without a sound there will be none.
const MOST_SILENT_DOCUMENTS: u32 = 50;

/// Which verbs are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// <https://www.twilio.com/docs/voice/twiml/enqueue#attributes-waiturl>
    Waiting,
    /// <https://www.twilio.com/docs/voice/twiml/queue#attributes-url>
    BeforeBridge,
}

/// How such documents end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AsideEnd {
    /// There is no further verb.
    RanOut,
    /// `<Leave>`.
    Left,
    /// `<Hangup>`.
    HungUp,
    /// A document cannot be had, or not be run.
    Failed,
}

impl Leg {
    /// Runs a document and those that follow from it; `params` are for each request.
    pub(super) async fn aside(
        &mut self,
        aside: Aside,
        (url, method): (&str, Method),
        current: Option<&Url>,
        params: impl Fn(&Leg) -> Params,
    ) -> Result<AsideEnd, Interrupt> {
        let url = resolve(current, url);
        let mut next = DocumentSource::Fetch { url, method, params: Params::default() };
        let mut silent = 0;
        loop {
            if let DocumentSource::Fetch { params: told, .. } = &mut next {
                told.extend(params(self));
            }
            let Some(loaded) = self.load(&next).await? else {
                return Ok(AsideEnd::Failed);
            };
            self.simulator.note(
                &self.sid,
                What::Twiml { url: loaded.url.as_ref().map(Url::to_string), document: loaded.text },
            );
            for warning in &loaded.document.warnings {
                self.simulator.warn(&self.sid, warning.code, &warning.message);
            }
            let sounds = |step: &Step| matches!(step.verb, Verb::Prompt(_) | Verb::Gather(_));
            silent = if loaded.document.verbs.iter().any(sounds) { 0 } else { silent + 1 };
            if silent > MOST_SILENT_DOCUMENTS {
                let message = "endless <Redirect>: 50 documents in a row without a sound";
                self.simulator.warn(&self.sid, 11_215, message);
                return Ok(AsideEnd::Failed);
            }
            match self.steps_aside(aside, &loaded.document.verbs, loaded.url.as_ref()).await? {
                Ok(source) => next = source,
                Err(end) => return Ok(end),
            }
        }
    }

    /// Runs the verbs of one document: to its end, or to the next document.
    async fn steps_aside(
        &mut self,
        aside: Aside,
        steps: &[Step],
        current: Option<&Url>,
    ) -> Result<Result<DocumentSource, AsideEnd>, Interrupt> {
        for step in steps {
            let (name, attributes) = (step.name.clone(), step.attributes.clone());
            self.simulator.note(&self.sid, What::Verb { name, attributes });
            let waits = aside == Aside::Waiting;
            let flow = match &step.verb {
                Verb::Prompt(prompt) => {
                    self.prompt(prompt).await?;
                    Flow::Next
                }
                Verb::Redirect { url, method } => {
                    let action = Action { url: Some(url.clone()), method: *method };
                    self.go(&action, current, Params::default()).await?
                }
                Verb::Gather(gather) if waits => self.gather(gather, current).await?,
                Verb::Leave if waits => return Ok(Err(AsideEnd::Left)),
                Verb::Hangup if waits => return Ok(Err(AsideEnd::HungUp)),
                _ => {
                    let message = format!("<{}> is not allowed here and is skipped", step.name);
                    self.simulator.warn(&self.sid, 12_200, message);
                    Flow::Next
                }
            };
            match flow {
                Flow::Next => {}
                Flow::Go(source) => return Ok(Ok(source)),
                Flow::Over(_) => return Ok(Err(AsideEnd::Failed)),
            }
        }
        Ok(Err(AsideEnd::RanOut))
    }
}
