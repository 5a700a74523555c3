//! Phone numbers as Twilio writes them: E.164, and how a person reads them.

/// The number in E.164, from the spellings that Twilio accepts: E.164 itself
/// with any punctuation, or a US number without its country code.
///
/// <https://www.twilio.com/docs/voice/twiml/number>
pub(crate) fn normalize(text: &str) -> Option<String> {
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '(' | ')'))
        .collect();
    let (plus, digits) = match compact.strip_prefix('+') {
        Some(digits) => (true, digits),
        None => (false, compact.as_str()),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match (plus, digits.len()) {
        (true, 7..=15) if !digits.starts_with('0') => Some(format!("+{digits}")),
        (false, 10) => Some(format!("+1{digits}")),
        (false, 11) if digits.starts_with('1') => Some(format!("+{digits}")),
        _ => None,
    }
}

/// Whether this is a whole number of the North American numbering plan.
pub(crate) fn is_north_american(number: &str) -> bool {
    number.len() == 12 && number.starts_with("+1")
}

/// Whether this is a toll-free number of North America.
pub(crate) fn is_toll_free(number: &str) -> bool {
    const CODES: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];
    is_north_american(number) && CODES.iter().any(|code| number[2..].starts_with(code))
}

/// The number as Twilio's `…_formatted` properties show it: US numbers as
/// `(415) 867-5308`, others unchanged.
pub(crate) fn formatted(number: &str) -> String {
    match number.strip_prefix("+1") {
        Some(digits) if digits.len() == 10 && digits.is_ascii() => {
            format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..])
        }
        _ => number.to_owned(),
    }
}

/// The ISO country of a number, for the countries that the simulator knows by
/// their code; empty for all others, as Twilio leaves it empty.
fn country(number: &str) -> &'static str {
    const CODES: [(&str, &str); 16] = [
        ("+1", "US"),
        ("+31", "NL"),
        ("+32", "BE"),
        ("+33", "FR"),
        ("+34", "ES"),
        ("+353", "IE"),
        ("+39", "IT"),
        ("+41", "CH"),
        ("+43", "AT"),
        ("+44", "GB"),
        ("+46", "SE"),
        ("+48", "PL"),
        ("+49", "DE"),
        ("+61", "AU"),
        ("+81", "JP"),
        ("+91", "IN"),
    ];
    CODES.iter().find(|(code, _)| number.starts_with(code)).map_or("", |(_, country)| country)
}

/// Where a number is, as Twilio tells apps; empty for what it cannot locate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) zip: &'static str,
    pub(crate) country: &'static str,
}

/// Where a number is: always the same for the same number. US numbers have a city, a state and a
/// zip code, others only their country, as is mostly so at Twilio.
pub(crate) fn place(number: &str) -> Place {
    const TOWNS: [(&str, &str, &str); 6] = [
        ("SAN FRANCISCO", "CA", "94105"),
        ("NEW YORK", "NY", "10014"),
        ("ST. LOUIS", "MO", "63101"),
        ("COEUR D'ALENE", "ID", "83814"),
        ("WINSTON-SALEM", "NC", "27101"),
        ("BOSTON & CAMBRIDGE", "MA", "02108"),
    ];
    let country = country(number);
    if country != "US" {
        return Place { country, ..Place::default() };
    }
    let sum: usize = number.bytes().map(usize::from).sum();
    let (city, state, zip) = TOWNS[sum % TOWNS.len()];
    Place { city, state, zip, country }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_e164() {
        for (text, number) in [
            ("+14155551212", Some("+14155551212")),
            ("415-555-1212", Some("+14155551212")),
            ("(415) 555 1212", Some("+14155551212")),
            ("1.415.555.1212", Some("+14155551212")),
            ("+44 20 7946 0000", Some("+442079460000")),
            ("911", None),
            ("+0123456789", None),
            ("anonymous", None),
            ("", None),
        ] {
            assert_eq!(normalize(text).as_deref(), number, "{text}");
        }
        assert_eq!(formatted("+14155551212"), "(415) 555-1212");
        assert!(is_toll_free("+18335551212") && !is_toll_free("+18325551212"));
    }
}
