//! How many SMS a text takes.
//!
//! <https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding> and
//! <https://www.twilio.com/docs/glossary/what-is-ucs-2-character-encoding>

use unicode_segmentation::UnicodeSegmentation;

/// The characters of the GSM 03.38 basic alphabet, which take one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The characters of its extension: an escape and another septet, which stay together.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The segments of a text: 160 septets, or 153 each of several; with any other
/// character 70 UTF-16 code units, or 67. What people see as one character, such as an emoji with
/// its skin tone, stays in one segment.
pub(crate) fn count(text: &str) -> u32 {
    let septets = |c: char| match c {
        c if BASIC.contains(c) => Some(1),
        c if EXTENSION.contains(c) => Some(2),
        _ => None,
    };
    match text.chars().map(septets).collect::<Option<Vec<usize>>>() {
        Some(sizes) => fill(&sizes, 160, 153),
        None => fill(&graphemes(text), 70, 67),
    }
}

/// The sizes of what people see as characters, in UTF-16 code units. One that fits into no segment
/// is cut after all.
fn graphemes(text: &str) -> Vec<usize> {
    let size = |grapheme: &str| grapheme.chars().map(char::len_utf16).collect::<Vec<_>>();
    let whole = |sizes: Vec<usize>| match sizes.iter().sum() {
        sum if sum <= 67 => vec![sum],
        _ => sizes,
    };
    text.graphemes(true).flat_map(|grapheme| whole(size(grapheme))).collect()
}

fn fill(sizes: &[usize], alone: usize, each: usize) -> u32 {
    if sizes.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (mut segments, mut used) = (1, 0);
    for size in sizes {
        if used + size > each {
            segments += 1;
            used = 0;
        }
        used += size;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_where_twilio_cuts_them() {
        for (text, segments) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            // The euro sign counts two, and its escape is not cut off.
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("€".repeat(152), 2),
            ("€".repeat(153), 3),
            ("ç".repeat(70), 1),
            ("ç".repeat(71), 2),
            ("ç".repeat(134), 2),
            // So is no half of a surrogate pair: 33 to a segment.
            ("😀".repeat(35), 1),
            ("😀".repeat(36), 2),
            ("😀".repeat(66), 2),
            ("😀".repeat(67), 3),
            // Nor a skin tone, nor a family.
            (format!("{}👍🏽{}", "a".repeat(65), "a".repeat(65)), 3),
            (format!("{}👍{}", "a".repeat(65), "a".repeat(67)), 2),
            (format!("{}👩‍👩‍👧‍👦{}", "a".repeat(60), "a".repeat(60)), 3),
        ] {
            let first = text.chars().next();
            assert_eq!(count(&text), segments, "{} of {first:?}", text.chars().count());
        }
    }
}
