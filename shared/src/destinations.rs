//! Decides which numbers may be called and texted: by the rules of [`crate::numbering`], from which
//! the phones of the owner and the agents are exempt.

use crate::{
    Context, Error,
    company::{agents::Agents, settings::SettingsStore},
    numbering::Rules,
    values::PhoneNumber,
};

/// The numbers that may be called and texted.
#[derive(Debug)]
pub struct Destinations {
    rules: Rules,
    settings: SettingsStore,
    agents: Agents,
}

impl Destinations {
    /// Destinations by the rules of [`Rules::from_env`].
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn new(context: &Context) -> Result<Self, Error> {
        Ok(Self {
            rules: Rules::from_env()?,
            settings: context.settings()?,
            agents: Agents::new(context.table()?),
        })
    }

    /// Our main number, which callers dial and which we call and text from.
    pub fn main_number(&self) -> &PhoneNumber {
        self.rules.main_number()
    }

    /// Reads what a person typed in `field`, in E.164 or as it is dialled in the main number's
    /// country, and makes sure that we may call and text it. Reads the table only for a number that
    /// the rules refuse, because it may be the owner's or an agent's.
    ///
    /// # Errors
    /// 422 that names the field.
    pub async fn reachable(&self, field: &str, typed: &str) -> Result<PhoneNumber, Error> {
        let number = self.rules.parse(field, typed)?;
        match self.rules.check(field, &number) {
            Err(refusal) if !self.is_configured(&number).await? => Err(refusal),
            _ => Ok(number),
        }
    }

    /// Whether a number is the phone of the owner or an agent, which may always be called and
    /// texted.
    async fn is_configured(&self, number: &PhoneNumber) -> Result<bool, Error> {
        if self.settings.current().await.owner_number.as_ref() == Some(number) {
            return Ok(true);
        }
        Ok(self.agents.phone_numbers().await?.contains(number))
    }
}
