//! The addresses of our own webhooks, which we write into TwiML and into requests to Twilio, and
//! read again when Twilio asks them. Twilio signs the address that it asks, so what an address says
//! is what we wrote.
//!
//! The parameters of a query are in alphabetical order, because proxies between Twilio and a
//! verifier may sort them.

use form_urlencoded::Serializer;

use crate::{
    Error,
    error::bad_request,
    twilio::Form,
    values::{
        Address, CallSid, ConferenceId, MessageId, ParticipantId, PhoneNumber, ReservationSid,
        TaskSid,
    },
};

/// The fragment that is added to the address of a callback that no caller waits for: Twilio asks
/// again, up to three times, when it could not connect, got no answer in time, or got a 5xx. By
/// default it gives up after a 5xx.
/// <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>
const RETRIES: &str = "#rc=3&rp=ct,rt,5xx";

/// The address of one of our webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookUrl {
    /// A call comes in, or goes through the flow from its start again, as this step.
    Voice {
        /// The number of the step; the first when there is none.
        step: Option<usize>,
    },
    /// A caller pressed keys at a widget, or spoke.
    Digits(WidgetStep),
    /// A widget that is no menu has ended.
    Step(WidgetStep),
    /// A call or a leg has a new status.
    CallStatus(StatusOf),
    /// A recording is ready, or holds no sound.
    Recording,
    /// A person answers a forwarded call, before they are connected.
    Accept {
        /// Whether the person has been asked for a key.
        asked: bool,
        /// The call that is forwarded, because Twilio does not promise to tell it.
        parent: Option<CallSid>,
        /// Whether it is a customer who is called back, and not one of our own who is called.
        returned: bool,
    },
    /// An agent is called because a caller waits, and accepts by a key.
    AcceptTask {
        /// Whether the agent has been asked for a key.
        asked: bool,
        /// The reservation, which tells who waits.
        reservation: ReservationSid,
    },
    /// An agent is called because it is the turn of a customer who wants to be called back.
    Return(ReturnOffer, ReturnStep),
    /// A caller waits for an agent, and hears music and their place.
    Wait {
        /// What a key would mean that was pressed.
        step: WaitStep,
        /// The name of the queue.
        queue: String,
    },
    /// TaskRouter offers a task to an agent. Holds the secret of the address.
    Assignment(String),
    /// Something happened in TaskRouter. Holds the secret of the address.
    TaskEvents(String),
    /// An agent answers a call that they asked for in the console.
    Bridge(CallPurpose, BridgeStep),
    /// A caller wants to get into a conference, or a called participant answers.
    Conference(JoinStep),
    /// An event happened in a conference.
    ConferenceStatus,
    /// Twilio asks for what the first participant in a conference hears, or all participants before
    /// its end.
    Announcement {
        /// Of the announcement before the end: how many seconds are left.
        seconds: Option<u32>,
    },
    /// A text comes in to one of our numbers.
    Sms,
    /// A text that we sent has a new status.
    SmsStatus {
        /// Our id of the text that was sent.
        id: MessageId,
    },
}

/// The call that a status callback is about, as far as we knew when we wrote its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusOf {
    /// A call that came in, or a leg of a call.
    Call,
    /// A leg whose person is connected at once, without being asked for a key.
    UnaskedLeg,
    /// A leg of a call that we placed, whose person is asked for a key.
    AskedLeg,
    /// A call that TaskRouter placed to an agent for this purpose. It is a call to the contact only
    /// once the agent has answered.
    Returned(CallPurpose),
    /// A call that we placed for this purpose.
    Placed(CallPurpose),
}

/// A widget of the flow at which a call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WidgetStep {
    /// The number of the step that this webhook records.
    pub step: usize,
    /// The widget's name in the flow.
    pub widget: String,
}

/// How far a caller is who waits for an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitStep {
    /// The caller begins to wait.
    Begins,
    /// The caller could have pressed a key.
    Asked {
        /// Whether the caller was offered to be called back.
        may_return: bool,
    },
    /// The caller wants to be called back, and was asked whether at this number.
    Confirming,
}

