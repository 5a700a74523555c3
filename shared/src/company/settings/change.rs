//! Changes of the settings, as an administrator asks for them.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{Day, OpeningHours, TimeZone};
use crate::{
    Error,
    error::invalid,
    numbering::Rules,
    values::{Line, Lines},
};

/// The longest text that Twilio takes, in characters.
/// <https://www.twilio.com/docs/messaging/api/message-resource>
const MAX_TEXT: usize = 1600;
const MAX_NAME: usize = 100;
const MAX_GREETING: usize = 1000;
const MAX_TAG: usize = 64;

/// The longest time for which calls of one caller are told together: a queue delays nothing longer.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html>
const MAX_INTERVAL: u32 = 15;

/// The most holidays that are kept: enough for some years.
const MAX_HOLIDAYS: usize = 200;

/// The settings that are to change. A field that is left out stays as it is.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// The company's name, as callers hear it and texts say it: 1 to 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub company_name: Option<String>,
    /// The first sentence that a caller hears: 1 to 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub greeting: Option<String>,
    /// The voice that speaks to callers: a name of Twilio's, e.g. `Polly.Joanna`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    pub voice: Option<String>,
    /// The language that callers hear: a tag such as `en-US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    pub language: Option<String>,
    /// The owner's phone, in E.164 or as it is dialled in the country of the main number; null for
    /// no phone.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub owner_number: Option<Option<String>>,
    /// Whether a person who answers a forwarded call must press a key to take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub press_to_accept: Option<bool>,
    /// Whether the owner gets a text for each voicemail and missed call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_notice: Option<bool>,
    /// For how many minutes after a text about a caller further calls of theirs are told together:
    /// 0 to 15; 0 for a text for each call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 15)]
    pub notice_interval_minutes: Option<u32>,
    /// What customers are texted after they talked to an agent in a call through a queue: 1 to
    /// 1,600 characters; null for no such text. In it, `{agent}` is the agent's name and
    /// `{company}` the company's.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1600, pattern = r"\S")]
    pub thank_you_text: Option<Option<String>>,
    /// When the office is open; null for always.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OpeningHours>)]
    pub opening_hours: Option<Option<OpeningHours>>,
    /// Days on which the office is closed in spite of its opening hours, up to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>, format = Date, max_items = 200)]
    pub holidays: Option<Vec<Day>>,
    /// The time zone of the office: a name of IANA's, e.g. `Europe/Berlin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<TimeZone>,
}

/// Reads a field so that null, which is `Some(None)`, differs from a field that is left out.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    json: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(json).map(Some)
}

impl SettingsChange {
    /// Checks each field by itself, and trims the texts.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn checked(mut self, rules: &Rules) -> Result<Self, Error> {
        if let Some(name) = &mut self.company_name {
            *name = Line::<MAX_NAME>::parse("company_name", name)?.into();
        }
        if let Some(greeting) = &mut self.greeting {
            *greeting = Lines::<MAX_GREETING>::parse("greeting", greeting)?.into();
        }
        if let Some(Some(text)) = &mut self.thank_you_text {
            *text = Lines::<MAX_TEXT>::parse("thank_you_text", text)?.into();
        }
        if self.notice_interval_minutes.is_some_and(|minutes| minutes > MAX_INTERVAL) {
            let field = "notice_interval_minutes";
            return Err(invalid(field, format!("{field} must be 0 to {MAX_INTERVAL}")));
        }
        for (field, tag) in [("voice", &self.voice), ("language", &self.language)] {
            if tag.as_ref().is_some_and(|tag| !is_tag(tag)) {
                return Err(invalid(field, format!("{field} is not one of Twilio's")));
            }
        }
        if let Some(Some(number)) = &mut self.owner_number {
            let parsed = rules.parse("owner_number", number)?;
            rules.check_personal("owner_number", &parsed)?;
            *number = parsed.to_string();
        }
        if let Some(Some(hours)) = &self.opening_hours {
            hours.check("opening_hours")?;
        }
        if let Some(days) = &mut self.holidays {
            days.sort();
            days.dedup();
            if days.len() > MAX_HOLIDAYS {
                return Err(invalid(
                    "holidays",
                    format!("there are up to {MAX_HOLIDAYS} holidays"),
                ));
            }
        }
        Ok(self)
    }
}

/// Whether a text has the form of a voice or a language: `Polly.Joanna-Neural`, `en-US`,
/// `cmn-Hans-CN`.
fn is_tag(text: &str) -> bool {
    (1..=MAX_TAG).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}
