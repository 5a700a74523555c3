//! The phone numbers that we have at Twilio.
//! <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Error,
    aws::table::Page,
    error::bad_request,
    numbering::{PhoneType, calling_code_of, country_of, phone_type_of},
    twilio::TwilioClient,
    values::PhoneNumber,
};

/// The query parameters that lead from one page of Twilio's list to the next. Twilio alone chooses
/// their values.
const PAGING: [&str; 3] = ["PageSize", "Page", "PageToken"];

/// A phone number that this deployment has at Twilio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OurNumber {
    /// The number in E.164, e.g. `+15005550100`.
    pub phone_number: PhoneNumber,
    /// The ISO 3166 code of the number's country; null for a global service.
    #[schema(required)]
    pub iso_country: Option<String>,
    /// The number's calling code, e.g. `+1`.
    #[schema(required)]
    pub prefix: Option<String>,
    /// What the number is for, by its country's numbering plan.
    pub phone_type: PhoneType,
    /// The state or province of the number; null where it is not known.
    #[schema(required)]
    pub region: Option<String>,
    /// In North America, the town whose rates apply to the number; null where it is not known.
    #[schema(required)]
    pub rate_center: Option<String>,
    /// The provider that the number is from: `twilio`.
    pub provider: String,
}

impl From<PhoneNumber> for OurNumber {
    fn from(phone_number: PhoneNumber) -> Self {
        Self {
            iso_country: country_of(&phone_number),
            prefix: calling_code_of(&phone_number),
            phone_type: phone_type_of(&phone_number),
            // Twilio tells them of numbers that can be bought, not of those that are.
            region: None,
            rate_center: None,
            provider: "twilio".to_owned(),
            phone_number,
        }
    }
}

#[derive(Deserialize)]
struct TwilioPage {
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    incoming_phone_numbers: Vec<TwilioNumber>,
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct TwilioNumber {
    phone_number: PhoneNumber,
}

/// Reads a page of our numbers from Twilio.
///
/// # Errors
/// 400 for a cursor that no page gave; otherwise as [`TwilioClient::get`].
pub async fn page(
    twilio: &TwilioClient,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<OurNumber>, Error> {
    let query = match cursor {
        Some(cursor) => decode(cursor)?,
        None => vec![("PageSize".to_owned(), limit.to_string())],
    };
    let query: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page: TwilioPage = twilio.get("IncomingPhoneNumbers.json", &query).await?;
    let numbers = page.incoming_phone_numbers.into_iter();
    Ok(Page {
        items: numbers.map(|number| number.phone_number.into()).collect(),
        next: page.next_page_uri.as_deref().and_then(encode),
    })
}

/// Makes a cursor of the query in Twilio's address of the next page. The rest of that address is
/// known.
/// <https://www.twilio.com/docs/usage/twilios-response#pagination>
fn encode(next_page_uri: &str) -> Option<String> {
    next_page_uri.split_once('?').map(|(_, query)| URL_SAFE_NO_PAD.encode(query))
}

fn decode(cursor: &str) -> Result<Vec<(String, String)>, Error> {
    let query = URL_SAFE_NO_PAD.decode(cursor).ok().filter(|query| query.len() <= 500);
    let query: Option<Vec<(String, String)>> =
        query.map(|query| form_urlencoded::parse(&query).into_owned().collect());
    query
        .filter(|query| !query.is_empty())
        .filter(|query| query.iter().all(|(name, _)| PAGING.contains(&name.as_str())))
        .ok_or_else(|| bad_request("the cursor is not one that a page of this list gave"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_holds_nothing_but_twilios_paging() {
        let next =
            "/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json?PageSize=50&Page=1&PageToken=PAPN1";
        let query = decode(&encode(next).unwrap()).unwrap();
        assert_eq!(query[1..], [("Page".into(), "1".into()), ("PageToken".into(), "PAPN1".into())]);
        for forged in ["", "%", "eA", "UGhvbmVOdW1iZXI9MQ"] {
            assert!(decode(forged).is_err(), "{forged}");
        }
    }

    #[test]
    fn a_number_is_shown_with_what_it_tells_of_itself() {
        let number = OurNumber::from("+15005550100".parse::<PhoneNumber>().unwrap());
        insta::assert_snapshot!(serde_json::to_string(&number).unwrap(), @r#"{"phone_number":"+15005550100","iso_country":"US","prefix":"+1","phone_type":"personal_number","region":null,"rate_center":null,"provider":"twilio"}"#);
    }
}