/// The turn of a customer who wants to be called back, as it is offered to an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnOffer {
    /// The customer's number.
    pub contact: PhoneNumber,
    /// The id of the agent; empty when it is not known.
    pub by: String,
    /// The number of the attempt to reach the customer, from 1.
    pub attempt: u32,
    /// The task in the customer's place.
    pub task: TaskSid,
    /// The agent's reservation of it.
    pub reservation: ReservationSid,
}

/// How far the call to an agent is who calls a customer back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnStep {
    /// The agent has answered, and is to be asked for a key.
    Answered,
    /// The agent has answered, and that is enough.
    Accepted,
    /// The agent was asked for a key.
    Asked,
    /// The conversation with the customer has ended, or there was none.
    Ended,
}

/// How far a call from the console is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeStep {
    /// The agent has answered their phone.
    Answered,
    /// The agent was asked for a key.
    Asked,
    /// The conversation has ended, or there was none.
    Ended,
}

/// How far a person is on the way into a conference, or out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinStep {
    /// A caller gives the code of a conference.
    Code {
        /// The number of the code among those that the call gives; 0 before the first.
        attempt: u32,
        /// The number that the caller says they were invited at, if they were asked.
        invited_at: Option<PhoneNumber>,
    },
    /// A caller gives the number at which they were invited, before another code.
    Number {
        /// The number of the code among those that the call gives.
        attempt: u32,
    },
    /// A participant whom we called has answered.
    Called {
        /// What the call is for: it holds an invitation.
        purpose: CallPurpose,
        /// How far the call to the participant is.
        step: CalledStep,
    },
    /// A participant is no longer in the conference.
    Left,
}

/// How far the call to a participant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalledStep {
    /// The call is answered, and a key is to be asked for.
    Answered,
    /// The call is answered, and that is enough to join.
    Accepted,
    /// The participant was asked for a key.
    Asked,
}

/// The purpose of a call that we placed: the contact it is for, and the agent or program that asked
/// for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallPurpose {
    /// The contact's address: of a call from the console, the phone that is called second.
    pub contact: Address,
    /// The `sub` of the agent or program that asked for the call.
    pub by: String,
    /// The conference that the call invites to; none for a call from the console.
    pub invitation: Option<Invitation>,
}

/// The participant and the conference that a call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The id of the conference.
    pub conference: ConferenceId,
    /// The id of the participant who is called.
    pub participant: ParticipantId,
}

impl WebhookUrl {
    /// The address, at the API whose own address is `base_url`, without a slash at the end.
    pub fn at(&self, base_url: &str) -> String {
        let mut pairs = self.query();
        pairs.sort();
        let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
        let separator = if query.is_empty() { "" } else { "?" };
        let retries = if self.is_callback() { RETRIES } else { "" };
        format!("{base_url}{}{separator}{query}{retries}", self.path())
    }

