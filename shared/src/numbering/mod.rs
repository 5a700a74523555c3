//! The rules for which numbers may be called and texted, as far as they need no look into the
//! table.
//!
//! | rule | applies to |
//! |---|---|
//! | no emergency number, and a length that numbers of its country have | all |
//! | not our own number | all |
//! | no number that the caller pays the callee for, no pager and no personal number | all |
//! | in an allowed country | all but those that an administrator gave the owner and the agents |

mod emergency;
mod plan;
mod typed;

use std::collections::BTreeSet;

pub use plan::{PhoneType, calling_code_of, country_of, phone_type_of};

use rlibphonenumber::Region;

use crate::{
    Error,
    error::invalid,
    process::env::{self, EnvError},
    values::PhoneNumber,
};
use plan::{NORTH_AMERICA, Plan};
use typed::NotANumber;

/// The numbers that Twilio and we test with: personal numbers by their plan.
/// <https://www.twilio.com/docs/iam/test-credentials#test-sms-messages-parameters-From>
const TEST_NUMBERS: &str = "+1500";

/// All of Britain's pagers, of which the plan names the assigned ones only, and what is among them: the
/// mobile phones of the Isle of Man.
const BRITISH_PAGERS: &str = "+4476";
const MANX_MOBILES: &str = "+447624";

const COSTLY: &str = "pagers and personal numbers are not called and texted from here";

/// The rules for which numbers may be called and texted, as far as the numbers themselves tell.
#[derive(Debug)]
pub struct Rules {
    main_number: PhoneNumber,
    /// The country of the main number.
    home: Region,
    /// The country of numbers in North America that have no area.
    north_american: Region,
    /// Countries by ISO 3166, and global services by their calling code.
    allowed: BTreeSet<String>,
}

impl Rules {
    /// The rules from variables `MAIN_NUMBER` and `ALLOWED_COUNTRIES` (ISO 3166 codes, and calling
    /// codes of satellites and global services, with commas between; the main number's country when
    /// it is empty).
    ///
    /// # Errors
    /// When a variable is not set or not valid.
    pub fn from_env() -> Result<Self, EnvError> {
        let allowed = env::optional("ALLOWED_COUNTRIES").unwrap_or_default();
        Self::new(env::parsed("MAIN_NUMBER")?, &allowed)
    }

    fn new(main_number: PhoneNumber, allowed: &str) -> Result<Self, EnvError> {
        let plan = Plan::of(&main_number).ok_or(EnvError::Invalid("MAIN_NUMBER"))?;
        let home = plan.country(Region::US).ok_or(EnvError::Invalid("MAIN_NUMBER"))?;
        let mut allowed: BTreeSet<_> = allowed
            .split(',')
            .map(|country| country.trim().trim_start_matches('+').to_ascii_uppercase())
            .filter(|country| !country.is_empty())
            .collect();
        if !allowed.iter().all(|country| plan::is_known(country)) {
            return Err(EnvError::Invalid("ALLOWED_COUNTRIES"));
        }
        if allowed.is_empty() {
            allowed.insert(home.to_string());
        }
        let north_american = if plan.code() == NORTH_AMERICA { home } else { Region::US };
        Ok(Self { main_number, home, north_american, allowed })
    }

    /// Our main number, which callers dial and which we call and text from.
    pub fn main_number(&self) -> &PhoneNumber {
        &self.main_number
    }

    /// Reads what a person typed in `field`, in E.164 or as it is dialled in the main number's
    /// country. A number must be possible, and need not be assigned.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn parse(&self, field: &str, typed: &str) -> Result<PhoneNumber, Error> {
        typed::read(typed, self.home).map_err(|reason| refusal(field, reason))
    }

    /// Checks that people who are not our own may be called and texted at this number.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn check(&self, field: &str, number: &PhoneNumber) -> Result<(), Error> {
        let plan = self.checked_plan(field, number)?;
        let id = match plan.country(self.north_american) {
            Some(country) => country.to_string(),
            None => plan.code().to_string(),
        };
        let detail = "numbers of this country are not called and texted from here";
        self.allowed.contains(&id).then_some(()).ok_or_else(|| invalid(field, detail))
    }

    /// Checks that this may be the phone of the owner or an agent: it may be in any country, but at
    /// no special rate.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn check_personal(&self, field: &str, number: &PhoneNumber) -> Result<(), Error> {
        self.checked_plan(field, number).map(drop)
    }

    fn checked_plan(&self, field: &str, number: &PhoneNumber) -> Result<Plan, Error> {
        let plan = Plan::of(number).ok_or_else(|| refusal(field, NotANumber::Impossible))?;
        if typed::reaches_emergency(&plan) {
            return Err(refusal(field, NotANumber::Emergency));
        }
        if !plan.is_possible() {
            return Err(refusal(field, NotANumber::Impossible));
        }
        if *number == self.main_number {
            return Err(invalid(
                field,
                "this is our own number: a call to it would come back to us",
            ));
        }
        let is_test_number = number.as_str().starts_with(TEST_NUMBERS);
        let is_british_pager = number.as_str().starts_with(BRITISH_PAGERS)
            && !number.as_str().starts_with(MANX_MOBILES);
        match plan.phone_type() {
            PhoneType::PremiumRate | PhoneType::SharedCost => {
                Err(invalid(field, "numbers at a special rate are not called and texted from here"))
            }
            // Both cost what premium numbers do: Britain's +4470 and +4476 are known for it.
            PhoneType::Pager | PhoneType::PersonalNumber if !is_test_number => {
                Err(invalid(field, COSTLY))
            }
            _ if is_british_pager => Err(invalid(field, COSTLY)),
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
