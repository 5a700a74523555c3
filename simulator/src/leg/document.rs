//! Gets documents from the app and runs them, verb by verb.

use std::time::Duration;

use reqwest::Url;

use super::{Flow, Input, Interrupt, LONGEST_CALL, Leg, Over};
use crate::documents::{Loaded, resolve_action, understand};
use crate::state::call_status::{CallStatus, Direction};
use crate::state::leg_input::{DocumentSource, LegInput};
use crate::state::params::Params;
use crate::state::transcript::What;
use crate::state::webhook::{Method, Subject, WebhookKind, WebhookRequest};
use crate::twiml::{Action, Document, Prompt, Step, Verb};
use crate::webhook::Failure;

/// After so many documents in a row that did nothing but redirect, the call is
/// ended: Twilio would not go on for ever either.
const MAX_EMPTY_DOCUMENTS: u32 = 50;

/// What callers hear when an app fails and has no fallback.
const APPLICATION_ERROR: &str = "We are sorry, an application error has occurred. Goodbye.";

impl Leg {
    /// Runs a document and those that follow from it.
    pub(super) async fn run(&mut self, first: DocumentSource) -> Over {
        let mut source = first;
        let mut empty = 0;
        loop {
            let flow = match self.load(&source).await {
                Ok(Some(loaded)) => {
                    let idle = |step: &Step| matches!(step.verb, Verb::Redirect { .. });
                    empty = if loaded.document.verbs.iter().all(idle) { empty + 1 } else { 0 };
                    if empty > MAX_EMPTY_DOCUMENTS {
                        let message = "endless <Redirect>: 50 documents in a row did nothing else";
                        self.simulator.warn(&self.sid, 11_215, message);
                        self.application_error().await
                    } else {
                        self.execute(loaded).await
                    }
                }
                Ok(None) => self.application_error().await,
                Err(interrupt) => Err(interrupt),
            };
            match flow {
                Ok(Flow::Next) => return Over::Finished,
                Ok(Flow::Over(over)) => return over,
                Ok(Flow::Go(next)) | Err(Interrupt::Redirect(next)) => source = next,
                Err(Interrupt::FarHungUp) => return Over::FarHungUp,
                Err(Interrupt::Ended(status)) => return Over::Ended(status),
            }
        }
    }

    /// The document, or that of the fallback URL; `None` if neither can be had.
    pub(super) async fn load(
        &mut self,
        source: &DocumentSource,
    ) -> Result<Option<Loaded>, Interrupt> {
        let (url, request) = match source {
            DocumentSource::Inline(text) => return Ok(self.inline(text)),
            DocumentSource::Fetch { url, method, params } => {
                (url, self.request(WebhookKind::Voice, url, *method, params))
            }
        };
        let failure = match self.ask(request).await? {
            Ok(loaded) => return Ok(Some(loaded)),
            Err(failure) => failure,
        };
        self.simulator.warn(&self.sid, failure.code, &failure.message);
        let Some((fallback, method)) = self.fallback.clone() else {
            return Ok(None);
        };
        let mut params = match source {
            DocumentSource::Fetch { params, .. } => params.clone(),
            DocumentSource::Inline(_) => Params::default(),
        };
        params.set("ErrorCode", failure.code.to_string());
        params.set("ErrorUrl", url);
        let request = self.request(WebhookKind::Fallback, &fallback, method, &params);
        match self.ask(request).await? {
            Ok(loaded) => Ok(Some(loaded)),
            Err(failure) => {
                self.simulator.warn(&self.sid, failure.code, &failure.message);
                Ok(None)
            }
        }
    }

    fn inline(&self, text: &str) -> Option<Loaded> {
        match Document::parse(text) {
            Ok(document) => Some(Loaded { document, text: text.to_owned(), url: None }),
            Err(warning) => {
                self.simulator.warn(&self.sid, warning.code, warning.message);
                None
            }
        }
    }

    pub(super) fn request(
        &self,
        kind: WebhookKind,
        url: &str,
        method: Method,
        params: &Params,
    ) -> WebhookRequest {
        let mut all = self.simulator.params(&self.sid);
        if self.simulator.withholds_unpromised() {
            all.0.remove("ParentCallSid");
        }
        let token = self.simulator.with_call(&self.sid, |call| call.token.clone());
        if let Some(token) = token.flatten() {
            all.set("CallToken", token);
        }
        all.extend(params.clone());
        WebhookRequest {
            kind,
            about: Subject::Call(self.sid.clone()),
            url: url.to_owned(),
            method,
            params: all,
            fault: None,
        }
    }

    /// Asks the app, and listens to the far end meanwhile.
    async fn ask(&mut self, request: WebhookRequest) -> Result<Result<Loaded, Failure>, Interrupt> {
        let mut answer = self.simulator.ask(request);
        loop {
            tokio::select! {
                input = self.next(None) => { input?; }
                result = &mut answer => {
                    let stopped = Err(Failure::new(11_200, "the simulator was stopped"));
                    return Ok(result.unwrap_or(stopped).and_then(understand));
                }
            }
        }
    }

    /// Tells the app how a verb ended although its answer no longer matters.
    pub(super) async fn tell(&mut self, action: &Action, current: Option<&Url>, params: Params) {
        let Ok(DocumentSource::Fetch { url, method, params }) =
            resolve_action(action, current, params)
        else {
            return;
        };
        let request = self.request(WebhookKind::Voice, &url, method, &params);
        if let Err(failure) = self.simulator.deliver(&request).await {
            self.simulator.warn(&self.sid, failure.code, failure.message);
        }
    }

