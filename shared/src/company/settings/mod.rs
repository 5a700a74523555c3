//! The settings that the owner of a deployment chooses.
//!
//! A deployment begins with the template's parameters. What an administrator sets is kept in the
//! item `SETTINGS` of the table, field by field, and takes precedence.

mod change;
mod clock;
mod hours;
mod store;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use change::SettingsChange;
pub use clock::{Day, InvalidTime, TimeOfDay, TimeZone};
pub use hours::{Hours, OpeningHours};
pub use store::{SettingsStore, put_task_router};

use super::task_router::TaskRouterSids;
use crate::{Error, process::env, twilio::twiml::Prompt, values::PhoneNumber};

/// All settings of the deployment, as they are in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// The company's name, as callers hear it and texts say it. Begins as the deployment's
    /// parameter `CompanyName`.
    pub company_name: String,
    /// The first sentence that a caller hears. Begins as the deployment's parameter `Greeting`.
    pub greeting: String,
    /// The voice that speaks to callers: a name of Twilio's, e.g. `Polly.Joanna`. Begins as the
    /// deployment's parameter `Voice`.
    /// <https://www.twilio.com/docs/voice/twiml/say/text-speech>
    pub voice: String,
    /// The language that callers hear: a tag such as `en-US`. Begins as the deployment's parameter
    /// `Language`.
    pub language: String,
    /// The owner's phone, in E.164, which rings when a caller presses 1; while it is null, key 1
    /// leads to the voicemail. Begins as the deployment's parameter `OwnerNumber`.
    #[schema(required)]
    pub owner_number: Option<PhoneNumber>,
    /// Whether a person who answers a forwarded call must press a key to take it, so that a
    /// carrier's voicemail never does. Begins as the deployment's parameter `PressToAccept`.
    pub press_to_accept: bool,
    /// Whether the owner gets a text for each voicemail and missed call. Begins as the deployment's
    /// parameter `OwnerNotice`.
    pub owner_notice: bool,
    /// For how many minutes after a text about a caller further calls of theirs are told together:
    /// 0 to 15; 0 for a text for each call. Begins as the deployment's parameter
    /// `OwnerNoticeInterval`.
    pub notice_interval_minutes: u32,
    /// What customers are texted after they talked to an agent in a call through a queue; null for
    /// no such text. In it, `{agent}` is the agent's name and `{company}` the company's. Begins as
    /// the deployment's parameter `ThankYouText`.
    #[schema(required)]
    pub thank_you_text: Option<String>,
    /// When the office is open; null for always.
    #[schema(required)]
    pub opening_hours: Option<OpeningHours>,
    /// Days on which the office is closed in spite of its opening hours.
    #[schema(value_type = Vec<String>, format = Date)]
    pub holidays: Vec<Day>,
    /// The time zone of the office: a name of IANA's, e.g. `Europe/Berlin`. Begins as the
    /// deployment's parameter `TimeZone`.
    #[schema(value_type = String)]
    pub time_zone: TimeZone,
    /// The contact centre at Twilio; none until it is made there. No administrator changes it.
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub task_router: Option<TaskRouterSids>,
}

impl Settings {
    /// The settings that a deployment begins with, from environment variables such as
    /// `COMPANY_NAME`. All must be set except `OWNER_NUMBER` and `THANK_YOU_TEXT`.
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            company_name: env::required("COMPANY_NAME")?,
            greeting: env::required("GREETING")?,
            voice: env::required("VOICE")?,
            language: env::required("LANGUAGE")?,
            owner_number: env::parsed_optional("OWNER_NUMBER")?,
            press_to_accept: env::parsed("PRESS_TO_ACCEPT")?,
            owner_notice: env::parsed("OWNER_NOTICE")?,
            notice_interval_minutes: env::parsed("OWNER_NOTICE_INTERVAL")?,
            thank_you_text: env::optional("THANK_YOU_TEXT"),
            opening_hours: None,
            holidays: Vec::new(),
            time_zone: env::parsed("TIME_ZONE")?,
            task_router: None,
        })
    }

    /// Whether the office is open at an instant.
    pub fn is_open(&self, at: OffsetDateTime) -> bool {
        hours::is_open(self.opening_hours.as_ref(), &self.holidays, &self.time_zone, at)
    }

    /// An instant as the office's clocks show it, e.g. `09:30`.
    pub fn time_of_day(&self, at: OffsetDateTime) -> String {
        TimeOfDay::of(self.time_zone.local(at).unwrap_or(at)).to_string()
    }

    /// A `<Say>` that speaks a text in the voice and the language of the settings.
    pub fn say(&self, text: String) -> Prompt {
        let (voice, language) = (Some(self.voice.clone()), Some(self.language.clone()));
        Prompt::Say { text, voice, language, repeat: None }
    }

    /// The settings that a flow can use as variables, by name, and whether the office is open at an
    /// instant.
    pub fn variables(&self, at: OffsetDateTime) -> [(&'static str, String); 8] {
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
            (
                "workflow_sid",
                self.task_router.as_ref().map(|it| it.workflow.to_string()).unwrap_or_default(),
            ),
        ]
    }
}
