//! `<Dial><Queue>`: meets a caller who waits in a queue.
//!
//! <https://www.twilio.com/docs/voice/twiml/queue>

use reqwest::Url;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::bridge::pass_on;
use super::{Flow, Input, Interrupt, LONGEST_CALL, Leg, TIMEOUT_EXTENSION};
use crate::documents::resolve;
use crate::state::bridge::{Dequeue, Parent, Progress, WayOut};
use crate::state::params::Params;
use crate::state::transcript::Source;
use crate::twiml::{Dial, Queue};

/// A meeting with a caller from a queue, while it lasts.
struct Meeting {
    call_sid: String,
    told: UnboundedReceiver<(String, Progress)>,
    /// The caller is let go when this is dropped.
    _release: oneshot::Sender<()>,
    connected: Option<Instant>,
    recording: Option<String>,
    samples: Vec<i16>,
}

impl Leg {
    /// Meets the caller whom a reservation is for, or the first of a queue, and goes on after it.
    pub(super) async fn dial_queue(
        &mut self,
        dial: &Dial,
        queue: &Queue,
        current: Option<&Url>,
    ) -> Result<Flow, Interrupt> {
        self.answer();
        let mut meeting = None;
        let (result, status) = match self.reach(dial, queue, current).await {
            Ok(Ok(found)) => {
                let found = meeting.insert(found);
                let result = self.meet_caller(dial, queue, current, found).await;
                let status = if found.connected.is_some() { "completed" } else { "canceled" };
                match result {
                    Ok(true) => (Ok(()), status),
                    Ok(false) => (Ok(()), "failed"),
                    Err(interrupt) => (Err(interrupt), status),
                }
            }
            Ok(Err(status)) => (Ok(()), status),
            Err(interrupt) => (Err(interrupt), "canceled"),
        };
        let params = self.leave_meeting(queue, meeting).with("DialCallStatus", status);
        self.conclude_dial(dial, current, result, params).await
    }

