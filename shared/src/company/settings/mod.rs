//! What the owner of a deployment chooses.
//!
//! The template's parameters are what a deployment begins with; what an administrator sets is in
//! the item `SETTINGS` of the table, field by field, and wins.

mod change;
mod clock;
mod hours;
mod store;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use change::SettingsChange;
pub use clock::{Holiday, InvalidTime, TimeOfDay, TimeZone};
pub use hours::{Hours, OpeningHours};
pub use store::SettingsStore;

use crate::{Error, process::env, twilio::twiml::Prompt, values::PhoneNumber};

/// All settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// How the company names itself. Begins as `COMPANY_NAME`.
    pub company_name: String,
    /// The first sentence a caller hears. Begins as `GREETING`.
    pub greeting: String,
    /// A voice of `<Say>`, e.g. `Polly.Joanna`. Begins as `VOICE`.
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech>
    pub voice: String,
    /// A language tag such as `en-US`. Begins as `LANGUAGE`.
    pub language: String,
    /// The phone that key 1 rings, in E.164; while it is null, key 1 is the voicemail. Begins as
    /// `OWNER_NUMBER`.
    #[schema(required)]
    pub owner_number: Option<PhoneNumber>,
    /// Whether who answers a forwarded call must press a key, so that a carrier's voicemail never
    /// takes it. Begins as `PRESS_TO_ACCEPT`.
    pub press_to_accept: bool,
    /// Whether the owner gets a text for each voicemail and missed call. Begins as `OWNER_NOTICE`.
    pub owner_notice: bool,
    /// What customers are texted after a call through a queue; null for no such text. Begins as
    /// `THANK_YOU_TEXT`.
    #[schema(required)]
    pub thank_you_text: Option<String>,
    /// When the office is open; null for always.
    #[schema(required)]
    pub opening_hours: Option<OpeningHours>,
    /// Days on which it is closed all the same.
    #[schema(value_type = Vec<String>, format = Date)]
    pub holidays: Vec<Holiday>,
    /// Where the office's clocks are: a name of IANA's, e.g. `Europe/Berlin`. Begins as
    /// `TIME_ZONE`.
    #[schema(value_type = String)]
    pub time_zone: TimeZone,
}

impl Settings {
    /// What a deployment begins with, from the variables named above. All are required but the
    /// owner's number and the text.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            company_name: env::required("COMPANY_NAME")?,
            greeting: env::required("GREETING")?,
            voice: env::required("VOICE")?,
            language: env::required("LANGUAGE")?,
            owner_number: env::parsed_optional("OWNER_NUMBER")?,
            press_to_accept: env::parsed("PRESS_TO_ACCEPT")?,
            owner_notice: env::parsed("OWNER_NOTICE")?,
            thank_you_text: env::optional("THANK_YOU_TEXT"),
            opening_hours: None,
            holidays: Vec::new(),
            time_zone: env::parsed("TIME_ZONE")?,
        })
    }

    /// Whether the office is open at an instant.
    pub fn is_open(&self, at: OffsetDateTime) -> bool {
        hours::is_open(self.opening_hours.as_ref(), &self.holidays, &self.time_zone, at)
    }

    /// A sentence in the voice and the language that callers hear.
    pub fn say(&self, text: String) -> Prompt {
        let (voice, language) = (Some(self.voice.clone()), Some(self.language.clone()));
        Prompt::Say { text, voice, language, repeat: None }
    }

    /// By the names that the flow knows them under, at an instant.
    pub fn variables(&self, at: OffsetDateTime) -> [(&'static str, String); 7] {
        [
            ("company_name", self.company_name.clone()),
            ("greeting", self.greeting.clone()),
            (
                "owner_number",
                self.owner_number.as_ref().map(ToString::to_string).unwrap_or_default(),
            ),
            ("voice", self.voice.clone()),
            ("language", self.language.clone()),
            ("press_to_accept", self.press_to_accept.to_string()),
            ("office_open", self.is_open(at).to_string()),
        ]
    }
}
