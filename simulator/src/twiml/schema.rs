//! What Twilio's schema does not allow, whichever verb it is.

use super::attributes::{Attributes, SCHEMA};
use super::document::Warning;
use super::xml::{Element, Node};

/// Whether this is a document at all.
pub(super) fn check_root(root: &Element, warnings: &mut Vec<Warning>) -> Result<(), Warning> {
    if root.name != "Response" {
        return Err(Warning {
            code: 12_100,
            message: format!(
                "Document parse failure: the root element is <{}>, not <Response>",
                root.name
            ),
        });
    }
    Attributes::of(root, warnings).finish();
    stray_text(root, warnings);
    Ok(())
}

pub(super) fn stray_text(element: &Element, warnings: &mut Vec<Warning>) {
    let stray = |node: &Node| matches!(node, Node::Text(text) if !text.trim().is_empty());
    if element.content.iter().any(stray) {
        warnings.push(Warning {
            code: SCHEMA,
            message: format!("Element '{}' cannot have text content; it is skipped", element.name),
        });
    }
}

/// Verbs inside of a verb that allows none: Twilio cannot run the document.
pub(super) fn nothing_nested(element: &Element) -> Result<(), Warning> {
    match element.elements().next() {
        Some(nested) => Err(Warning {
            code: 12_100,
            message: format!(
                "Document parse failure: <{}> cannot be nested in <{}>",
                nested.name, element.name
            ),
        }),
        None => Ok(()),
    }
}