    /// Takes a caller out of a queue; else what becomes of the dial.
    async fn reach(
        &mut self,
        dial: &Dial,
        queue: &Queue,
        current: Option<&Url>,
    ) -> Result<Result<Meeting, &'static str>, Interrupt> {
        if let Some(sid) = &queue.reservation_sid {
            if let Some(activity) = &queue.post_work_activity_sid
                && !self.simulator.has_activity(sid, activity)
            {
                let message = "Dial->Queue: Invalid ActivitySid provided for postWorkActivitySid";
                self.simulator.warn(&self.sid, 14_216, message);
                return Ok(Err("failed"));
            }
            let member = self.simulator.take_reserved(sid);
            let met = member.and_then(|it| self.call_out(it.call_sid, &it.way_out, queue, current));
            if met.is_none() {
                self.simulator.warn(&self.sid, 14_215, unable(sid));
            }
            return Ok(met.ok_or("failed"));
        }
        if let Some((code, message)) = wrong_name(&queue.name) {
            self.simulator.warn(&self.sid, code, message);
            return Ok(Err("failed"));
        }
        if self.simulator.state().call_queues.named(&queue.name).is_none() {
            return Ok(Err("failed"));
        }
        let mut entered = self.simulator.state().call_queues.entered.subscribe();
        let deadline = Some(self.clock().after(dial.timeout + TIMEOUT_EXTENSION));
        let mut rings = false;
        loop {
            while let Some(member) = self.simulator.take_first(&queue.name) {
                let met = self.call_out(member.call_sid, &member.way_out, queue, current);
                if let Some(meeting) = met {
                    return Ok(Ok(meeting));
                }
            }
            if !std::mem::replace(&mut rings, true) {
                self.simulator.hear(&self.sid, Source::Ringing, "ringing");
            }
            tokio::select! {
                _ = entered.changed() => {}
                input = self.next(deadline) => match input? {
                    None => return Ok(Err("no-answer")),
                    Some(Input::Key('*')) if dial.hangup_on_star => return Ok(Err("canceled")),
                    Some(_) => {}
                },
            }
        }
    }

    /// Calls somebody out of a queue; nothing if they are gone.
    fn call_out(
        &self,
        call_sid: String,
        way_out: &mpsc::UnboundedSender<WayOut>,
        queue: &Queue,
        current: Option<&Url>,
    ) -> Option<Meeting> {
        let (progress, told) = mpsc::unbounded_channel();
        let (release, released) = oneshot::channel();
        let whisper = queue.url.as_ref().map(|url| (resolve(current, url), queue.method));
        let parent = Parent { sid: self.sid.clone(), progress };
        way_out.send(WayOut::Dequeued(Dequeue { parent, whisper, released })).ok()?;
        Some(Meeting {
            call_sid,
            told,
            _release: release,
            connected: None,
            recording: None,
            samples: Vec::new(),
        })
    }

    /// Talks with the caller until one of them leaves; false if the caller cannot be had.
    async fn meet_caller(
        &mut self,
        dial: &Dial,
        queue: &Queue,
        current: Option<&Url>,
        meeting: &mut Meeting,
    ) -> Result<bool, Interrupt> {
        let mut deadline = None;
        loop {
            tokio::select! {
                biased;
                told = meeting.told.recv() => match told {
                    Some((_, Progress::Accepted(connected))) => {
                        let accepted = match &queue.reservation_sid {
                            Some(sid) => self.simulator.accept_reservation(sid),
                            None => true,
                        };
                        if !accepted {
                            let sid = queue.reservation_sid.as_deref().unwrap_or_default();
                            self.simulator.warn(&self.sid, 14_215, unable(sid));
                            return Ok(false);
                        }
                        self.connect_caller(dial, current, meeting);
                        // The caller may have left just now.
                        let _ = connected.send(());
                        let limit = dial.time_limit.min(LONGEST_CALL);
                        deadline = Some(self.clock().after(limit));
                    }
                    Some((_, Progress::Spoke(samples))) => meeting.record(&samples),
                    Some((_, Progress::Answered)) => {}
                    Some((_, Progress::Left(_))) | None => {
                        return Ok(meeting.connected.is_some());
                    }
                },
                input = self.next(deadline) => match input? {
                    None => return Ok(true),
                    Some(Input::Key('*')) if dial.hangup_on_star => return Ok(true),
                    Some(input) => {
                        if let Some(since) = meeting.connected {
                            pass_on(&self.simulator, &input, &meeting.call_sid);
                            if let Input::SpeechEnds(spoken) = &input {
                                meeting.record(spoken.after(since, self.clock()));
                            }
                        }
                    }
                },
            }
        }
    }

    fn connect_caller(&self, dial: &Dial, current: Option<&Url>, meeting: &mut Meeting) {
        meeting.connected = Some(Instant::now());
        for sid in [self.sid.as_str(), &meeting.call_sid] {
            self.simulator.hear(sid, Source::Bridge, "connected");
        }
        meeting.recording = self.record_dial(dial, current);
    }

    /// Lets the caller go, and the task be done; what the action is told of it.
    fn leave_meeting(&self, queue: &Queue, meeting: Option<Meeting>) -> Params {
        let mut params = Params::default();
        let Some(mut meeting) = meeting else {
            return params.with("DialBridged", "false");
        };
        params.set("DialCallSid", &meeting.call_sid);
        params.set("DialBridged", meeting.connected.is_some().to_string());
        if let Some(since) = meeting.connected {
            params.set("DialCallDuration", self.clock().since(since).as_secs().to_string());
            if let Some(sid) = &queue.reservation_sid {
                let activity = queue.post_work_activity_sid.as_deref();
                if !self.simulator.work_is_done(sid, activity) {
                    let message = "Dial->Queue: Could not update worker to provided activity";
                    self.simulator.warn(&self.sid, 14_218, message);
                }
            }
        }
        if let Some(spoken) = &self.speaking
            && let Some(since) = meeting.connected
        {
            meeting.record(spoken.after(since, self.clock()));
        }
        if let Some(recording) = meeting.recording.take() {
            let samples = std::mem::take(&mut meeting.samples);
            let finished = self.simulator.finish_recording(&recording, samples);
            let finished = finished.map(|recording| recording.action_params(&self.simulator));
            params.extend(finished.unwrap_or_default());
        }
        params
    }
}

impl Meeting {
    /// Keeps what was said, if that is recorded.
    fn record(&mut self, samples: &[i16]) {
        if self.recording.is_some() {
            self.samples.extend_from_slice(samples);
        }
    }
}

/// 14215: the reservation is none, or no offer any more, or its caller is gone.
fn unable(reservation_sid: &str) -> String {
    format!(
        "Dial->Queue: Invalid ReservationSid. Unable to dequeue: reservationSid {reservation_sid:?}"
    )
}

fn wrong_name(name: &str) -> Option<(u32, &'static str)> {
    match name.chars().count() {
        0 => Some((14_212, "Dial->Queue: queue name too short")),
        1..=64 => None,
        _ => Some((14_213, "Dial->Queue: queue name too long")),
    }
}
