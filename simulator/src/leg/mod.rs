//! A call's leg: the task that carries one call from its first ring to its end.
//!
//! Everything that happens to a call arrives as a [`LegInput`], so that a leg
//! never shares its progress with another task.

mod aside;
mod bridge;
pub(crate) mod conference;
mod dial;
mod dial_queue;
mod dialling;
mod document;
mod enqueue;
mod gather;
pub(crate) mod inbound;
mod message;
pub(crate) mod outbound;
mod prompt;
mod record;
mod recording;
mod ringing;
mod trial;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use self::recording::CallRecording;
use crate::audio;
use crate::clock::Clock;
use crate::simulator::Simulator;
use crate::state::call::Call;
use crate::state::call_status::CallStatus;
use crate::state::leg_input::{DocumentSource, LegInput, Speech};
use crate::state::webhook::Method;

/// What Twilio adds to the `timeout` of a `<Dial>` and of a call through REST, for "some call
/// flows": "a timeout value of 10 seconds could result in an actual timeout closer to 15 seconds".
///
/// <https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource>
const TIMEOUT_EXTENSION: Duration = Duration::from_secs(5);

/// The longest call that Twilio carries.
const LONGEST_CALL: Duration = Duration::from_secs(14_400);

/// What a leg hears while it runs a document.
#[derive(Debug)]
enum Input {
    Key(char),
    SpeechStarts(Arc<Speech>),
    SpeechEnds(Spoken),
    Beep,
    RoomOver { ticket: u64, failed: bool },
}

/// Speech and when it was spoken.
#[derive(Clone, Debug)]
struct Spoken {
    speech: Arc<Speech>,
    started: Instant,
    complete: bool,
}

impl Spoken {
    /// The samples that were spoken after `since` and until now.
    fn after(&self, since: Instant, clock: Clock) -> &[i16] {
        let position = |at: Instant| {
            let seconds = clock.between(self.started, at).as_secs_f64();
            let samples = (seconds * f64::from(audio::SAMPLE_RATE)) as usize;
            samples.min(self.speech.samples.len())
        };
        let end = if self.complete { self.speech.samples.len() } else { position(Instant::now()) };
        let begin = if self.started >= since { 0 } else { position(since) };
        &self.speech.samples[begin.min(end)..end]
    }
}

/// Why a document stops before its end.
#[derive(Debug)]
enum Interrupt {
    FarHungUp,
    Ended(CallStatus),
    Redirect(DocumentSource),
}

/// What a leg does after a verb.
enum Flow {
    /// It runs the next verb.
    Next,
    /// It runs another document.
    Go(DocumentSource),
    /// It runs nothing more.
    Over(Over),
}

/// How the documents of a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// The last document has no further verb.
    Finished,
    /// There was a `<Hangup>`, or an application error.
    HungUp,
    Rejected {
        busy: bool,
    },
    FarHungUp,
    Ended(CallStatus),
}

/// A call that is being carried, as its own task sees it.
struct Leg {
    simulator: Simulator,
    sid: String,
    inputs: UnboundedReceiver<LegInput>,
    /// What the far end is saying now.
    speaking: Option<Spoken>,
    /// When the call is cut, once it was answered.
    time_limit: Option<Instant>,
    /// Asked when a document cannot be had.
    fallback: Option<(String, Method)>,
    /// A whisper may not contain `<Dial>`.
    is_whisper: bool,
    /// A recording of the whole call, and what was spoken since it began.
    recording: Option<CallRecording>,
}

impl Leg {
    fn new(simulator: Simulator, sid: String, inputs: UnboundedReceiver<LegInput>) -> Self {
        Self {
            simulator,
            sid,
            inputs,
            speaking: None,
            time_limit: None,
            fallback: None,
            is_whisper: false,
            recording: None,
        }
    }

    fn clock(&self) -> Clock {
        self.simulator.clock
    }

    /// Whether the call was ever answered.
    fn answered(&self) -> bool {
        let answered = |call: &mut Call| call.answered_at.is_some();
        self.simulator.with_call(&self.sid, answered).unwrap_or(false)
    }

    /// Waits for the next input, until the deadline (`None` for for ever).
    /// Cancelling it loses nothing.
    async fn next(&mut self, deadline: Option<Instant>) -> Result<Option<Input>, Interrupt> {
        loop {
            let until = match (deadline, self.time_limit) {
                (Some(deadline), Some(limit)) => Some(deadline.min(limit)),
                (deadline, limit) => deadline.or(limit),
            };
            let Some(input) = self.receive(until).await else {
                let over = self.time_limit.is_some_and(|limit| Instant::now() >= limit);
                if over {
                    return Err(Interrupt::Ended(CallStatus::Completed));
                }
                return Ok(None);
            };
            if let Some(input) = self.understand(input)? {
                return Ok(Some(input));
            }
        }
    }

    /// The next raw input; `None` at the deadline.
    async fn receive(&mut self, deadline: Option<Instant>) -> Option<LegInput> {
        // The sender lives as long as the call is known; when it is forgotten,
        // this task is stopped as well.
        let input = async {
            match self.inputs.recv().await {
                Some(input) => input,
                None => std::future::pending().await,
            }
        };
        match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, input).await.ok(),
            None => Some(input.await),
        }
    }

    fn understand(&mut self, input: LegInput) -> Result<Option<Input>, Interrupt> {
        match input {
            LegInput::Key(key) => Ok(Some(Input::Key(key))),
            LegInput::SpeechStart(speech) => {
                self.speaking = Some(Spoken {
                    speech: Arc::clone(&speech),
                    started: Instant::now(),
                    complete: false,
                });
                Ok(Some(Input::SpeechStarts(speech)))
            }
            LegInput::SpeechEnd { complete } => {
                let Some(mut spoken) = self.speaking.take() else {
                    return Ok(None);
                };
                spoken.complete = complete;
                let clock = self.clock();
                if let Some(recording) = &mut self.recording {
                    recording.hear(&spoken, clock);
                }
                Ok(Some(Input::SpeechEnds(spoken)))
            }
            LegInput::Beep => Ok(Some(Input::Beep)),
            LegInput::RoomOver { ticket, failed } => Ok(Some(Input::RoomOver { ticket, failed })),
            LegInput::Turn | LegInput::Answer | LegInput::Decline => Ok(None),
            LegInput::Recording(change) => {
                self.change_recording(change);
                Ok(None)
            }
            LegInput::HangUp | LegInput::FarOver(_) => Err(Interrupt::FarHungUp),
            LegInput::End(status) => Err(Interrupt::Ended(status)),
            LegInput::Redirect(source) => Err(Interrupt::Redirect(source)),
        }
    }

    /// Waits so long, whatever is heard meanwhile.
    async fn pass(&mut self, simulated: Duration) -> Result<(), Interrupt> {
        let deadline = self.clock().after(simulated);
        while self.next(Some(deadline)).await?.is_some() {}
        Ok(())
    }
}
