//! What a call that we placed is for, as the addresses of its webhooks say.

use crate::{
    Error,
    error::bad_request,
    twilio::Form,
    values::{Address, ConferenceId, ParticipantId, PhoneNumber, ReservationSid, TaskSid},
};

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

impl CallPurpose {
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("by", self.by.clone()), ("contact", self.contact.to_string())];
        if let Some(Invitation { conference, participant }) = &self.invitation {
            pairs.push(("conference", conference.to_string()));
            pairs.push(("participant", participant.to_string()));
        }
        pairs
    }

    /// The purpose in a query, which must be there.
    ///
    /// # Errors
    /// 400 when there is none.
    pub(super) fn expect(query: &Form) -> Result<Self, Error> {
        Self::read(query)?.ok_or_else(|| bad_request("the URL names no contact"))
    }

    /// The purpose in a query; `None` where there is none.
    pub(super) fn read(query: &Form) -> Result<Option<Self>, Error> {
        let contact: Option<Address> = query.parse_optional("contact")?;
        let by: Option<String> = query.parse_optional("by")?;
        let invitation = Invitation::read(query)?;
        Ok(contact.zip(by).map(|(contact, by)| Self { contact, by, invitation }))
    }
}

/// The participant and the conference that a call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The id of the conference.
    pub conference: ConferenceId,
    /// The id of the participant who is called.
    pub participant: ParticipantId,
}

impl Invitation {
    pub(super) fn read(query: &Form) -> Result<Option<Self>, Error> {
        let conference: Option<ConferenceId> = query.parse_optional("conference")?;
        let participant: Option<ParticipantId> = query.parse_optional("participant")?;
        let both = conference.zip(participant);
        Ok(both.map(|(conference, participant)| Self { conference, participant }))
    }
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

impl ReturnOffer {
    /// What the call to the agent is for.
    pub fn purpose(&self) -> CallPurpose {
        let contact = Address::from(&self.contact);
        CallPurpose { contact, by: self.by.clone(), invitation: None }
    }

    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        vec![
            ("attempt", self.attempt.to_string()),
            ("by", self.by.clone()),
            ("contact", self.contact.to_string()),
            ("reservation", self.reservation.to_string()),
            ("task", self.task.to_string()),
        ]
    }

    pub(super) fn read(query: &Form) -> Result<Self, Error> {
        Ok(Self {
            contact: query.parse("contact")?,
            by: query.get("by").unwrap_or_default().to_owned(),
            attempt: query.parse("attempt")?,
            task: query.parse("task")?,
            reservation: query.parse("reservation")?,
        })
    }
}
