//! What a number tells of itself by the world's numbering plans, which crate `rlibphonenumber` has
//! from Google. <https://github.com/google/libphonenumber>

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber as Number, PhoneNumberType, Region,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::values::PhoneNumber;

/// The calling code of North America and much of the Caribbean: many countries, told apart by the
/// area code. <https://www.nanpa.com/>
pub(super) const NORTH_AMERICA: i32 = 1;

const MEXICO: i32 = 52;

/// One more than the highest national number of Mexico.
const MEXICO_END: u64 = 10_000_000_000;

/// What a phone number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneType {
    /// A phone at a fixed place.
    FixedLine,
    /// A mobile phone, which can take texts.
    Mobile,
    /// A fixed or a mobile phone: in North America their numbers look alike.
    FixedLineOrMobile,
    /// A number that is free for the caller.
    TollFree,
    /// A number whose owner the caller pays.
    PremiumRate,
    /// A number whose cost the caller and the owner share.
    SharedCost,
    /// A phone on the internet (voice over IP).
    Voip,
    /// A number that follows a person from phone to phone.
    PersonalNumber,
    /// A pager, which takes no calls.
    Pager,
    /// One number for all places of a company in the country.
    CompanyNumber,
    /// A number that leads to a voicemail box.
    Voicemail,
    /// A number in no part of the plan that is in use.
    Unknown,
}

impl PhoneType {
    /// Whether the area code of such a number says where it is.
    fn has_an_area(self) -> bool {
        matches!(self, Self::FixedLine | Self::Mobile | Self::FixedLineOrMobile)
    }
}

impl From<PhoneNumberType> for PhoneType {
    fn from(of_google: PhoneNumberType) -> Self {
        match of_google {
            PhoneNumberType::FixedLine => Self::FixedLine,
            PhoneNumberType::Mobile => Self::Mobile,
            PhoneNumberType::FixedLineOrMobile => Self::FixedLineOrMobile,
            PhoneNumberType::TollFree => Self::TollFree,
            PhoneNumberType::PremiumRate => Self::PremiumRate,
            PhoneNumberType::SharedCost => Self::SharedCost,
            PhoneNumberType::VoIP => Self::Voip,
            PhoneNumberType::PersonalNumber => Self::PersonalNumber,
            PhoneNumberType::Pager => Self::Pager,
            PhoneNumberType::UAN => Self::CompanyNumber,
            PhoneNumberType::VoiceMail => Self::Voicemail,
            PhoneNumberType::Unknown => Self::Unknown,
        }
    }
}

/// A number, taken apart by its country's numbering plan.
#[derive(Clone, Debug)]
pub(super) struct Plan(Number);

impl Plan {
    /// Takes a number apart; `None` where no country has such a calling code. It does so digit by
    /// digit: reading the number as typed would take digits that belong to some numbers for a
    /// prefix.
    pub fn of(number: &PhoneNumber) -> Option<Self> {
        let digits = &number.as_str()[1..];
        (1..=3).find_map(|length| {
            let (code, national) = digits.split_at_checked(length)?;
            let country_code = code.parse().ok()?;
            PHONE_NUMBER_UTIL.get_region_for_country_code(country_code)?;
            let zeros = national.len() - national.trim_start_matches('0').len();
            Some(Self(Number {
                country_code,
                national_number: national.parse().ok()?,
                italian_leading_zero: (zeros > 0).then_some(true),
                number_of_leading_zeros: i32::try_from(zeros).ok().filter(|zeros| *zeros > 0),
                ..Number::default()
            }))
        })
    }

    /// Takes apart what a person typed in country `home`: digits only, after a plus sign if there
    /// was one.
    pub fn read(typed: &str, home: Region) -> Option<Self> {
        let mut number = PHONE_NUMBER_UTIL.parse(typed, Some(home)).ok()?;
        // Address books still have the 1 that was before Mexico's mobile numbers until 2020.
        if number.country_code == MEXICO && number.national_number / MEXICO_END == 1 {
            number.national_number %= MEXICO_END;
        }
        Some(Self(number))
    }

    /// The calling code of the number's country or service, e.g. `49`.
    pub fn code(&self) -> i32 {
        self.0.country_code
    }

    /// The digits of the number after the calling code.
    pub fn national(&self) -> String {
        self.0.get_national_significant_number()
    }

    /// Whether a number of this code may have this many digits.
    pub fn is_possible(&self) -> bool {
        self.0.is_possible_with_reason() == Ok(NumberLengthType::IsPossible)
    }

    /// What the number is for, by the plan's ranges.
    pub fn phone_type(&self) -> PhoneType {
        self.0.get_type().into()
    }

    /// The number's country; `None` for satellites and global services. `north_american` is the
    /// country of numbers in North America that have no area: toll-free, personal (`+1500…`), and
    /// those that no carrier has (`+1555…`).
    pub fn country(&self, north_american: Region) -> Option<Region> {
        let main = || PHONE_NUMBER_UTIL.get_region_for_country_code(self.code());
        let country = self.0.get_region_code().or_else(main)?;
        match country {
            Region::World => None,
            Region::US if !self.phone_type().has_an_area() => Some(north_american),
            country => Some(country),
        }
    }
}

/// Whether there is a country with this ISO 3166 code, or a global service with this calling code.
pub(super) fn is_known(country: &str) -> bool {
    match country.parse() {
        Ok(code) => PHONE_NUMBER_UTIL.get_region_for_country_code(code) == Some(Region::World),
        Err(_) => country
            .parse()
            .is_ok_and(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some()),
    }
}

/// What a phone number is for, by its country's numbering plan.
pub fn phone_type_of(number: &PhoneNumber) -> PhoneType {
    Plan::of(number).map_or(PhoneType::Unknown, |plan| plan.phone_type())
}

/// The ISO 3166 code of a number's country; the United States for numbers of North America without
/// an area, `None` for satellites and global services.
pub fn country_of(number: &PhoneNumber) -> Option<String> {
    Plan::of(number)?.country(Region::US).map(|country| country.to_string())
}

/// The calling code of a number with its plus sign, e.g. `+49`.
pub fn calling_code_of(number: &PhoneNumber) -> Option<String> {
    Plan::of(number).map(|plan| format!("+{}", plan.code()))
}
