//! Well-formed XML as a tree, or a reason why it is none. Strict: what Twilio's
//! parser refuses must not pass here.

use std::collections::BTreeMap;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// An element with its attributes and content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) content: Vec<Node>,
}

/// What stands inside of an element: another one, or text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// All text in it, that of its descendants included.
    pub(super) fn text(&self) -> String {
        let parts = self.content.iter().map(|node| match node {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        });
        parts.collect()
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.content.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    fn push_text(&mut self, text: &str) {
        match self.content.last_mut() {
            Some(Node::Text(last)) => last.push_str(text),
            _ => self.content.push(Node::Text(text.to_owned())),
        }
    }
}

/// The root element of a document.
///
/// # Errors
/// The document is not well-formed; the text says why.
pub(super) fn parse(document: &str) -> Result<Element, String> {
    let document = document.strip_prefix('\u{feff}').unwrap_or(document);
    if document.trim_start() != document && document.trim_start().starts_with("<?xml") {
        return Err("whitespace before the XML declaration".to_owned());
    }
    if let Some(c) = document.chars().find(|c| !is_xml_char(*c)) {
        return Err(format!("character U+{:04X} is not allowed in XML", c as u32));
    }
    let mut reader = Reader::from_str(document);
    reader.config_mut().check_comments = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let closed = match event {
            Event::Start(start) => {
                check_root(&open, root.as_ref())?;
                open.push(element(&start)?);
                None
            }
            Event::Empty(start) => {
                check_root(&open, root.as_ref())?;
                Some(element(&start)?)
            }
            // The reader has checked that it ends what is open.
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add_text(&mut open, &text.xml10_content())?;
                None
            }
            Event::CData(text) => {
                add_text(&mut open, &text.xml10_content())?;
                None
            }
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                let text = match character {
                    Some(c) if is_xml_char(c) => c.to_string(),
                    Some(c) => return Err(format!("character U+{:04X} is not allowed", c as u32)),
                    None => resolve_predefined_entity(&reference)
                        .ok_or_else(|| format!("entity &{}; is not defined", &*reference))?
                        .to_owned(),
                };
                let parent = open.last_mut().ok_or("a reference outside of the root element")?;
                parent.push_text(&text);
                None
            }
            Event::DocType(_) => return Err("a document type is not allowed".to_owned()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => None,
            Event::Eof => break,
        };
        if let Some(closed) = closed {
            match open.last_mut() {
                Some(parent) => parent.content.push(Node::Element(closed)),
                None => root = Some(closed),
            }
        }
    }
    match (open.last(), root) {
        (Some(element), _) => Err(format!("<{}> is not closed", element.name)),
        (None, Some(root)) => Ok(root),
        (None, None) => Err("there is no element".to_owned()),
    }
}

fn check_root(open: &[Element], root: Option<&Element>) -> Result<(), String> {
    if open.is_empty() && root.is_some() {
        return Err("there is more than one root element".to_owned());
    }
    Ok(())
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.value.contains('<') {
            return Err("< in an attribute".to_owned());
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?;
        attributes.insert(attribute.key.0.to_owned(), value.into_owned());
    }
    Ok(Element { name: start.name().0.to_owned(), attributes, content: Vec::new() })
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.push_text(text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside of the root element".to_owned()),
    }
    Ok(())
}

/// Whether XML allows this character: <https://www.w3.org/TR/xml/#charsets>.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_references_join() {
        let root = parse(
            "<Response><Say a='1 &amp; 2'>Tom &amp; J&#101;rry<![CDATA[ <3]]></Say></Response>",
        )
        .unwrap();
        let say = root.elements().next().unwrap();
        assert_eq!(say.text(), "Tom & Jerry <3");
        assert_eq!(say.attributes["a"], "1 & 2");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for document in [
            "",
            "hello",
            "<Response>",
            "<Response><Say></Response>",
            "<Response/><Response/>",
            "<Response/>x",
            "<Response>a & b</Response>",
            "<Response>&nbsp;</Response>",
            "<Response><Say a=1/></Response>",
            "<Response><Say a='1' a='2'/></Response>",
            "<Response><Say a='<'/></Response>",
            "<Response>\u{1}</Response>",
            "<Response>&#0;</Response>",
            "<Response>&#1;</Response>",
            " <?xml version='1.0'?><Response/>",
            "<!DOCTYPE x><Response/>",
            "</Response>",
        ] {
            assert!(parse(document).is_err(), "{document:?}");
        }
    }
}
