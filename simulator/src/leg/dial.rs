//! `<Dial>`: rings other phones and bridges the caller with one of them.
//!
//! <https://www.twilio.com/docs/voice/twiml/dial>

use reqwest::Url;
use tokio::sync::mpsc;

use super::bridge::pass_on;
use super::dialling::{Child, ChildState, Dialling};
use super::outbound::{self, Outbound};
use super::{Flow, Input, Interrupt, LONGEST_CALL, Leg, TIMEOUT_EXTENSION};
use crate::documents::resolve;
use crate::number;
use crate::state::bridge::{Parent, Progress};
use crate::state::call::Call;
use crate::state::call_status::{CallStatus, Direction};
use crate::state::callback::CallbackTarget;
use crate::state::leg_input::DocumentSource;
use crate::state::params::Params;
use crate::state::settings::SimultaneousRing;
use crate::state::transcript::Source;
use crate::twiml::{Dial, Number};

impl Leg {
    /// Dials, waits for the end and goes on at the action, else with the next verb.
    pub(super) async fn dial(
        &mut self,
        dial: &Dial,
        current: Option<&Url>,
    ) -> Result<Flow, Interrupt> {
        if let Some(conference) = &dial.conference {
            return self.dial_conference(dial, conference, current).await;
        }
        if let Some(queue) = &dial.queue {
            return self.dial_queue(dial, queue, current).await;
        }
        let (progress, mut told) = mpsc::unbounded_channel();
        let children = self.ring_all(dial, current, &progress);
        let mut dialling = Dialling::new(self.simulator.clone(), children);
        let result = self.attend(dial, current, &mut dialling, &mut told).await;
        drop(told);
        if result.is_err() {
            // Whoever is still on the line is cut off together with the caller.
            dialling.end_all(CallStatus::Canceled);
        }
        if let Some(spoken) = &self.speaking {
            dialling.record(spoken.after(dialling.started, self.clock()));
        }
        let mut params = dialling.outcome();
        if let Some(recording) = dialling.recording.take() {
            let samples = std::mem::take(&mut dialling.samples);
            if let Some(recording) = self.simulator.finish_recording(&recording, samples) {
                params.extend(recording.action_params(&self.simulator));
            }
        }
        self.conclude_dial(dial, current, result, params).await
    }

    /// Goes on after a dial that ended in this way.
    pub(super) async fn conclude_dial(
        &mut self,
        dial: &Dial,
        current: Option<&Url>,
        result: Result<(), Interrupt>,
        params: Params,
    ) -> Result<Flow, Interrupt> {
        let has_action = dial.action.url.is_some();
        match result {
            Ok(()) if has_action => self.go(&dial.action, current, params).await,
            Ok(()) => Ok(Flow::Next),
            Err(interrupt) => {
                match &interrupt {
                    Interrupt::FarHungUp if self.answered() => {
                        self.simulator.finish(&self.sid, CallStatus::Completed);
                    }
                    Interrupt::FarHungUp => self.simulator.finish(&self.sid, CallStatus::NoAnswer),
                    Interrupt::Ended(status) => self.simulator.finish(&self.sid, *status),
                    // Twilio asks the action of a dial that REST interrupts as well,
                    // and then the new document, which alone counts: observed in
                    // github.com/qisoft/i-hate-making-calls/issues/25.
                    Interrupt::Redirect(_) => {}
                }
                if has_action {
                    self.tell(&dial.action, current, params).await;
                }
                Err(interrupt)
            }
        }
    }

    /// Places a call to each of the numbers that the verb names.
    fn ring_all(
        &self,
        dial: &Dial,
        current: Option<&Url>,
        progress: &mpsc::UnboundedSender<(String, Progress)>,
    ) -> Vec<Child> {
        let from = match self.caller_id(dial) {
            Ok(from) => from,
            Err(wrong) => {
                let message = format!("Dial: Invalid callerId value {wrong:?}");
                self.simulator.warn(&self.sid, 13_214, message);
                return Vec::new();
            }
        };
        let mut children = Vec::new();
        for noun in &dial.numbers {
            let Some(to) = number::normalize(&noun.number) else {
                let message = format!("Dial->Number: Invalid phone number {:?}", noun.number);
                self.simulator.warn(&self.sid, 13_224, message);
                continue;
            };
            if !self.simulator.state().settings.permits(&to) {
                let message = format!("Dial->Number: geographic permissions do not allow {to}");
                self.simulator.warn(&self.sid, 13_227, message);
                continue;
            }
            if self.simulator.bars(&to) {
                let message = format!("Dial->Number: {to} is not verified for this trial account");
                self.simulator.warn(&self.sid, 21_219, message);
                continue;
            }
            let parent = Parent { sid: self.sid.clone(), progress: progress.clone() };
            let order = order(noun, current, &from, to, parent);
            children.push(Child {
                sid: outbound::place(&self.simulator, order),
                state: ChildState::Ringing,
            });
        }
        children
    }

