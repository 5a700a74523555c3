//! What TaskRouter is to do when it offers a task to an agent.
//! <https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks>

use serde::{Deserialize, Serialize};

use super::worker::WorkerAttributes;
use crate::{
    Error,
    company::task_router::TaskRouterSids,
    twilio::form::{Form, FromForm},
    values::{ActivitySid, CallSid, PhoneNumber, ReservationSid, TaskSid},
    webhooks::{ReturnOffer, ReturnStep, StatusOf, WebhookUrl},
};

/// How long an agent's phone rings, in seconds, to which Twilio adds five: less than until a
/// carrier's voicemail answers, as a rule.
const RINGING: &str = "20";

/// The start of the address of a worker who takes calls in a browser.
const CLIENT: &str = "client:";

/// A task that TaskRouter offers to an agent.
#[derive(Debug)]
pub struct Assignment {
    /// The offer.
    pub reservation: ReservationSid,
    /// The task.
    pub task: TaskSid,
    /// What we know of the agent; `None` if it cannot be read.
    pub worker: Option<WorkerAttributes>,
    /// What is known of the caller; `None` if it cannot be read.
    pub caller: Option<CallerAttributes>,
}

/// The attributes of a task that `<Enqueue>` has made.
#[derive(Debug, Deserialize)]
pub struct CallerAttributes {
    /// The call that waits; none for tasks of other kinds, such as chats in Flex.
    pub call_sid: Option<CallSid>,
    /// The call whose caller wants to be called back; none for who waits at a phone.
    #[serde(default)]
    pub callback_of: Option<CallSid>,
    /// The number of the attempt to call back, from 1.
    #[serde(default)]
    pub callback_attempt: Option<u32>,
    /// The caller's number.
    #[serde(default)]
    pub from: Option<String>,
    /// Our number that was called.
    #[serde(default)]
    pub to: Option<String>,
    /// The name of the queue that the caller chose.
    #[serde(default)]
    pub queue: Option<String>,
}

impl CallerAttributes {
    /// The call that waits, or whose caller waits to be called back; `None` for tasks of other
    /// kinds.
    pub fn call(&self) -> Option<&CallSid> {
        self.callback_of.as_ref().or(self.call_sid.as_ref())
    }
}

impl FromForm for Assignment {
    fn from_form(form: &Form) -> Result<Self, Error> {
        let json = |name| form.get(name).unwrap_or_default();
        Ok(Self {
            reservation: form.parse("ReservationSid")?,
            task: form.parse("TaskSid")?,
            worker: serde_json::from_str(json("WorkerAttributes")).ok(),
            caller: serde_json::from_str(json("TaskAttributes")).ok(),
        })
    }
}

/// An answer to an assignment callback.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "instruction", rename_all = "lowercase")]
pub enum Instruction {
    /// The agent's phone rings, and who answers is connected with the caller.
    Dequeue {
        /// The agent's phone.
        to: String,
        /// Our number, which it shows.
        from: String,
        /// How many seconds it rings.
        timeout: String,
    },
    /// The agent's phone rings, and who answers hears another document, by which they accept.
    Call {
        /// Our number, which it shows.
        from: String,
        /// The agent's phone.
        to: String,
        /// The address of the document.
        url: String,
        /// How many seconds it rings.
        timeout: String,
        /// The address that Twilio tells the end of the call to.
        #[serde(skip_serializing_if = "Option::is_none")]
        status_callback_url: Option<String>,
        /// Whether the offer is accepted while the phone still rings.
        accept: bool,
    },
    /// The agent cannot take it; another is asked.
    Reject {
        /// What the agent is doing from now on, so that they are not asked again at once.
        #[serde(skip_serializing_if = "Option::is_none")]
        activity_sid: Option<ActivitySid>,
    },
}

impl Instruction {
    /// TaskRouter's word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dequeue { .. } => "dequeue",
            Self::Call { .. } => "call",
            Self::Reject { .. } => "reject",
        }
    }
}

