//! A leg's part of a conference: until it leaves, is let go or sent elsewhere.
//!
//! <https://www.twilio.com/docs/voice/twiml/conference>

use reqwest::Url;
use tokio::time::Instant;

use super::{Flow, Input, Interrupt, LONGEST_CALL, Leg, Over};
use crate::conference::{Admission, Exit, Noise, Refusal};
use crate::documents::resolve;
use crate::state::call_status::CallStatus;
use crate::state::conference::LeaveReason;
use crate::state::params::Params;
use crate::twiml::{Conference, Dial};

impl Leg {
    /// `<Dial><Conference>`: enters the room and goes on after it.
    pub(super) async fn dial_conference(
        &mut self,
        dial: &Dial,
        conference: &Conference,
        current: Option<&Url>,
    ) -> Result<Flow, Interrupt> {
        self.answer();
        let seat = conference.seat.clone().resolved(|url| resolve(current, url));
        let (result, established) =
            match self.simulator.join_conference(&conference.name, &self.sid, &seat) {
                Ok(admission) => {
                    // A conference's limit is the app's own, which counts real seconds.
                    let limit = Instant::now() + dial.time_limit.min(LONGEST_CALL);
                    let kept = !self.simulator.dice().faults.no_conference_time_limit;
                    let limit = kept.then_some(limit);
                    let stay = self.confer(&admission, limit, dial.hangup_on_star).await;
                    let established = !matches!(stay, Ok(false));
                    (stay.map(|_| ()), established)
                }
                Err(refusal) => {
                    let (code, message) = explain(refusal);
                    self.simulator.warn(&self.sid, code, message);
                    (Ok(()), false)
                }
            };
        // There is no child call that DialCallSid and DialCallDuration could be of.
        let status = if established { "answered" } else { "failed" };
        let params = Params::default().with("DialCallStatus", status);
        self.conclude_dial(dial, current, result, params).await
    }

    /// Takes part until the stay is over; `Ok(false)` if it never really began.
    async fn confer(
        &mut self,
        admission: &Admission,
        limit: Option<Instant>,
        hangup_on_star: bool,
    ) -> Result<bool, Interrupt> {
        loop {
            let input = match self.next(limit).await {
                Ok(Some(input)) => input,
                Ok(None) => {
                    self.leave_room(admission, LeaveReason::HungUp, CallStatus::InProgress);
                    return Ok(true);
                }
                Err(interrupt) => {
                    let (reason, status) = self.way_out(&interrupt);
                    self.leave_room(admission, reason, status);
                    return Err(interrupt);
                }
            };
            let noise = match input {
                // One of another stay says nothing of this.
                Input::RoomOver { ticket, failed } if ticket == admission.ticket => {
                    return Ok(!failed);
                }
                Input::RoomOver { .. } => continue,
                Input::Key('*') if hangup_on_star => {
                    self.leave_room(admission, LeaveReason::HungUp, CallStatus::InProgress);
                    return Ok(true);
                }
                Input::Key(key) => Noise::Key(key),
                Input::SpeechStarts(speech) => Noise::SpeechStarts(speech),
                Input::SpeechEnds(spoken) => Noise::SpeechEnds(spoken.complete),
                Input::Beep => Noise::Beep,
            };
            self.simulator.make_noise(admission, noise);
        }
    }

    /// Why the participant is gone, and what its call is then.
    fn way_out(&self, interrupt: &Interrupt) -> (LeaveReason, CallStatus) {
        let at_limit = self.time_limit.is_some_and(|limit| Instant::now() >= limit);
        match interrupt {
            Interrupt::FarHungUp => (LeaveReason::HungUp, CallStatus::Completed),
            Interrupt::Ended(status) if at_limit => (LeaveReason::HungUp, *status),
            Interrupt::Ended(status) => (LeaveReason::UpdatedViaApi, *status),
            Interrupt::Redirect(_) => (LeaveReason::UpdatedViaApi, CallStatus::InProgress),
        }
    }

    fn leave_room(&self, admission: &Admission, reason: LeaveReason, status: CallStatus) {
        self.simulator.leave_conference(admission, Exit::new(reason, status));
    }

    /// A participant that REST added, once it has answered.
    pub(super) async fn participate(&mut self, place: &Participation) -> Over {
        if !self.simulator.take_seat(&place.admission, place.beeps) {
            return Over::HungUp;
        }
        match self.confer(&place.admission, None, false).await {
            Ok(_) => Over::HungUp,
            Err(Interrupt::FarHungUp) => Over::FarHungUp,
            Err(Interrupt::Ended(status)) => Over::Ended(status),
            Err(Interrupt::Redirect(source)) => self.run(source).await,
        }
    }
}

/// What a called participant will take part in.
#[derive(Clone, Debug)]
pub(crate) struct Participation {
    pub(crate) admission: Admission,
    /// Whether the others hear a beep when it comes.
    pub(crate) beeps: bool,
    /// Whether those in the room hear its phone ring.
    pub(crate) early_media: bool,
}

/// Twilio's code and words for a `<Dial><Conference>` that led nowhere.
fn explain(refusal: Refusal) -> (u32, &'static str) {
    match refusal {
        Refusal::BadName => (13_237, "Dial->Conference: Invalid Conference Name"),
        Refusal::Full => (16_020, "Conference is full"),
        Refusal::BadLabel => {
            (16_023, "Conference: participantLabel invalid (max 128 chars, not CallSid, no '/')")
        }
        Refusal::LabelInUse => {
            (16_025, "Dial->Conference: participantLabel is in use by another participant")
        }
        Refusal::NoSuchCoach => {
            (13_240, "Dial->Conference: coach is not the SID of a call in this conference")
        }
    }
}
