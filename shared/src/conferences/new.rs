//! Requests for a conference, and for more participants in one.

use std::collections::HashSet;

use serde::Deserialize;
use utoipa::ToSchema;

use super::Join;
use crate::{
    Error,
    destinations::Destinations,
    error::invalid,
    values::{Line, PhoneNumber},
};

/// The most participants that a conference has at Twilio.
/// <https://www.twilio.com/docs/voice/twiml/conference#attributes-maxParticipants>
pub(super) const MAX_PARTICIPANTS: usize = 250;

/// The longest duration and the longest join window, and both together: a call lives four hours at
/// Twilio, and the first participant may wait for all of the join window.
/// <https://www.twilio.com/docs/voice/twiml/dial#timelimit>
const MAX_SECONDS: u32 = 14_400;

/// The longest name or subject, in characters: a text of two segments holds it.
const MAX_NAME: usize = 100;

/// A participant to invite to a conference.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParticipant {
    /// The participant's number, in E.164 or as it is dialled in the country of the main number.
    #[schema(example = "+15005550111", max_length = 64)]
    pub phone_number: String,
    /// How the participant gets into the conference.
    pub join: Join,
    /// The participant's name, up to 100 characters.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub name: Option<String>,
}

/// A conference to create, and the participants to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConference {
    /// The participants to invite, 1 to 250. No number may be invited twice in the same way.
    #[schema(min_items = 1, max_items = 250)]
    pub participants: Vec<NewParticipant>,
    /// The subject of the conference, which the texts that invite to it tell.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub subject: Option<String>,
    /// How many seconds the conference lasts at most, from when its second participant is in it.
    /// Together with `join_window_seconds` 14,400 at most.
    #[serde(default = "five_minutes")]
    #[schema(minimum = 1, maximum = 14400, default = 300)]
    pub max_duration_seconds: u32,
    /// How many seconds the second participant has to come, from the creation of the conference.
    #[serde(default = "fifteen_minutes")]
    #[schema(minimum = 1, maximum = 14400, default = 900)]
    pub join_window_seconds: u32,
    /// How many digits the code has. When it is left out, 4, and 6 while 20 conferences of the
    /// number are not over: the more codes are in use, the sooner a guess meets one.
    #[schema(minimum = 4, maximum = 8)]
    pub code_digits: Option<u8>,
    /// Whether a participant who is called must press a key to join, so that a carrier's voicemail
    /// never does.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub press_to_join: bool,
}

/// Participants to add to a conference.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteParticipants {
    /// The participants to invite, 1 to 250. Numbers that have been invited in the same way are not
    /// invited again.
    #[schema(min_items = 1, max_items = 250)]
    pub participants: Vec<NewParticipant>,
}

fn five_minutes() -> u32 {
    300
}

fn fifteen_minutes() -> u32 {
    900
}

fn yes() -> bool {
    true
}

/// A conference to create, after all checks.
#[derive(Debug)]
pub struct ConferencePlan {
    /// The subject of the conference; `None` if none was given.
    pub subject: Option<Line<MAX_NAME>>,
    /// The participants to invite, each once for each way in.
    pub invitees: Vec<Invitee>,
    /// How many seconds the conference lasts at most, from its start.
    pub max_duration_seconds: u32,
    /// How many seconds the second participant has to come.
    pub join_window_seconds: u32,
    /// How many digits the code is to have; `None` for as many as are enough.
    pub code_digits: Option<u8>,
    /// Whether participants who are called must press a key to join.
    pub press_to_join: bool,
}

/// A participant to invite, after all checks.
#[derive(Clone, Debug)]
pub struct Invitee {
    /// A phone that we may call and text.
    pub phone_number: PhoneNumber,
    /// How the invitee gets into the conference.
    pub join: Join,
    /// The invitee's name, as it was given.
    pub name: Option<Line<MAX_NAME>>,
}

impl NewConference {
    /// Checks each field, and makes sure that we may call and text the participants.
    ///
    /// # Errors
    /// 422 that names the field.
    pub async fn checked(self, destinations: &Destinations) -> Result<ConferencePlan, Error> {
        for (field, seconds) in [
            ("max_duration_seconds", self.max_duration_seconds),
            ("join_window_seconds", self.join_window_seconds),
        ] {
            if !(1..=MAX_SECONDS).contains(&seconds) {
                return Err(invalid(field, format!("{field} must be 1 to {MAX_SECONDS}")));
            }
        }
        if self.max_duration_seconds + self.join_window_seconds > MAX_SECONDS {
            return Err(invalid(
                "max_duration_seconds",
                format!(
                    "max_duration_seconds and join_window_seconds together may be {MAX_SECONDS}, \
                     because no call lasts longer"
                ),
            ));
        }
        if self.code_digits.is_some_and(|digits| !(4..=8).contains(&digits)) {
            return Err(invalid("code_digits", "code_digits must be 4 to 8"));
        }
        let subject = self.subject.map(|typed| Line::parse("subject", &typed)).transpose()?;
        Ok(ConferencePlan {
            subject,
            invitees: checked(&self.participants, destinations).await?,
            max_duration_seconds: self.max_duration_seconds,
            join_window_seconds: self.join_window_seconds,
            code_digits: self.code_digits,
            press_to_join: self.press_to_join,
        })
    }
}

impl InviteParticipants {
    /// Checks the participants, and makes sure that we may call and text them.
    ///
    /// # Errors
    /// 422 that names the field.
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
        let join = participant.join;
        if !seen.insert((phone_number.clone(), join)) {
            return Err(invalid(field, "this number is there already, with the same join"));
        }
        let field = format!("participants[{position}].name");
        let name = participant.name.as_deref().map(|typed| Line::parse(&field, typed));
        invitees.push(Invitee { phone_number, join, name: name.transpose()? });
    }
    Ok(invitees)
}