    pub(super) async fn application_error(&mut self) -> Result<Flow, Interrupt> {
        self.answer();
        let text = APPLICATION_ERROR.to_owned();
        let message = Prompt::Say { text, times: 1, breaks: Duration::ZERO };
        self.prompt(&message).await?;
        Ok(Flow::Over(Over::HungUp))
    }

    async fn execute(&mut self, loaded: Loaded) -> Result<Flow, Interrupt> {
        let Loaded { document, text, url } = loaded;
        self.simulator
            .note(&self.sid, What::Twiml { url: url.as_ref().map(Url::to_string), document: text });
        for warning in &document.warnings {
            self.simulator.warn(&self.sid, warning.code, &warning.message);
        }
        if document.verbs.is_empty() {
            self.answer();
        }
        for (index, step) in document.verbs.iter().enumerate() {
            if answers(&document.verbs[index..]) {
                self.answer();
            }
            self.simulator.note(
                &self.sid,
                What::Verb { name: step.name.clone(), attributes: step.attributes.clone() },
            );
            match self.verb(&step.verb, url.as_ref()).await? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    async fn verb(&mut self, verb: &Verb, current: Option<&Url>) -> Result<Flow, Interrupt> {
        match verb {
            Verb::Prompt(prompt) => {
                self.prompt(prompt).await?;
                Ok(Flow::Next)
            }
            Verb::Gather(gather) => self.gather(gather, current).await,
            Verb::Dial(_) if self.is_whisper => {
                // https://www.twilio.com/docs/api/errors/13201
                let message = "Dial: Cannot Dial out from a Dial Call Segment";
                self.simulator.warn(&self.sid, 13_201, message);
                Ok(Flow::Next)
            }
            // Its page names Say, Play, Gather and Hangup; that Pause and Redirect work is widely
            // seen. https://www.twilio.com/docs/voice/twiml/number#url
            Verb::Record(_)
            | Verb::Message(_)
            | Verb::Reject { .. }
            | Verb::Enqueue(_)
            | Verb::Leave
                if self.is_whisper =>
            {
                let message =
                    "this verb is not allowed in what a called party hears before the bridge";
                self.simulator.warn(&self.sid, 12_200, message);
                Ok(Flow::Next)
            }
            Verb::Dial(dial) => self.dial(dial, current).await,
            Verb::Record(record) => self.record(record, current).await,
            Verb::Redirect { url, method } => {
                let action = Action { url: Some(url.clone()), method: *method };
                self.go(&action, current, Params::default()).await
            }
            Verb::Message(message) => self.message(message, current).await,
            Verb::Enqueue(enqueue) => self.enqueue(enqueue, current).await,
            Verb::Leave => {
                // https://www.twilio.com/docs/voice/twiml/leave
                let message = "<Leave> outside of a queue's waitUrl has nothing to leave";
                self.simulator.warn(&self.sid, 12_200, message);
                Ok(Flow::Next)
            }
            Verb::Hangup => Ok(Flow::Over(Over::HungUp)),
            Verb::Reject { busy } => Ok(Flow::Over(Over::Rejected { busy: *busy })),
        }
    }

    /// Goes on at a verb's action URL, by default the current document's.
    pub(super) async fn go(
        &mut self,
        action: &Action,
        current: Option<&Url>,
        params: Params,
    ) -> Result<Flow, Interrupt> {
        match resolve_action(action, current, params) {
            Ok(source) => Ok(Flow::Go(source)),
            Err(failure) => {
                self.simulator.warn(&self.sid, failure.code, failure.message);
                self.application_error().await
            }
        }
    }

    /// Picks up an inbound call, unless that was done before.
    pub(super) fn answer(&mut self) {
        let waiting = self.simulator.with_call(&self.sid, |call| {
            call.direction == Direction::Inbound && call.answered_at.is_none()
        });
        if waiting == Some(true) {
            self.time_limit = Some(self.clock().after(LONGEST_CALL));
            self.simulator.set_status(&self.sid, CallStatus::InProgress);
            self.simulator.to_far(&self.sid, LegInput::Answer);
        }
    }

    /// Whether an input interrupts a prompt that `keys` or `speech` may interrupt.
    pub(super) fn barges_in(input: &Input, keys: bool, speech: bool) -> bool {
        match input {
            Input::Key(_) => keys,
            Input::SpeechStarts(_) => speech,
            Input::SpeechEnds(_) | Input::Beep | Input::RoomOver { .. } => false,
        }
    }
}

/// Whether Twilio picks up a ringing call to run the first of these verbs. It
/// does not for Reject, for pauses before one, for a Dial that is to pick up when
/// it bridges, and for a redirect to whatever comes then.
///
/// <https://www.twilio.com/docs/voice/twiml/reject>
fn answers(verbs: &[Step]) -> bool {
    let is_pause = |step: &&Step| matches!(step.verb, Verb::Prompt(Prompt::Pause(_)));
    match verbs.iter().find(|step| !is_pause(step)).map(|step| &step.verb) {
        Some(Verb::Reject { .. }) => false,
        _ => match verbs.first().map(|step| &step.verb) {
            Some(Verb::Dial(dial)) => !dial.answer_on_bridge,
            Some(Verb::Redirect { .. }) => false,
            _ => true,
        },
    }
}
