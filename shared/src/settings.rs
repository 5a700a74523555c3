//! What the owner of a deployment chooses: parameters of the template.

use crate::{Error, env, phone_number::PhoneNumber};

/// The values that the flow's `config` widget is overlaid with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the company names itself, `COMPANY_NAME`.
    pub company_name: String,
    /// The first sentence a caller hears, `GREETING`.
    pub greeting: String,
    /// The phone that key 1 rings, `OWNER_NUMBER`; without one, key 1 is the voicemail.
    pub owner_number: Option<PhoneNumber>,
    /// A voice of `<Say>`, `VOICE`.
    pub voice: String,
    /// A language tag such as `en-US`, `LANGUAGE`.
    pub language: String,
    /// Whether a forwarded call must be accepted by a key, `PRESS_TO_ACCEPT`.
    pub press_to_accept: bool,
}

impl Settings {
    /// From the variables named above, all but the owner's number required.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            company_name: env::required("COMPANY_NAME")?,
            greeting: env::required("GREETING")?,
            owner_number: env::parsed_optional("OWNER_NUMBER")?,
            voice: env::required("VOICE")?,
            language: env::required("LANGUAGE")?,
            press_to_accept: env::parsed("PRESS_TO_ACCEPT")?,
        })
    }

    /// By the names that the flow knows them under.
    pub fn variables(&self) -> [(&'static str, String); 6] {
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
        ]
    }
}
