//! `<Enqueue>`: waits in a queue until somebody dials it, and goes on after it.
//!
//! <https://www.twilio.com/docs/voice/twiml/enqueue>

use reqwest::Url;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use super::aside::{Aside, AsideEnd};
use super::bridge::pass_on;
use super::{Flow, Input, Interrupt, Leg, Over};
use crate::call_queue::{Refusal, Stay};
use crate::state::bridge::{Dequeue, Progress, WayOut};
use crate::state::call_status::CallStatus;
use crate::state::leg_input::LegInput;
use crate::state::settings::WaitUrlEnd;
use crate::state::transcript::Source;
use crate::twiml::Enqueue;

/// What Twilio plays by default; nobody fetches it.
const TWILIOS_MUSIC: &str = "https://s3.amazonaws.com/com.twilio.sounds.music/index.xml";

/// How a stay in a queue ends: `QueueResult`.
///
/// <https://www.twilio.com/docs/voice/twiml/enqueue#attributes-action-parameters-queueresult>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum QueueResult {
    Bridged,
    Error,
    HangUp,
    Leave,
    Redirected,
    RedirectedFromBridged,
    Full,
}

impl QueueResult {
    fn as_str(self) -> &'static str {
        match self {
            Self::Bridged => "bridged",
            Self::Error => "error",
            Self::HangUp => "hangup",
            Self::Leave => "leave",
            Self::Redirected => "redirected",
            Self::RedirectedFromBridged => "redirected-from-bridged",
            Self::Full => "queue-full",
        }
    }
}

/// How waiting ends.
enum Waited {
    Out(WayOut),
    Aside(AsideEnd),
    Interrupted(Interrupt),
}

/// What there is to do after a queue: to go on, to hang up, or what interrupted the wait.
type After = Result<Option<Over>, Interrupt>;

impl Leg {
    /// Waits in a queue and goes on at the action, else with the next verb.
    pub(super) async fn enqueue(
        &mut self,
        enqueue: &Enqueue,
        current: Option<&Url>,
    ) -> Result<Flow, Interrupt> {
        let (way_out, out) = mpsc::unbounded_channel();
        let mut stay = match self.simulator.enter_queue(&self.sid, enqueue, way_out) {
            Ok(stay) => stay,
            Err(refusal) => {
                self.simulator.warn(&self.sid, refusal.code(), refusal.message());
                let result = match refusal {
                    Refusal::Full => QueueResult::Full,
                    _ => QueueResult::Error,
                };
                return self.after_queue(enqueue, current, Ok(None), (result, None)).await;
            }
        };
        let (result, after) = self.stay(enqueue, current, &mut stay, out).await;
        self.after_queue(enqueue, current, after, (result, Some(&stay))).await
    }

    /// A stay in a queue, from its beginning to its end.
    async fn stay(
        &mut self,
        enqueue: &Enqueue,
        current: Option<&Url>,
        stay: &mut Stay,
        mut out: mpsc::UnboundedReceiver<WayOut>,
    ) -> (QueueResult, After) {
        let waited = tokio::select! {
            biased;
            Some(way) = out.recv() => Waited::Out(way),
            waited = self.wait(enqueue, current, stay) => match waited {
                Ok(end) => Waited::Aside(end),
                Err(interrupt) => Waited::Interrupted(interrupt),
            },
        };
        stay.end();
        if matches!(waited, Waited::Out(_)) {
            // A sound may have been cut.
            self.simulator.to_far(&self.sid, LegInput::SpeechEnd { complete: false });
        }
        let (result, after) = match waited {
            Waited::Out(WayOut::Dequeued(dequeue)) => {
                return self.meet(dequeue, current, stay).await;
            }
            Waited::Out(WayOut::Leave) | Waited::Aside(AsideEnd::Left | AsideEnd::RanOut) => {
                (QueueResult::Leave, Ok(None))
            }
            Waited::Aside(AsideEnd::HungUp) => (QueueResult::HangUp, Ok(Some(Over::HungUp))),
            Waited::Aside(AsideEnd::Failed) => (QueueResult::Error, Ok(None)),
            Waited::Interrupted(interrupt) => (result_of(&interrupt), Err(interrupt)),
        };
        let waited_still = self.simulator.leave_queue(&self.sid);
        // Whoever has taken it out of the queue already sees to the task, unless it hung up.
        if waited_still || result != QueueResult::Redirected {
            self.simulator.cancel_task_of(&self.sid, result.as_str());
        }
        (result, after)
    }

