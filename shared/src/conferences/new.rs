//! Requests for a conference, and for more participants in one.

use std::collections::HashSet;

use serde::Deserialize;
use utoipa::ToSchema;

use super::Join;
use crate::{Error, destinations::Destinations, error::invalid, values::PhoneNumber};

/// Twilio's limit. <https://www.twilio.com/docs/voice/twiml/conference#attributes-maxParticipants>
pub(super) const MAX_PARTICIPANTS: usize = 250;

/// Four hours, for both the limit and the join window.
const MAX_SECONDS: u32 = 14_400;

/// Characters of a name or a subject: a text of two segments holds them.
const MAX_NAME: usize = 100;

/// Somebody to invite.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParticipant {
    /// E.164, or as one dials it in our country.
    #[schema(example = "+15005550111", max_length = 64)]
    pub phone_number: String,
    /// How they get in.
    pub join: Join,
    /// What to call them.
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
}

/// A conference to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConference {
    /// Who is invited: 1 to 250, nobody twice in the same way.
    #[schema(min_items = 1, max_items = 250)]
    pub participants: Vec<NewParticipant>,
    /// What it is about; whoever is texted is told.
    #[schema(min_length = 1, max_length = 100)]
    pub subject: Option<String>,
    /// How long it lasts at most, from when the second participant is in it.
    #[serde(default = "five_minutes")]
    #[schema(minimum = 1, maximum = 14400, default = 300)]
    pub max_duration_seconds: u32,
    /// How long there is for the second participant to come.
    #[serde(default = "fifteen_minutes")]
    #[schema(minimum = 1, maximum = 14400, default = 900)]
    pub join_window_seconds: u32,
    /// How long the code is.
    #[serde(default = "four")]
    #[schema(minimum = 4, maximum = 8, default = 4)]
    pub code_digits: u8,
    /// Whether who is called must press a key to join, so that a carrier's voicemail never does.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub press_to_join: bool,
}

/// More participants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteParticipants {
    /// Who is invited. Those who are already, in the same way, are not invited again.
    #[schema(min_items = 1, max_items = 250)]
    pub participants: Vec<NewParticipant>,
}

fn five_minutes() -> u32 {
    300
}

fn fifteen_minutes() -> u32 {
    900
}

fn four() -> u8 {
    4
}

fn yes() -> bool {
    true
}

/// Somebody to invite, checked.
#[derive(Clone, Debug)]
pub struct Invitee {
    /// Whom we may call and text.
    pub phone_number: PhoneNumber,
    /// How they get in.
    pub join: Join,
    /// What to call them.
    pub name: Option<String>,
}

impl NewConference {
    /// Errors: 422 that names the field.
    pub async fn checked(&self, destinations: &Destinations) -> Result<Vec<Invitee>, Error> {
        check_name("subject", &self.subject)?;
        for (field, seconds) in [
            ("max_duration_seconds", self.max_duration_seconds),
            ("join_window_seconds", self.join_window_seconds),
        ] {
            if !(1..=MAX_SECONDS).contains(&seconds) {
                return Err(invalid(field, format!("{field} must be 1 to {MAX_SECONDS}")));
            }
        }
        if !(4..=8).contains(&self.code_digits) {
            return Err(invalid("code_digits", "code_digits must be 4 to 8"));
        }
        checked(&self.participants, destinations).await
    }
}

impl InviteParticipants {
    /// Errors: 422 that names the field.
    pub async fn checked(&self, destinations: &Destinations) -> Result<Vec<Invitee>, Error> {
        checked(&self.participants, destinations).await
    }
}

async fn checked(
    participants: &[NewParticipant],
    destinations: &Destinations,
) -> Result<Vec<Invitee>, Error> {
    if !(1..=MAX_PARTICIPANTS).contains(&participants.len()) {
        return Err(invalid("participants", "participants must be 1 to 250"));
    }
    let mut seen = HashSet::new();
    let mut invitees = Vec::new();
    for (position, participant) in participants.iter().enumerate() {
        let field = format!("participants[{position}].phone_number");
        let phone_number = destinations.reachable(&field, &participant.phone_number).await?;
        if phone_number == *destinations.main_number() {
            return Err(invalid(field, "this is our own number"));
        }
        if !seen.insert((phone_number.clone(), participant.join)) {
            return Err(invalid(field, "this number is there already, with the same join"));
        }
        check_name(&format!("participants[{position}].name"), &participant.name)?;
        let (join, name) = (participant.join, participant.name.clone());
        invitees.push(Invitee { phone_number, join, name });
    }
    Ok(invitees)
}

fn check_name(field: &str, name: &Option<String>) -> Result<(), Error> {
    match name {
        Some(name) if !(1..=MAX_NAME).contains(&name.chars().count()) => {
            Err(invalid(field, format!("{field} must have 1 to {MAX_NAME} characters")))
        }
        Some(name) if name.chars().any(char::is_control) => {
            Err(invalid(field, format!("{field} must not hold control characters")))
        }
        _ => Ok(()),
    }
}
