//! Finds contacts by the beginning of a name or a number.

use super::Contact;
use crate::aws::table::Key;

/// The partition with the items that a search reads.
pub(super) const SEARCH: &str = "SEARCH";

/// How many words of a name are searched: more than names have.
const MAX_WORDS: usize = 8;

/// The keys under which a contact is found: its numbers' digits, and its name from each of its
/// words on, so that "smith" and "ann s" find Ann Smith.
pub(super) fn keys(contact: &Contact) -> Vec<Key> {
    let name = contact.name.as_deref().map(normal).unwrap_or_default();
    let starts = name
        .char_indices()
        .filter(|(place, _)| *place == 0 || name[..*place].ends_with(' '))
        .map(|(place, _)| name[place..].to_owned());
    let numbers =
        contact.numbers.iter().map(|number| number.as_str().trim_start_matches('+').to_owned());
    // Each once: a name may hold a number, and a transaction writes no item twice.
    let mut terms = Vec::new();
    for term in starts.filter(|term| !term.is_empty()).take(MAX_WORDS).chain(numbers) {
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    terms.into_iter().map(|term| Key::new(SEARCH, format!("{term}#{}", contact.id))).collect()
}

/// What a user typed, in the form that the keys have: the digits of a number however it is written,
/// or a name in lower case with single spaces.
pub(super) fn prefix(typed: &str) -> String {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let is_number =
        !digits.is_empty() && typed.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    if is_number { digits } else { normal(typed) }
}

/// A text in lower case, with single spaces, and without `#`, which ends a term in a key.
fn normal(text: &str) -> String {
    let text = text.to_lowercase().replace('#', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn a_name_is_found_from_each_of_its_words_on() {
        let contact = Contact {
            id: "0".repeat(32).parse().unwrap(),
            name: Some("Ann  de Groot".into()),
            numbers: vec!["+15005550111".parse().unwrap()],
            status: Default::default(),
            assignee: None,
            unread: 0,
            blocked: false,
            opted_out: false,
            last_activity_at: OffsetDateTime::UNIX_EPOCH,
            last_entry: None,
            revision: None,
        };
        let keys: Vec<_> = keys(&contact).into_iter().map(|key| key.sort).collect();
        let id = contact.id.as_str();
        let expected = ["ann de groot", "de groot", "groot", "15005550111"];
        assert_eq!(keys, expected.map(|term| format!("{term}#{id}")));
        for typed in ["ann", "Ann D", "GROOT", "+1 (500) 555", "1500"] {
            assert!(keys.iter().any(|key| key.starts_with(&prefix(typed))), "{typed}");
        }
    }
}