    /// The path of the address, as the template names it.
    pub fn path(&self) -> &'static str {
        match self {
            Self::Voice { .. } => "/voice",
            Self::Digits(_) => "/voice/digits",
            Self::Step(_) => "/voice/step",
            Self::CallStatus(_) => "/voice/status",
            Self::Recording => "/voice/recording",
            Self::Accept { .. } | Self::AcceptTask { .. } => "/voice/accept",
            Self::Return(..) => "/voice/return",
            Self::Wait { .. } => "/voice/wait",
            Self::Assignment(_) => "/taskrouter/assignment",
            Self::TaskEvents(_) => "/taskrouter/events",
            Self::Bridge(..) => "/voice/bridge",
            Self::Conference(_) => "/voice/conference",
            Self::ConferenceStatus => "/voice/conference/status",
            Self::Announcement { .. } => "/voice/conference/announcement",
            Self::Sms => "/sms",
            Self::SmsStatus { .. } => "/sms/status",
        }
    }

    /// Whether no caller waits for the answer, so that Twilio may ask again.
    fn is_callback(&self) -> bool {
        matches!(
            self,
            Self::CallStatus(_) | Self::Recording | Self::ConferenceStatus | Self::SmsStatus { .. }
        )
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let word = |name, word: &str| vec![(name, word.to_owned())];
        match self {
            Self::Voice { step: Some(step) } => word("step", &step.to_string()),
            Self::Digits(WidgetStep { step, widget }) | Self::Step(WidgetStep { step, widget }) => {
                vec![("step", step.to_string()), ("widget", widget.clone())]
            }
            Self::CallStatus(StatusOf::Placed(purpose)) => purpose.query(),
            Self::CallStatus(StatusOf::UnaskedLeg) => word("leg", "unasked"),
            Self::CallStatus(StatusOf::AskedLeg) => word("leg", "asked"),
            Self::CallStatus(StatusOf::Returned(purpose)) => {
                let mut pairs = purpose.query();
                pairs.push(("leg", "agent".to_owned()));
                pairs
            }
            Self::Accept { asked, parent, returned } => {
                let asked = asked.then(|| ("asked", "1".to_owned()));
                let parent = parent.as_ref().map(|parent| ("parent", parent.to_string()));
                let returned = returned.then(|| ("returned", "1".to_owned()));
                asked.into_iter().chain(parent).chain(returned).collect()
            }
            Self::Return(offer, step) => {
                let mut pairs = offer.query();
                pairs.push(("step", step.word().to_owned()));
                pairs
            }
            Self::AcceptTask { asked, reservation } => {
                let asked = asked.then(|| ("asked", "1".to_owned()));
                asked.into_iter().chain(word("reservation", reservation.as_str())).collect()
            }
            Self::Wait { step, queue } => {
                let step = step.word().map(|step| ("step", step.to_owned()));
                step.into_iter().chain(word("queue", queue)).collect()
            }
            Self::Assignment(key) | Self::TaskEvents(key) => word("key", key),
            Self::Bridge(purpose, step) => {
                let mut pairs = purpose.query();
                pairs.extend(step.word().map(|step| ("step", step.to_owned())));
                pairs
            }
            Self::Conference(JoinStep::Code { attempt: 0, .. }) => Vec::new(),
            Self::Conference(JoinStep::Code { attempt, invited_at }) => {
                let invited_at = invited_at.as_ref().map(|at| ("invited_at", at.to_string()));
                invited_at.into_iter().chain(word("attempt", &attempt.to_string())).collect()
            }
            Self::Conference(JoinStep::Number { attempt }) => {
                vec![("attempt", attempt.to_string()), ("step", "number".to_owned())]
            }
            Self::Conference(JoinStep::Called { purpose, step }) => {
                let mut pairs = purpose.query();
                pairs.push(("step", step.word().to_owned()));
                pairs
            }
            Self::Conference(JoinStep::Left) => word("step", "left"),
            Self::Announcement { seconds: Some(seconds) } => word("seconds", &seconds.to_string()),
            Self::SmsStatus { id } => word("id", id.as_str()),
            Self::Voice { step: None }
            | Self::CallStatus(StatusOf::Call)
            | Self::Recording
            | Self::ConferenceStatus
            | Self::Announcement { seconds: None }
            | Self::Sms => Vec::new(),
        }
    }

    /// Reads an address that Twilio asked: its path and its query, in whatever order.
    ///
    /// # Errors
    /// 400 for an address that is none of ours.
    pub fn read(path: &str, query: &Form) -> Result<Self, Error> {
        let widget_step = || -> Result<_, Error> {
            Ok(WidgetStep { step: query.parse("step")?, widget: query.parse("widget")? })
        };
        Ok(match path {
            "/voice" => Self::Voice { step: query.parse_optional("step")? },
            "/voice/digits" => Self::Digits(widget_step()?),
            "/voice/step" => Self::Step(widget_step()?),
            "/voice/status" => {
                let leg = query.get("leg");
                Self::CallStatus(match CallPurpose::read(query)? {
                    Some(purpose) if leg == Some("agent") => StatusOf::Returned(purpose),
                    Some(purpose) => StatusOf::Placed(purpose),
                    None if leg == Some("unasked") => StatusOf::UnaskedLeg,
                    None if leg == Some("asked") => StatusOf::AskedLeg,
                    None => StatusOf::Call,
                })
            }
            "/voice/recording" => Self::Recording,
            "/voice/accept" => {
                let asked = query.get("asked").is_some();
                match query.parse_optional("reservation")? {
                    Some(reservation) => Self::AcceptTask { asked, reservation },
                    None => Self::Accept {
                        asked,
                        parent: query.parse_optional("parent")?,
                        returned: query.get("returned").is_some(),
                    },
                }
            }
            "/voice/return" => {
                Self::Return(ReturnOffer::read(query)?, ReturnStep::read(query.get("step"))?)
            }
            "/voice/wait" => Self::Wait {
                step: WaitStep::read(query.get("step"))?,
                queue: query.parse("queue")?,
            },
            "/taskrouter/assignment" => Self::Assignment(query.parse("key")?),
            "/taskrouter/events" => Self::TaskEvents(query.parse("key")?),
            "/voice/bridge" => Self::Bridge(purpose(query)?, BridgeStep::read(query.get("step"))?),
            "/voice/conference" => Self::Conference(JoinStep::read(query)?),
            "/voice/conference/status" => Self::ConferenceStatus,
            "/voice/conference/announcement" => {
                Self::Announcement { seconds: query.number("seconds") }
            }
            "/sms" => Self::Sms,
            "/sms/status" => Self::SmsStatus { id: query.parse("id")? },
            _ => return Err(bad_request("this is no address of ours")),
        })
    }
}