    /// The number that the called phones see: one of the account's or the caller's.
    fn caller_id(&self, dial: &Dial) -> Result<String, String> {
        let parties = |call: &mut Call| (call.from.clone(), call.to.clone());
        let (from, to) = self.simulator.with_call(&self.sid, parties).unwrap_or_default();
        let Some(wanted) = &dial.caller_id else {
            return Ok(from);
        };
        let id = number::normalize(wanted).unwrap_or_else(|| wanted.clone());
        let allowed = id == from || id == to || self.simulator.own_number(&id).is_some();
        if allowed { Ok(id) } else { Err(wanted.clone()) }
    }

    /// Attends to the dial until it is over.
    async fn attend(
        &mut self,
        dial: &Dial,
        current: Option<&Url>,
        dialling: &mut Dialling,
        told: &mut mpsc::UnboundedReceiver<(String, Progress)>,
    ) -> Result<(), Interrupt> {
        if dialling.children.is_empty() {
            return Ok(());
        }
        self.simulator.hear(&self.sid, Source::Ringing, "ringing");
        let mut deadline = Some(self.clock().after(dial.timeout + TIMEOUT_EXTENSION));
        let first_answers = {
            let settings = &self.simulator.state().settings;
            settings.simultaneous_ring == SimultaneousRing::FirstToAnswer
        };
        loop {
            tokio::select! {
                // What children report happened before a timeout that is due now.
                biased;
                Some((child, progress)) = told.recv() => {
                    let Some(index) = dialling.index(&child) else { continue };
                    match progress {
                        Progress::Answered => {
                            dialling.answered(index);
                            // Who hears something else first is not bridged yet.
                            // https://www.twilio.com/docs/voice/twiml/dial#answeronbridge
                            if dial.numbers.iter().any(|number| number.url.is_some())
                                && !dial.answer_on_bridge
                            {
                                self.simulator.hear(&self.sid, Source::Silence, "silence");
                            }
                            if first_answers {
                                dialling.cancel_others(index);
                                deadline = None;
                            }
                        }
                        Progress::Accepted(connected) => {
                            if dialling.accepted(index) {
                                self.connect(dial, current, dialling, &child);
                                // The child may have ended just now.
                                let _ = connected.send(());
                                let limit = dial.time_limit.min(LONGEST_CALL);
                                deadline = Some(self.clock().after(limit));
                            }
                        }
                        Progress::Spoke(samples) => dialling.record(&samples),
                        Progress::Left(status) => {
                            let was = dialling.children[index].state;
                            dialling.left(index, status);
                            if was == ChildState::Bridged || dialling.all_over() {
                                return Ok(());
                            }
                        }
                    }
                }
                input = self.next(deadline) => {
                    let starred = |input: &Input| {
                        dial.hangup_on_star && matches!(input, Input::Key('*'))
                    };
                    match input? {
                        None if !dialling.bridged => {
                            dialling.stop_ringing(CallStatus::NoAnswer);
                            deadline = None;
                            if dialling.all_over() {
                                return Ok(());
                            }
                        }
                        Some(input) if !(dialling.bridged && starred(&input)) => {
                            self.pass_to_bridge(&input, dialling);
                        }
                        // The time limit, or the star.
                        _ => {
                            dialling.end_all(CallStatus::Completed);
                            return Ok(());
                        }
                    }
                }
            }
        }
    }

    fn pass_to_bridge(&self, input: &Input, dialling: &mut Dialling) {
        let Some(child) = dialling.bridged_child() else {
            return;
        };
        pass_on(&self.simulator, input, &child);
        if let Input::SpeechEnds(spoken) = input {
            dialling.record(spoken.after(dialling.started, self.clock()));
        }
    }

    /// Connects the caller with a phone that accepted the call.
    fn connect(
        &mut self,
        dial: &Dial,
        current: Option<&Url>,
        dialling: &mut Dialling,
        child: &str,
    ) {
        self.answer();
        for sid in [self.sid.as_str(), child] {
            self.simulator.hear(sid, Source::Bridge, "connected");
        }
        dialling.recording = self.record_dial(dial, current);
    }

    /// Begins the recording of a conversation, if its `<Dial>` asks for one.
    pub(super) fn record_dial(&self, dial: &Dial, current: Option<&Url>) -> Option<String> {
        let callback = dial.recording_callback.clone().map(|mut callback| {
            callback.url = resolve(current, &callback.url);
            callback
        });
        dial.record.then(|| self.simulator.start_recording(&self.sid, "DialVerb", callback))
    }
}

fn order(noun: &Number, current: Option<&Url>, from: &str, to: String, parent: Parent) -> Outbound {
    Outbound {
        status_callback: noun.status_callback.as_ref().map(|url| CallbackTarget {
            url: resolve(current, url),
            method: noun.status_callback_method,
            events: noun.status_callback_events.clone(),
        }),
        first: noun.url.as_ref().map(|url| DocumentSource::Fetch {
            url: resolve(current, url),
            method: noun.method,
            params: Params::default(),
        }),
        send_digits: noun.send_digits.clone(),
        parent: Some(parent),
        ..Outbound::new(from.to_owned(), to, Direction::OutboundDial)
    }
}
