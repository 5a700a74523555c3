//! Whom we call and text: numbers as people type them, and which of them may cost us money.
//!
//! | rule | applies to |
//! |---|---|
//! | no emergency number, and a length that numbers of its country have | all |
//! | no number that the caller pays the callee for | all but the owner's |
//! | in an allowed country | all but the owner's and the agents' |

mod emergency;
mod numbering;
mod typed;

use std::collections::BTreeSet;

pub use numbering::{PhoneType, calling_code_of, country_of, phone_type_of};

use crate::{
    Error,
    agents::Agents,
    env::{self, EnvError},
    error::invalid,
    phone_number::PhoneNumber,
    settings::SettingsStore,
    table::Table,
};
use numbering::{NORTH_AMERICA, Plan};
use typed::NotANumber;

/// Which numbers may be called and texted.
#[derive(Debug)]
pub struct Destinations {
    policy: Policy,
    configured: Configured,
}

/// What needs no look into the table.
#[derive(Debug)]
struct Policy {
    main_number: PhoneNumber,
    /// The country and the calling code of the main number.
    home: &'static str,
    home_code: u16,
    /// The country of numbers in North America that have no area.
    north_american: &'static str,
    /// Countries by ISO 3166, and global services by their calling code.
    allowed: BTreeSet<String>,
}

/// Numbers of our own people.
#[derive(Debug)]
struct Configured {
    settings: SettingsStore,
    agents: Agents,
}

impl Destinations {
    /// From variables `MAIN_NUMBER`, `ALLOWED_COUNTRIES` (ISO 3166 codes, and calling codes of
    /// satellites and global services, with commas between; the main number's country when it is
    /// empty), `TABLE_NAME`, and those of the settings.
    pub fn from_env() -> Result<Self, Error> {
        let allowed = env::optional("ALLOWED_COUNTRIES").unwrap_or_default();
        let table = Table::from_env()?;
        Ok(Self {
            policy: Policy::new(env::parsed("MAIN_NUMBER")?, &allowed)?,
            configured: Configured {
                settings: SettingsStore::from_env(table.clone())?,
                agents: Agents::new(table),
            },
        })
    }

    /// The number that callers dial and that we call and text from.
    pub fn main_number(&self) -> &PhoneNumber {
        &self.policy.main_number
    }

    /// Reads what a person typed in `field`, in E.164 or as it is dialled in the main number's
    /// country, and makes sure that we may call and text it. Reads the table only for a number
    /// that may be one of our own people's.
    ///
    /// Errors: 422 that names the field.
    pub async fn reachable(&self, field: &str, typed: &str) -> Result<PhoneNumber, Error> {
        let number = self.parse(field, typed)?;
        match self.check(field, &number) {
            Err(refusal) if !self.is_configured(&number).await? => Err(refusal),
            _ => Ok(number),
        }
    }

    /// Reads what a person typed in `field`. A number must be possible, and need not be assigned.
    ///
    /// Errors: 422 that names the field.
    pub fn parse(&self, field: &str, typed: &str) -> Result<PhoneNumber, Error> {
        self.policy.parse(field, typed)
    }

    /// Whether strangers at this number may be called and texted.
    ///
    /// Errors: 422 that names the field.
    pub fn check(&self, field: &str, number: &PhoneNumber) -> Result<(), Error> {
        self.policy.check(field, number)
    }

    /// Whether this may be the phone of one of our own people: in any country, but at no special
    /// rate.
    ///
    /// Errors: 422 that names the field.
    pub fn check_personal(&self, field: &str, number: &PhoneNumber) -> Result<(), Error> {
        self.policy.check_personal(field, number).map(drop)
    }

    /// The owner's phone and the agents' may always be called and texted.
    async fn is_configured(&self, number: &PhoneNumber) -> Result<bool, Error> {
        let Configured { settings, agents } = &self.configured;
        if settings.current().await.owner_number.as_ref() == Some(number) {
            return Ok(true);
        }
        Ok(agents.phone_numbers().await?.contains(number))
    }
}

impl Policy {
    fn new(main_number: PhoneNumber, allowed: &str) -> Result<Self, EnvError> {
        let plan = Plan::of(&main_number.as_str()[1..]).ok_or(EnvError::Invalid("MAIN_NUMBER"))?;
        let home = plan.country_id("US").ok_or(EnvError::Invalid("MAIN_NUMBER"))?;
        let home_code = plan.code;
        let mut allowed: BTreeSet<_> = allowed
            .split(',')
            .map(|country| country.trim().trim_start_matches('+').to_ascii_uppercase())
            .filter(|country| !country.is_empty())
            .collect();
        if !allowed.iter().all(|country| numbering::is_known(country)) {
            return Err(EnvError::Invalid("ALLOWED_COUNTRIES"));
        }
        if allowed.is_empty() {
            allowed.insert(home.to_owned());
        }
        let north_american = if home_code == NORTH_AMERICA { home } else { "US" };
        Ok(Self { main_number, home, home_code, north_american, allowed })
    }

    fn parse(&self, field: &str, typed: &str) -> Result<PhoneNumber, Error> {
        typed::read(typed, self.home, self.home_code).map_err(|reason| refusal(field, reason))
    }

    fn check(&self, field: &str, number: &PhoneNumber) -> Result<(), Error> {
        let plan = self.check_personal(field, number)?;
        let allowed = match plan.country_id(self.north_american) {
            Some(country) => self.allowed.contains(country),
            None => self.allowed.contains(&plan.code.to_string()),
        };
        let detail = "numbers of this country are not called and texted from here";
        allowed.then_some(()).ok_or_else(|| invalid(field, detail))
    }

    fn check_personal<'n>(&self, field: &str, number: &'n PhoneNumber) -> Result<Plan<'n>, Error> {
        let plan = Plan::of(&number.as_str()[1..])
            .ok_or_else(|| refusal(field, NotANumber::Impossible))?;
        if typed::reaches_emergency(&plan) {
            return Err(refusal(field, NotANumber::Emergency));
        }
        if !plan.is_possible() {
            return Err(refusal(field, NotANumber::Impossible));
        }
        match plan.phone_type() {
            PhoneType::PremiumRate | PhoneType::SharedCost => {
                Err(invalid(field, "numbers at a special rate are not called and texted from here"))
            }
            _ => Ok(plan),
        }
    }
}

fn refusal(field: &str, reason: NotANumber) -> Error {
    invalid(
        field,
        match reason {
            NotANumber::Emergency => {
                "emergency services cannot be called or texted from here: use a phone"
            }
            NotANumber::TooShort => {
                "short numbers cannot be called or texted from here: give the whole number, or use a phone"
            }
            NotANumber::Impossible => {
                "this is no phone number: give it in full, with + and the country's code if it is abroad"
            }
        },
    )
}

#[cfg(test)]
mod tests;