impl WaitStep {
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Begins => None,
            Self::Asked { may_return: false } => Some("asked"),
            Self::Asked { may_return: true } => Some("offered"),
            Self::Confirming => Some("confirming"),
        }
    }

    fn read(word: Option<&str>) -> Result<Self, Error> {
        match word {
            None => Ok(Self::Begins),
            Some("asked") => Ok(Self::Asked { may_return: false }),
            Some("offered") => Ok(Self::Asked { may_return: true }),
            Some("confirming") => Ok(Self::Confirming),
            Some(_) => Err(bad_request("parameter step is not valid")),
        }
    }
}

impl ReturnOffer {
    /// What the call to the agent is for.
    pub fn purpose(&self) -> CallPurpose {
        let contact = Address::from(&self.contact);
        CallPurpose { contact, by: self.by.clone(), invitation: None }
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        vec![
            ("attempt", self.attempt.to_string()),
            ("by", self.by.clone()),
            ("contact", self.contact.to_string()),
            ("reservation", self.reservation.to_string()),
            ("task", self.task.to_string()),
        ]
    }

    fn read(query: &Form) -> Result<Self, Error> {
        Ok(Self {
            contact: query.parse("contact")?,
            by: query.get("by").unwrap_or_default().to_owned(),
            attempt: query.parse("attempt")?,
            task: query.parse("task")?,
            reservation: query.parse("reservation")?,
        })
    }
}

impl ReturnStep {
    fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::Asked => "asked",
            Self::Ended => "ended",
        }
    }

    fn read(word: Option<&str>) -> Result<Self, Error> {
        match word {
            Some("answered") => Ok(Self::Answered),
            Some("accepted") => Ok(Self::Accepted),
            Some("asked") => Ok(Self::Asked),
            Some("ended") => Ok(Self::Ended),
            _ => Err(bad_request("parameter step is not valid")),
        }
    }
}

impl BridgeStep {
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Answered => None,
            Self::Asked => Some("asked"),
            Self::Ended => Some("ended"),
        }
    }

    fn read(word: Option<&str>) -> Result<Self, Error> {
        match word {
            None => Ok(Self::Answered),
            Some("asked") => Ok(Self::Asked),
            Some("ended") => Ok(Self::Ended),
            Some(_) => Err(bad_request("parameter step is not valid")),
        }
    }
}

impl CalledStep {
    fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::Asked => "asked",
        }
    }
}