impl Assignment {
    /// What TaskRouter is to do; `None`: nothing, because the agent accepts in their browser.
    ///
    /// A caller in a queue is never `accept`ed: TaskRouter would think them served, and nobody
    /// could be connected with them any more.
    pub fn instruction(
        &self,
        ours: &PhoneNumber,
        sids: Option<&TaskRouterSids>,
        base_url: &str,
    ) -> Option<Instruction> {
        let uri = self.worker.as_ref().and_then(|worker| worker.contact_uri.as_deref());
        if uri.is_some_and(|uri| uri.starts_with(CLIENT)) {
            return None;
        }
        let returns = self.return_offer();
        // Not of a call, or not readable: no fault of the agent's, who goes on taking calls.
        if returns.is_none() && self.caller.as_ref().is_none_or(|caller| caller.call_sid.is_none())
        {
            return Some(Instruction::Reject { activity_sid: None });
        }
        let reject =
            Instruction::Reject { activity_sid: sids.map(|sids| sids.unavailable.clone()) };
        let called = self.caller.as_ref().and_then(|caller| caller.to.as_deref());
        let from = called.and_then(|to| to.parse().ok()).unwrap_or_else(|| ours.clone());
        let phone = uri.and_then(|uri| uri.parse::<PhoneNumber>().ok());
        // A call to ourselves would come in as a caller's.
        let Some(phone) = phone.filter(|phone| *phone != from && phone != ours) else {
            return Some(reject);
        };
        let (from, to, timeout) = (from.to_string(), phone.to_string(), RINGING.to_owned());
        let is_auto = self.worker.as_ref().is_some_and(|worker| worker.auto_accept);
        let (url, ended) = match returns {
            None if is_auto => return Some(Instruction::Dequeue { to, from, timeout }),
            None => {
                let reservation = self.reservation.clone();
                (WebhookUrl::AcceptTask { asked: false, reservation }, None)
            }
            Some(offer) => {
                let ended = WebhookUrl::CallStatus(StatusOf::Returned(offer.purpose()));
                let step = if is_auto { ReturnStep::Accepted } else { ReturnStep::Answered };
                (WebhookUrl::Return(offer, step), Some(ended.at(base_url)))
            }
        };
        Some(Instruction::Call {
            url: url.at(base_url),
            from,
            to,
            timeout,
            status_callback_url: ended,
            accept: false,
        })
    }

