//! What Twilio's documents leave open, or what is another from account to account.
//!
//! Where Twilio's behaviour is known, it is the default; where it is not, the default is what is
//! harder for an app.

mod account;
mod conferences;
mod deletion;
mod params;
mod task_router;
mod texts;
mod voice;

use serde::{Deserialize, Serialize};

pub(crate) use self::account::MOST_VERIFIED;
pub use self::account::{MessagingService, Trial};
pub use self::conferences::{ConferenceList, UnstartedConference};
pub use self::deletion::FreshDeletion;
pub use self::params::{CallbackOrder, UnknownParam, UnpromisedParams};
pub use self::task_router::{AfterCall, CanceledTask, UnansweredDequeue, WaitUrlEnd};
pub use self::texts::OptOut;
pub use self::voice::{HangUpAtBeep, SimultaneousRing};

/// What Twilio's documents leave open, or what is another from account to account, as a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How many calls of the REST API an account dials in a simulated second; the others wait as
    /// `queued`. 0 is no limit.
    /// <https://help.twilio.com/articles/223180028>
    pub calls_per_second: u32,
    /// Whether it is a trial account.
    pub trial: Option<Trial>,
    /// How the numbers begin that the account may neither call nor text, such as `+252`: 21215,
    /// in a `<Dial>` 13227, and 21408 for texts.
    /// <https://www.twilio.com/docs/api/errors/21215>
    pub not_permitted: Vec<String>,
    /// The Messaging Service that some of its numbers are in.
    pub messaging_service: Option<MessagingService>,
    /// Whether webhooks carry what Twilio's documents do not promise.
    pub unpromised_params: UnpromisedParams,
    /// Whether webhooks carry a parameter that no app has heard of.
    pub unknown_param: UnknownParam,
    /// Whether callbacks go out in the order in which things happen.
    pub callback_order: CallbackOrder,
    /// The phone that wins when several ring at once.
    pub simultaneous_ring: SimultaneousRing,
    /// What is left of a caller who hangs up at the beep of a `<Record>` without a word.
    pub hang_up_at_beep: HangUpAtBeep,
    /// What Twilio does when somebody texts STOP, START or HELP.
    pub opt_out: OptOut,
    /// Whether REST deletes a message or a call that has only just ended.
    pub fresh_deletion: FreshDeletion,
    /// How many simulated seconds it has only just ended.
    pub fresh_seconds: u32,
    /// Whether REST can end a conference that has not started.
    pub unstarted_conference: UnstartedConference,
    /// Which conferences REST lists when it is not asked for a `Status`.
    pub conference_list: ConferenceList,
    /// Whether TaskRouter's callbacks come without a signature: that they have one is not documented
    /// for sure.
    pub task_router_unsigned: bool,
    /// What a waiting caller hears when the `waitUrl` of an `<Enqueue>` has no further verb.
    pub wait_url_end: WaitUrlEnd,
    /// What becomes of a caller whose task is canceled by a timeout or by REST.
    pub canceled_task: CanceledTask,
    /// What becomes of a task when worker and caller have talked.
    pub after_call: AfterCall,
    /// What becomes of a reservation when the worker's phone is not answered.
    pub unanswered_dequeue: UnansweredDequeue,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            calls_per_second: 1,
            trial: None,
            not_permitted: Vec::new(),
            messaging_service: None,
            unpromised_params: UnpromisedParams::default(),
            unknown_param: UnknownParam::default(),
            callback_order: CallbackOrder::default(),
            simultaneous_ring: SimultaneousRing::default(),
            hang_up_at_beep: HangUpAtBeep::default(),
            opt_out: OptOut::default(),
            fresh_deletion: FreshDeletion::default(),
            fresh_seconds: 60,
            unstarted_conference: UnstartedConference::default(),
            conference_list: ConferenceList::default(),
            task_router_unsigned: false,
            wait_url_end: WaitUrlEnd::default(),
            canceled_task: CanceledTask::default(),
            after_call: AfterCall::default(),
            unanswered_dequeue: UnansweredDequeue::default(),
        }
    }
}

impl Settings {
    /// What no account can have, if something is so.
    pub(crate) fn invalid(&self) -> Option<String> {
        let too_many = self.trial.as_ref().is_some_and(|it| it.verified.len() > MOST_VERIFIED);
        too_many.then(|| format!("a trial account verifies {MOST_VERIFIED} numbers at most"))
    }

    /// Whether a trial account may not reach a phone, nor be reached by it.
    pub(crate) fn bars(&self, phone: &str) -> bool {
        let verified = |trial: &Trial| trial.verified.iter().any(|number| number == phone);
        self.trial.as_ref().is_some_and(|trial| !verified(trial))
    }

    /// Whether the account may call and text numbers of that country.
    pub(crate) fn permits(&self, number: &str) -> bool {
        !self.not_permitted.iter().any(|prefix| number.starts_with(prefix.as_str()))
    }

    /// The Messaging Service that a number of the account is in.
    pub(crate) fn service_of(&self, number: &str) -> Option<&MessagingService> {
        self.messaging_service.as_ref().filter(|it| it.numbers.iter().any(|own| own == number))
    }
}