    /// What is heard while waiting; it ends only by what the documents of the wait URL say.
    async fn wait(
        &mut self,
        enqueue: &Enqueue,
        current: Option<&Url>,
        stay: &Stay,
    ) -> Result<AsideEnd, Interrupt> {
        match enqueue.wait_url.as_deref() {
            None => self.simulator.hear(&self.sid, Source::Play, TWILIOS_MUSIC),
            Some("") => {}
            Some(url) => loop {
                let from = (url, enqueue.wait_method);
                let params = |leg: &Leg| leg.simulator.queue_params(&leg.sid, stay);
                let end = self.aside(Aside::Waiting, from, current, params).await?;
                if end != AsideEnd::RanOut {
                    return Ok(end);
                }
                let settled = self.simulator.state().settings.wait_url_end;
                if settled == WaitUrlEnd::Silence {
                    break;
                }
                // So that an empty document is not asked for all the time.
                self.pass(std::time::Duration::from_secs(1)).await?;
            },
        }
        loop {
            self.next(None).await?;
        }
    }

    /// Meets whoever dialled the queue, until one of them leaves.
    async fn meet(
        &mut self,
        dequeue: Dequeue,
        current: Option<&Url>,
        stay: &Stay,
    ) -> (QueueResult, After) {
        let Dequeue { parent, whisper, mut released } = dequeue;
        if let Some((url, method)) = &whisper {
            let told = parent.sid.clone();
            let params = |leg: &Leg| {
                // Spelled so on Twilio's page.
                leg.simulator.stay_params(stay).with("DequeingCallSid", told.as_str())
            };
            let heard = self.aside(Aside::BeforeBridge, (url.as_str(), *method), current, params);
            let heard = tokio::select! {
                biased;
                _ = &mut released => Ok(AsideEnd::RanOut),
                heard = heard => heard,
            };
            if let Err(interrupt) = heard {
                let result = result_of(&interrupt);
                self.simulator.cancel_task_of(&self.sid, result.as_str());
                parent.tell(&self.sid, Progress::Left(CallStatus::Completed));
                return (result, Err(interrupt));
            }
        }
        let (sender, connected) = oneshot::channel();
        parent.tell(&self.sid, Progress::Accepted(sender));
        if connected.await.is_err() {
            // Whoever dialled is gone, or may not have the caller any more.
            self.simulator.cancel_task_of(&self.sid, QueueResult::Error.as_str());
            return (QueueResult::Error, Ok(None));
        }
        let since = tokio::time::Instant::now();
        let interrupt = loop {
            let input = tokio::select! {
                biased;
                _ = &mut released => return (QueueResult::Bridged, Ok(None)),
                input = self.next(None) => input,
            };
            match input {
                Ok(Some(input)) => {
                    pass_on(&self.simulator, &input, &parent.sid);
                    if let Input::SpeechEnds(spoken) = &input {
                        let samples = spoken.after(since, self.clock()).to_vec();
                        parent.tell(&self.sid, Progress::Spoke(samples));
                    }
                }
                // Only deadlines end without an input.
                Ok(None) => {}
                Err(interrupt) => break interrupt,
            }
        };
        parent.tell(&self.sid, Progress::Left(CallStatus::Completed));
        let result = match interrupt {
            Interrupt::Redirect(_) => QueueResult::RedirectedFromBridged,
            Interrupt::FarHungUp | Interrupt::Ended(_) => QueueResult::Bridged,
        };
        (result, Err(interrupt))
    }

    /// Goes on after a queue.
    async fn after_queue(
        &mut self,
        enqueue: &Enqueue,
        current: Option<&Url>,
        after: After,
        (result, stay): (QueueResult, Option<&Stay>),
    ) -> Result<Flow, Interrupt> {
        let params = stay.map(|stay| self.simulator.stay_params(stay)).unwrap_or_default();
        let params = params.with("QueueResult", result.as_str());
        let has_action = enqueue.action.url.is_some();
        match &after {
            Ok(None) if has_action => return self.go(&enqueue.action, current, params).await,
            Ok(None) => return Ok(Flow::Next),
            Ok(Some(_)) | Err(Interrupt::FarHungUp) => {
                self.simulator.finish(&self.sid, CallStatus::Completed);
            }
            Err(Interrupt::Ended(status)) => self.simulator.finish(&self.sid, *status),
            Err(Interrupt::Redirect(_)) => {}
        }
        if has_action {
            self.tell(&enqueue.action, current, params).await;
        }
        after.map(|over| Flow::Over(over.unwrap_or(Over::Finished)))
    }
}

fn result_of(interrupt: &Interrupt) -> QueueResult {
    match interrupt {
        Interrupt::FarHungUp | Interrupt::Ended(_) => QueueResult::HangUp,
        Interrupt::Redirect(_) => QueueResult::Redirected,
    }
}