    /// The offer to call a customer back; `None` for who waits at a phone.
    fn return_offer(&self) -> Option<ReturnOffer> {
        let caller = self.caller.as_ref()?;
        caller.callback_of.as_ref()?;
        Some(ReturnOffer {
            contact: caller.from.as_deref()?.parse().ok()?,
            by: self.worker.as_ref()?.agent_id.clone().unwrap_or_default(),
            attempt: caller.callback_attempt?,
            task: self.task.clone(),
            reservation: self.reservation.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(worker: &str, task: &str) -> String {
        told_by(worker, task, None)
    }

    fn told_by(worker: &str, task: &str, sids: Option<&TaskRouterSids>) -> String {
        let pairs = [
            ("ReservationSid", "WR0123456789abcdef0123456789abcdef"),
            ("TaskSid", "WT0123456789abcdef0123456789abcdef"),
            ("WorkerAttributes", worker),
            ("TaskAttributes", task),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let form = Form::from_pairs(pairs.into()).unwrap();
        let ours = "+15005550100".parse().unwrap();
        let assignment = Assignment::from_form(&form).unwrap();
        let instruction = assignment.instruction(&ours, sids, "https://api.example");
        serde_json::to_string(&instruction).unwrap()
    }

    const CALLER: &str = r#"{"call_sid": "CA0123456789abcdef0123456789abcdef",
        "from": "+15005550111", "to": "+15005550101", "queue": "support"}"#;

    #[test]
    fn a_phone_rings_and_a_browser_accepts_by_itself() {
        let phone = r#"{"contact_uri": "+15005550155", "auto_accept": true, "more": [1]}"#;
        insta::assert_snapshot!(told(phone, CALLER), @r#"{"instruction":"dequeue","to":"+15005550155","from":"+15005550101","timeout":"20"}"#);
        let asked = r#"{"contact_uri": "+15005550155", "queues": ["support"]}"#;
        insta::assert_snapshot!(told(asked, CALLER), @r#"{"instruction":"call","from":"+15005550101","to":"+15005550155","url":"https://api.example/voice/accept?reservation=WR0123456789abcdef0123456789abcdef","timeout":"20","accept":false}"#);
        assert_eq!(told(r#"{"contact_uri": "client:ada"}"#, CALLER), "null");
    }

    #[test]
    fn who_is_called_back_is_in_line_as_who_waits() {
        let call = |task: &str| {
            let caller: CallerAttributes = serde_json::from_str(task).unwrap();
            caller.call().map(ToString::to_string)
        };
        let sid = "CA0123456789abcdef0123456789abcdef";
        assert_eq!(call(CALLER).as_deref(), Some(sid));
        assert_eq!(call(&CALLER.replace("call_sid", "callback_of")).as_deref(), Some(sid));
        assert_eq!(call(r#"{"chat": 1}"#), None);
    }

    #[test]
    fn who_calls_a_customer_back_is_called_first() {
        let task = r#"{"callback_of": "CA0123456789abcdef0123456789abcdef", "callback_attempt": 1,
            "from": "+15005550111", "to": "+15005550101", "queue": "support"}"#;
        let phone = r#"{"contact_uri": "+15005550155", "auto_accept": true, "agent_id": "a1"}"#;
        insta::assert_snapshot!(told(phone, task), @r#"{"instruction":"call","from":"+15005550101","to":"+15005550155","url":"https://api.example/voice/return?attempt=1&by=a1&contact=%2B15005550111&reservation=WR0123456789abcdef0123456789abcdef&step=accepted&task=WT0123456789abcdef0123456789abcdef","timeout":"20","status_callback_url":"https://api.example/voice/status?by=a1&contact=%2B15005550111&leg=agent#rc=3&rp=ct,rt,5xx","accept":false}"#);
        let asked = phone.replace("true", "false");
        assert!(told(&asked, task).contains("step=answered"));
        // They call themselves, from the page.
        assert_eq!(told(r#"{"contact_uri": "client:ada"}"#, task), "null");
        let reject = r#"{"instruction":"reject"}"#;
        for odd in [task.replace("+15005550111", "anonymous"), task.replace(": 1,", ": -1,")] {
            assert_eq!(told(phone, &odd), reject, "{odd}");
        }
    }

    #[test]
    fn only_who_cannot_be_called_takes_calls_no_more() {
        let sids = r#"{"workspace": "WS0123456789abcdef0123456789abcdef",
            "workflow": "WW0123456789abcdef0123456789abcdef",
            "available": "WA0123456789abcdef0123456789abcdef",
            "unavailable": "WA1123456789abcdef0123456789abcdef", "queues": {}}"#;
        let sids = serde_json::from_str(sids).unwrap();
        let phone = r#"{"contact_uri": "+15005550155", "auto_accept": true}"#;
        let reject = |worker, task| told_by(worker, task, Some(&sids));
        assert_eq!(reject(phone, r#"{"chat": 1}"#), r#"{"instruction":"reject"}"#);
        assert!(reject("{}", CALLER).contains("WA1123456789abcdef0123456789abcdef"));
    }

    #[test]
    fn who_cannot_take_it_is_passed_over() {
        let reject = r#"{"instruction":"reject"}"#;
        let phone = r#"{"contact_uri": "+15005550155", "auto_accept": true}"#;
        for (worker, task) in [
            ("{}", CALLER),
            ("no json", CALLER),
            ("[]", CALLER),
            (r#"{"contact_uri": 5}"#, CALLER),
            (r#"{"contact_uri": "5550155"}"#, CALLER),
            (r#"{"contact_uri": "+15005550100"}"#, CALLER),
            (r#"{"contact_uri": "+15005550101"}"#, CALLER),
            (phone, "{}"),
            (phone, "no json"),
            (phone, r#"{"call_sid": "CA1"}"#),
        ] {
            assert_eq!(told(worker, task), reject, "{worker} {task}");
        }
    }
}
