//! The characters of an app's answer: in UTF-8, or as its header or its XML declaration says.

use encoding_rs::{Encoding, UTF_8};

/// Why a document cannot be read: its bytes are no text, or of an encoding that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) String);

/// The text of an answer, and why it cannot be run if it is a document that is unreadable.
pub(super) fn decode(bytes: &[u8], content_type: Option<&str>) -> (String, Option<Unreadable>) {
    let label = content_type.and_then(charset).or_else(|| declared(bytes));
    let known = match &label {
        None => Some(UTF_8),
        Some(label) => Encoding::for_label(label.as_bytes()),
    };
    let (text, _, malformed) = known.unwrap_or(UTF_8).decode(bytes);
    let problem = match (known, label) {
        (None, label) => Some(format!("unknown encoding {:?}", label.unwrap_or_default())),
        (Some(encoding), _) if malformed => Some(format!("bytes that are not {}", encoding.name())),
        _ => None,
    };
    let problem = problem.filter(|_| is_document(content_type)).map(Unreadable);
    (text.into_owned(), problem)
}

fn is_document(content_type: Option<&str>) -> bool {
    let mime = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    let mime = mime.trim().to_ascii_lowercase();
    matches!(mime.as_str(), "text/xml" | "application/xml" | "text/html")
}

/// The parameter `charset` of a content type.
fn charset(content_type: &str) -> Option<String> {
    let mut params = content_type.split(';').skip(1).filter_map(|param| param.split_once('='));
    let (_, value) = params.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    let value = value.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// The `encoding` of an XML declaration.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let declaration = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let (_, after) = declaration.split_once("encoding")?;
    let quoted = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = quoted[1..].split(quote).next()?;
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_header_or_declaration_says() {
        let latin = |rest: &[u8]| [b"<?xml version='1.0' encoding='ISO-8859-1'?>", rest].concat();
        for (bytes, content_type, ending) in [
            (b"Gr\xfc\xdfe".to_vec(), "text/xml; charset=ISO-8859-1", "Grüße"),
            (latin(b"Gr\xfc\xdfe"), "text/xml", "Grüße"),
            ("Grüße".as_bytes().to_vec(), "text/xml", "Grüße"),
            // The header wins.
            (latin("Grüße".as_bytes()), "application/xml; Charset=\"utf-8\"", "Grüße"),
            (b"Gr\xfc\xdfe".to_vec(), "text/plain", "Gr\u{fffd}\u{fffd}e"),
        ] {
            let (text, problem) = decode(&bytes, Some(content_type));
            assert!(text.ends_with(ending), "{text}");
            assert_eq!(problem, None);
        }
    }

    #[test]
    fn documents_of_other_bytes_or_encodings_are_unreadable() {
        let problem = |bytes: &[u8], content_type| decode(bytes, Some(content_type)).1;
        assert_eq!(
            problem(b"Gr\xfc\xdfe", "text/xml"),
            Some(Unreadable("bytes that are not UTF-8".to_owned()))
        );
        assert_eq!(
            problem(b"hello", "text/html; charset=klingon"),
            Some(Unreadable("unknown encoding \"klingon\"".to_owned()))
        );
    }
}
