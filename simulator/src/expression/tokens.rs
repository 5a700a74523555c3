//! The words and signs of an expression.

/// A word or a sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A key or a keyword, with its dots: `object.attr`.
    Word(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
}

/// Signs, longer ones before their beginnings.
const SIGNS: [&str; 16] =
    ["==", "!=", "<=", ">=", "&&", "||", "=", "<", ">", "!", "(", ")", "[", "]", ",", "."];

/// Splits an expression.
///
/// # Errors
/// It has a character that has no meaning, or a text without an end.
pub(super) fn split(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\'' | '"' => quoted(rest, first)?,
            '0'..='9' => number(rest)?,
            'a'..='z' | 'A'..='Z' | '_' | '$' | '@' => {
                let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '@' | '.');
                let end = rest.find(|c: char| !part(c)).unwrap_or(rest.len());
                (Token::Word(rest[..end].to_owned()), end)
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Token::Sign(sign), sign.len()),
                None => {
                    let at = text.len() - rest.len();
                    return Err(format!("token recognition error at {at}: {first:?}"));
                }
            },
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn quoted(rest: &str, quote: char) -> Result<(Token, usize), String> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
            end if end == quote => return Ok((Token::Text(text), at + 1)),
            other => text.push(other),
        }
    }
    Err(format!("a text has no end: {rest}"))
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let number = rest[..end].parse().map_err(|_| format!("no number: {}", &rest[..end]))?;
    Ok((Token::Number(number), end))
}
