//! Smart Encoding: typographic characters become ones of the GSM alphabet.
//!
//! <https://www.twilio.com/docs/messaging/services/smart-encoding-char-list>

/// The text with plain characters wherever Twilio has one for what it holds.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        match plain(c) {
            Some(plain) => encoded.push_str(plain),
            None => encoded.push(c),
        }
    }
    encoded
}

fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{ab}'
        | '\u{bb}'
        | '\u{2ba}'
        | '\u{2ee}'
        | '\u{201c}'..='\u{201f}'
        | '\u{275d}'
        | '\u{275e}'
        | '\u{301d}'
        | '\u{301e}'
        | '\u{ff02}' => "\"",
        '\u{2b9}' | '\u{2bb}' | '\u{2bc}' | '\u{2bd}' | '\u{2c8}' | '\u{2ca}' | '\u{2cb}'
        | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{2035}' | '\u{275b}'
        | '\u{275c}' | '\u{ff07}' => "'",
        '\u{201a}' | '\u{2c}' | '\u{ff0c}' => ",",
        '\u{f7}' | '\u{2044}' | '\u{2215}' => "/",
        '\u{bc}' => "1/4",
        '\u{bd}' => "1/2",
        '\u{be}' => "3/4",
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{ff0d}' => "-",
        '\u{2026}' => "...",
        '\u{2039}' => "<",
        '\u{203a}' => ">",
        '\u{2c6}' => "^",
        '\u{2dc}' => "~",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{200b}' | '\u{2060}' | '\u{feff}' => "",
        '\u{2028}' | '\u{2029}' | '\u{85}' => "\n",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typography_becomes_plain_and_letters_stay() {
        for (text, encoded) in [
            ("\u{201c}Don\u{2019}t\u{201d} \u{2013} wait\u{2026}", "\"Don't\" - wait..."),
            ("N\u{fa}\u{f1}ez, \u{1f44d}", "N\u{fa}\u{f1}ez, \u{1f44d}"),
            ("no\u{a0}break\u{200b}", "no break"),
            ("", ""),
        ] {
            assert_eq!(encode(text), encoded);
        }
    }
}