impl JoinStep {
    fn read(query: &Form) -> Result<Self, Error> {
        let step = query.get("step");
        if step == Some("left") {
            return Ok(Self::Left);
        }
        if Invitation::read(query)?.is_none() {
            let attempt = query.parse_optional("attempt")?.unwrap_or(0);
            return Ok(match step {
                Some("number") => Self::Number { attempt },
                _ => Self::Code { attempt, invited_at: query.parse_optional("invited_at")? },
            });
        }
        let step = match step {
            Some("answered") => CalledStep::Answered,
            Some("accepted") => CalledStep::Accepted,
            Some("asked") => CalledStep::Asked,
            _ => return Err(bad_request("parameter step is not valid")),
        };
        Ok(Self::Called { purpose: purpose(query)?, step })
    }
}

fn purpose(query: &Form) -> Result<CallPurpose, Error> {
    CallPurpose::read(query)?.ok_or_else(|| bad_request("the URL names no contact"))
}

impl CallPurpose {
    fn query(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("by", self.by.clone()), ("contact", self.contact.to_string())];
        if let Some(Invitation { conference, participant }) = &self.invitation {
            pairs.push(("conference", conference.to_string()));
            pairs.push(("participant", participant.to_string()));
        }
        pairs
    }

    /// The purpose in a query; `None` where there is none.
    fn read(query: &Form) -> Result<Option<Self>, Error> {
        let contact: Option<Address> = query.parse_optional("contact")?;
        let by: Option<String> = query.parse_optional("by")?;
        let invitation = Invitation::read(query)?;
        Ok(contact.zip(by).map(|(contact, by)| Self { contact, by, invitation }))
    }
}

