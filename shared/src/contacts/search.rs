//! Finds contacts by the beginning of a name or a number, or by the end of a number.

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::Contact;
use crate::aws::table::Key;

/// The partition with the items that a search reads.
pub(super) const SEARCH: &str = "SEARCH";

/// How many words of a name are searched: more than names have.
const MAX_WORDS: usize = 8;

/// How many digits a search for the end of a number has at least.
const SHORTEST_END: usize = 4;

/// What begins the terms that are numbers read backwards.
const BACKWARDS: char = '<';

/// The keys under which a contact is found: its numbers' digits, forwards and backwards, and its
/// name from each of its words on, so that "smith" and "ann s" find Ann Smith.
pub(super) fn keys(contact: &Contact) -> Vec<Key> {
    let words = contact.name.as_deref().map(words).unwrap_or_default();
    let starts = (0..words.len()).map(|first| words[first..].concat()).take(MAX_WORDS);
    let numbers = contact.numbers.iter().flat_map(|number| {
        let number = number.as_str().trim_start_matches('+');
        let backwards = number.chars().all(|c| c.is_ascii_digit()).then(|| backwards(number));
        [Some(number.to_lowercase()), backwards].into_iter().flatten()
    });
    // Each once: a name may hold a number, and a transaction writes no item twice.
    let mut terms = Vec::new();
    for term in starts.chain(numbers) {
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    terms.into_iter().map(|term| Key::new(SEARCH, format!("{term}#{}", contact.id))).collect()
}

/// What a user typed, in the forms that keys begin with; the first that finds something counts. A
/// number is typed in full, as it is dialled at home, or its last digits.
pub(super) fn prefixes(typed: &str) -> Vec<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let is_number =
        !digits.is_empty() && typed.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    if !is_number {
        let name = words(typed).concat();
        return if name.is_empty() { Vec::new() } else { vec![name] };
    }
    if typed.contains('+') {
        return vec![digits];
    }
    // 0 and 00 are dialled before numbers of the country and of others, and may be part of an end.
    let dialled = digits.trim_start_matches('0');
    let ends = [digits.as_str(), dialled].into_iter().filter(|end| end.len() >= SHORTEST_END);
    let mut terms: Vec<_> = ends.map(backwards).chain([dialled.to_owned()]).collect();
    terms.dedup();
    terms.retain(|term| !term.is_empty());
    terms
}

fn backwards(number: &str) -> String {
    std::iter::once(BACKWARDS).chain(number.chars().rev()).collect()
}

/// The words of a text, in lower case and without accents and signs.
fn words(text: &str) -> Vec<String> {
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut words = vec![String::new()];
    for c in plain.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' | '\'' | '\u{2019}' => {}
            'ø' => push(&mut words, "o"),
            'ł' => push(&mut words, "l"),
            'đ' => push(&mut words, "d"),
            'ß' => push(&mut words, "ss"),
            'æ' => push(&mut words, "ae"),
            'œ' => push(&mut words, "oe"),
            c if c.is_alphanumeric() => push(&mut words, c.encode_utf8(&mut [0; 4])),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn push(words: &mut [String], letters: &str) {
    if let Some(word) = words.last_mut() {
        word.push_str(letters);
    }
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
        let expected = ["anndegroot", "degroot", "groot", "15005550111", "<11105550051"];
        assert_eq!(keys, expected.map(|term| format!("{term}#{id}")));
        let finds = |typed: &str| {
            let found = |prefix: &String| keys.iter().any(|key| key.starts_with(prefix));
            prefixes(typed).iter().any(found)
        };
        for typed in [
            "ann",
            "Ann D",
            "GROOT",
            "an\u{301}n",
            "\u{c4}nn",
            "de-groot",
            "+1 (500) 555",
            "1500",
            "(500) 555-0111",
            "0500 5550111",
            "555 0111",
            "0111",
            "150",
        ] {
            assert!(finds(typed), "{typed}");
        }
        for typed in ["root", "011", "+500", "5550112", "-", ""] {
            assert!(!finds(typed), "{typed}");
        }
    }
    #[test]
    fn names_are_found_without_accents_and_signs() {
        for (name, typed) in [
            ("N\u{fa}\u{f1}ez", "nunez"),
            ("O'Brien", "obrien"),
            ("O\u{2019}Brien", "o'brien"),
            ("Jean-Luc", "jean luc"),
            ("Jean-Luc", "jeanluc"),
            ("S\u{f8}ren", "soren"),
            ("Stra\u{df}er", "strasser"),
            ("\u{141}ukasz", "lukasz"),
        ] {
            assert!(words(name).concat().starts_with(&prefixes(typed)[0]), "{name} {typed}");
        }
    }
}
