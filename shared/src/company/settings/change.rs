//! What an administrator changes.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{Holiday, OpeningHours, TimeZone};
use crate::{Error, error::invalid, numbering::Rules};

/// As long as Twilio takes a text. <https://www.twilio.com/docs/messaging/api/message-resource>
const MAX_TEXT: usize = 1600;
const MAX_NAME: usize = 100;
const MAX_GREETING: usize = 1000;
const MAX_TAG: usize = 64;

/// Some years of public holidays.
const MAX_HOLIDAYS: usize = 200;

/// What is to change. A field that is left out stays as it is.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// 1 to 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    #[schema(min_length = 1, max_length = 100)]
    pub company_name: Option<String>,
    /// 1 to 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1000)]
    #[schema(min_length = 1, max_length = 1000)]
    pub greeting: Option<String>,
    /// A voice of Twilio's `<Say>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z0-9._-]{1,64}$")]
    #[schema(pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    pub voice: Option<String>,
    /// A language tag such as `en-US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z0-9._-]{1,64}$")]
    #[schema(pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    pub language: Option<String>,
    /// In E.164 or as it is dialled in the country of the main number; null for no phone.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub owner_number: Option<Option<String>>,
    /// Whether who answers a forwarded call must press a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub press_to_accept: Option<bool>,
    /// Whether the owner gets a text for each voicemail and missed call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_notice: Option<bool>,
    /// 1 to 1,600 characters; null for no such text.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1600)]
    pub thank_you_text: Option<Option<String>>,
    /// When the office is open; null for always.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OpeningHours>)]
    pub opening_hours: Option<Option<OpeningHours>>,
    /// Days on which it is closed all the same, up to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>, format = Date, max_items = 200)]
    pub holidays: Option<Vec<Holiday>>,
    /// A name of IANA's, e.g. `Europe/Berlin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<TimeZone>,
}

/// Tells null, which is `Some(None)`, from what is left out.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    json: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(json).map(Some)
}

impl SettingsChange {
    /// Checks each field by itself, and trims the texts.
    ///
    /// Errors: 422 that names the field.
    pub fn checked(mut self, rules: &Rules) -> Result<Self, Error> {
        let texts = [
            ("company_name", self.company_name.as_mut(), MAX_NAME),
            ("greeting", self.greeting.as_mut(), MAX_GREETING),
            ("thank_you_text", self.thank_you_text.as_mut().and_then(Option::as_mut), MAX_TEXT),
        ];
        for (field, text, most) in texts {
            let Some(text) = text else { continue };
            *text = text.trim().to_owned();
            let control = text.chars().any(|c| c.is_control() && c != '\n');
            if !(1..=most).contains(&text.chars().count()) || control {
                return Err(invalid(field, format!("{field} must have 1 to {most} characters")));
            }
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

/// What voices and languages are made of: `Polly.Joanna-Neural`, `en-US`, `cmn-Hans-CN`.
fn is_tag(text: &str) -> bool {
    (1..=MAX_TAG).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}