impl Invitation {
    fn read(query: &Form) -> Result<Option<Self>, Error> {
        let conference: Option<ConferenceId> = query.parse_optional("conference")?;
        let participant: Option<ParticipantId> = query.parse_optional("participant")?;
        let both = conference.zip(participant);
        Ok(both.map(|(conference, participant)| Self { conference, participant }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::form;

    const BASE: &str = "https://api.example";

    fn all() -> Vec<WebhookUrl> {
        let invitation = Invitation {
            conference: "0123456789abcdef0123456789abcdef".parse().unwrap(),
            participant: "CP0123456789abcdef01234567".parse().unwrap(),
        };
        let call = CallPurpose {
            contact: "+15005550111".parse().unwrap(),
            by: "agent 1".into(),
            invitation: None,
        };
        let invited = CallPurpose { invitation: Some(invitation), ..call.clone() };
        let widget = WidgetStep { step: 3, widget: "main menu".into() };
        let called =
            |step| WebhookUrl::Conference(JoinStep::Called { purpose: invited.clone(), step });
        let waits = |step| WebhookUrl::Wait { step, queue: "support".into() };
        let offer = ReturnOffer {
            contact: "+15005550111".parse().unwrap(),
            by: "agent 1".into(),
            attempt: 2,
            task: "WT0123456789abcdef0123456789abcdef".parse().unwrap(),
            reservation: "WR0123456789abcdef0123456789abcdef".parse().unwrap(),
        };
        let returns = |step| WebhookUrl::Return(offer.clone(), step);
        vec![
            WebhookUrl::Voice { step: None },
            WebhookUrl::Voice { step: Some(4) },
            WebhookUrl::Digits(widget.clone()),
            WebhookUrl::Step(widget),
            WebhookUrl::CallStatus(StatusOf::Call),
            WebhookUrl::CallStatus(StatusOf::UnaskedLeg),
            WebhookUrl::CallStatus(StatusOf::AskedLeg),
            WebhookUrl::CallStatus(StatusOf::Placed(call.clone())),
            WebhookUrl::CallStatus(StatusOf::Returned(call.clone())),
            WebhookUrl::CallStatus(StatusOf::Placed(invited.clone())),
            WebhookUrl::Recording,
            WebhookUrl::Accept { asked: false, parent: None, returned: false },
            WebhookUrl::Accept {
                asked: true,
                parent: "CA0123456789abcdef0123456789abcdef".parse().ok(),
                returned: true,
            },
            returns(ReturnStep::Answered),
            returns(ReturnStep::Accepted),
            returns(ReturnStep::Asked),
            returns(ReturnStep::Ended),
            WebhookUrl::AcceptTask {
                asked: true,
                reservation: "WR0123456789abcdef0123456789abcdef".parse().unwrap(),
            },
            waits(WaitStep::Begins),
            waits(WaitStep::Asked { may_return: false }),
            waits(WaitStep::Asked { may_return: true }),
            waits(WaitStep::Confirming),
            WebhookUrl::Assignment("hush".into()),
            WebhookUrl::TaskEvents("hush".into()),
            WebhookUrl::Bridge(call.clone(), BridgeStep::Answered),
            WebhookUrl::Bridge(call.clone(), BridgeStep::Asked),
            WebhookUrl::Bridge(call, BridgeStep::Ended),
            WebhookUrl::Conference(JoinStep::Code { attempt: 0, invited_at: None }),
            WebhookUrl::Conference(JoinStep::Code { attempt: 2, invited_at: None }),
            WebhookUrl::Conference(JoinStep::Code {
                attempt: 2,
                invited_at: "+15005550111".parse().ok(),
            }),
            WebhookUrl::Conference(JoinStep::Number { attempt: 1 }),
            called(CalledStep::Answered),
            called(CalledStep::Accepted),
            called(CalledStep::Asked),
            WebhookUrl::Conference(JoinStep::Left),
            WebhookUrl::ConferenceStatus,
            WebhookUrl::Announcement { seconds: None },
            WebhookUrl::Announcement { seconds: Some(30) },
            WebhookUrl::Sms,
            WebhookUrl::SmsStatus { id: "SB1".parse().unwrap() },
        ]
    }

    #[test]
    fn what_is_written_is_read_again() {
        for url in all() {
            let text = url.at(BASE);
            let address = text.split('#').next().unwrap().strip_prefix(BASE).unwrap();
            let (path, query) = address.split_once('?').unwrap_or((address, ""));
            let pairs = form::decode(query).unwrap();
            assert!(pairs.is_sorted(), "{text}");
            let query = Form::from_pairs(pairs).unwrap();
            assert_eq!(WebhookUrl::read(path, &query).unwrap(), url, "{text}");
        }
    }

    #[test]
    fn callbacks_are_asked_again_and_what_callers_wait_for_is_not() {
        let retried = |url: &WebhookUrl| url.at(BASE).ends_with("#rc=3&rp=ct,rt,5xx");
        assert!(retried(&WebhookUrl::Recording));
        assert!(retried(&WebhookUrl::SmsStatus { id: "SB1".parse().unwrap() }));
        assert!(!retried(&WebhookUrl::Voice { step: None }));
        assert!(!retried(&WebhookUrl::Announcement { seconds: None }));
    }

    #[test]
    fn every_webhook_is_a_route_of_the_template_and_the_other_way_round() {
        let template = include_str!("../../template.yaml");
        let paths = template.lines().filter_map(|line| line.split_once("Path: "));
        let paths = paths.map(|(_, rest)| rest.trim_end_matches('}'));
        let webhooks = ["/voice", "/sms", "/taskrouter"];
        let is_webhook = |path: &&str| webhooks.iter().any(|start| path.starts_with(start));
        let routes: std::collections::BTreeSet<_> = paths.filter(is_webhook).collect();
        assert_eq!(routes, all().iter().map(WebhookUrl::path).collect());
    }

    #[test]
    fn an_address_that_is_none_of_ours_is_refused() {
        let status = |path, query| {
            let query = Form::from_pairs(form::decode(query).unwrap()).unwrap();
            WebhookUrl::read(path, &query).unwrap_err().problem().unwrap().status
        };
        assert_eq!(status("/voice/else", ""), 400);
        assert_eq!(status("/voice/step", "step=1"), 400);
        assert_eq!(status("/voice/step", "step=x&widget=menu"), 400);
        assert_eq!(status("/voice/bridge", ""), 400);
        assert_eq!(status("/sms/status", ""), 400);
    }
}
