//! What a number tells of itself, by the numbering plans of the world.
//!
//! The plans are Google's, by way of crate `phonenumber`; the rules over them are here, because the
//! crate's own lose zeros that belong to a number (Italy), take digits for a prefix that are none
//! (`+375 801…`), and do not tell whether a number is possible.
//! <https://github.com/google/libphonenumber>

use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::values::PhoneNumber;

/// The calling code of North America and much of the Caribbean: many countries, told apart by the
/// area code. <https://www.nanpa.com/>
pub(super) const NORTH_AMERICA: u16 = 1;

/// The id of plans that are no country's: satellites and global services.
const GLOBAL: &str = "001";

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneType {
    /// At a place.
    FixedLine,
    /// In a pocket.
    Mobile,
    /// One of the two: in North America they look alike.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// The caller pays the callee.
    PremiumRate,
    /// The caller and the callee pay.
    SharedCost,
    /// On the internet.
    Voip,
    /// Follows a person from phone to phone.
    PersonalNumber,
    /// A pager.
    Pager,
    /// A company's everywhere in the country.
    CompanyNumber,
    /// A mailbox.
    Voicemail,
    /// In no part of the plan that is in use.
    Unknown,
}

impl PhoneType {
    /// Whether the area code says where it is.
    fn has_an_area(self) -> bool {
        matches!(self, Self::FixedLine | Self::Mobile | Self::FixedLineOrMobile)
    }
}

/// A number as its plan sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan<'n> {
    /// Its calling code.
    pub code: u16,
    /// The rest of it.
    pub national: &'n str,
}

impl<'n> Plan<'n> {
    /// Of the digits of a number in E.164; `None` where no country has such a calling code.
    pub fn of(digits: &'n str) -> Option<Self> {
        (1..=3).find_map(|length| {
            let (code, national) = digits.split_at_checked(length)?;
            let code = code.parse().ok().filter(|_| !code.starts_with('0'))?;
            DATABASE.region(&code).map(|_| Self { code, national })
        })
    }

    fn plans(&self) -> impl Iterator<Item = &'static Metadata> + use<> {
        let regions = DATABASE.region(&self.code).unwrap_or_default();
        let single = DATABASE.by_code(&self.code).unwrap_or_default();
        // Only their order in the list of regions has the main country first.
        let by_id: Vec<_> = regions.iter().filter_map(|id| DATABASE.by_id(*id)).collect();
        let global = regions.contains(&GLOBAL);
        if global { single } else { by_id }.into_iter()
    }

    /// Whether a number of this code may have this many digits.
    pub fn is_possible(&self) -> bool {
        let length = self.national.len() as u16;
        if self.code == NORTH_AMERICA {
            // Its plans have shorter ones that nobody can dial from elsewhere.
            return length == 10;
        }
        self.plans()
            .flat_map(types)
            .any(|(_, descriptor)| descriptor.possible_length().contains(&length))
    }

    /// Whether it also begins as numbers of this code do.
    pub fn is_plausible(&self) -> bool {
        self.is_possible()
            && self.plans().any(|plan| plan.descriptors().general().is_match(self.national))
    }

    /// The plan of the country, where the code and what follows tell it.
    fn country(&self) -> Option<&'static Metadata> {
        let plans: Vec<_> = self.plans().collect();
        match plans[..] {
            [only] => Some(only),
            _ => plans.into_iter().find(|plan| match plan.leading_digits() {
                Some(digits) => digits.find(self.national).is_some_and(|found| found.start() == 0),
                None => type_in(plan, self.national) != PhoneType::Unknown,
            }),
        }
    }

    /// What it is for.
    pub fn phone_type(&self) -> PhoneType {
        self.country().map_or(PhoneType::Unknown, |plan| type_in(plan, self.national))
    }

    /// Its country by ISO 3166; `None` for satellites and global services. `north_american` is the
    /// country of those in North America that have no area: toll-free, personal (`+1500…`), and
    /// those that no carrier has (`+1555…`).
    pub fn country_id(&self, north_american: &'static str) -> Option<&'static str> {
        let found = self.country();
        if self.code == NORTH_AMERICA {
            return match found {
                Some(plan) if plan.leading_digits().is_some() => Some(plan.id()),
                Some(plan) if type_in(plan, self.national).has_an_area() => Some(plan.id()),
                _ => Some(north_american),
            };
        }
        found.or_else(|| self.plans().next()).map(Metadata::id).filter(|id| *id != GLOBAL)
    }
}

/// The types of a plan, those first that a number must not be mistaken about.
fn types(plan: &'static Metadata) -> impl Iterator<Item = (PhoneType, &'static Descriptor)> {
    let types = plan.descriptors();
    [
        (PhoneType::PremiumRate, types.premium_rate()),
        (PhoneType::TollFree, types.toll_free()),
        (PhoneType::SharedCost, types.shared_cost()),
        (PhoneType::Voip, types.voip()),
        (PhoneType::PersonalNumber, types.personal_number()),
        (PhoneType::Pager, types.pager()),
        (PhoneType::CompanyNumber, types.uan()),
        (PhoneType::Voicemail, types.voicemail()),
        (PhoneType::FixedLine, types.fixed_line()),
        (PhoneType::Mobile, types.mobile()),
    ]
    .into_iter()
    .filter_map(|(kind, descriptor)| Some((kind, descriptor?)))
}

fn type_in(plan: &'static Metadata, national: &str) -> PhoneType {
    if !plan.descriptors().general().is_match(national) {
        return PhoneType::Unknown;
    }
    let is_mobile = plan.descriptors().mobile().is_some_and(|mobile| mobile.is_match(national));
    match types(plan).find(|(_, descriptor)| descriptor.is_match(national)) {
        Some((PhoneType::FixedLine, _)) if is_mobile => PhoneType::FixedLineOrMobile,
        Some((kind, _)) => kind,
        None => PhoneType::Unknown,
    }
}

/// Whether there is a country with this id, or a global service with this calling code.
pub(super) fn is_known(country: &str) -> bool {
    let global = |code: u16| DATABASE.region(&code).is_some_and(|ids| ids.contains(&GLOBAL));
    match country.parse() {
        Ok(code) => global(code),
        Err(_) => country != GLOBAL && DATABASE.by_id(country).is_some(),
    }
}

/// The digits that a country dials before a national number.
pub(super) fn trunk_prefix(country: &str) -> Option<&'static str> {
    DATABASE.by_id(country).and_then(Metadata::national_prefix)
}

/// The main country of a calling code.
pub(super) fn main_country(code: u16) -> Option<&'static str> {
    DATABASE.region(&code)?.first().copied()
}

/// What a number is for.
pub fn phone_type_of(number: &PhoneNumber) -> PhoneType {
    Plan::of(&number.as_str()[1..]).map_or(PhoneType::Unknown, |plan| plan.phone_type())
}

/// The country of a number by ISO 3166; the United States for those of North America without an
/// area, `None` for satellites and global services.
pub fn country_of(number: &PhoneNumber) -> Option<&'static str> {
    Plan::of(&number.as_str()[1..])?.country_id("US")
}

/// The calling code of a number with its plus sign, e.g. `+49`.
pub fn calling_code_of(number: &PhoneNumber) -> Option<String> {
    Plan::of(&number.as_str()[1..]).map(|plan| format!("+{}", plan.code))
}
