//! Wildcards of policies: `*` is any text, `?` any one character.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

/// Whether all of `text` is what the pattern says.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // What to go on with behind the last `*` when it takes one character more.
    let mut retry = None;
    loop {
        let before = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = before;
                retry = Some((pattern.clone(), text.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(wanted), Some(there)) if wanted == there => {}
            _ => {
                let Some((behind, at)) = &mut retry else { return false };
                if at.next().is_none() {
                    return false;
                }
                (pattern, text) = (behind.clone(), at.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_iams() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything/at:all", true),
            ("a*", "a", true),
            ("a*", "ba", false),
            ("*a", "banana", true),
            ("*a", "bananas", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a??", "aé", false),
            ("a?", "aé", true),
            ("**", "x", true),
            ("table/*/index/*", "table/calls/index/open", true),
            ("table/calls", "table/calls/index/open", false),
            ("recordings/*", "media/a.jpg", false),
            // No regular expressions.
            ("a.c", "abc", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} and {text}");
        }
    }
}
