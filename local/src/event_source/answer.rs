//! What a function that reports failures says of a batch.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>

use axum::body::Bytes;
use serde_json::Value;

/// Which items of a batch failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failed {
    None,
    All,
    Some(Vec<String>),
}

/// What an answer with `batchItemFailures` says of the items with these identifiers. An answer
/// that cannot be understood, or names an item that is not in the batch, fails the whole batch, as
/// on Lambda.
pub(super) fn failures(answer: &Bytes, identifiers: &[&str]) -> Failed {
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
        return Failed::All;
    };
    let items = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return Failed::None,
        Some(Value::Array(items)) if items.is_empty() => return Failed::None,
        Some(Value::Array(items)) => items,
        Some(_) => return Failed::All,
    };
    let mut failed = Vec::new();
    for item in items {
        match item.get("itemIdentifier").and_then(Value::as_str) {
            Some(identifier) if identifiers.contains(&identifier) => {
                failed.push(identifier.to_owned());
            }
            _ => return Failed::All,
        }
    }
    Failed::Some(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_which_items_failed() {
        let table = [
            ("null", Failed::None),
            ("{}", Failed::None),
            (r#"{"batchItemFailures": []}"#, Failed::None),
            (r#"{"batchItemFailures": null}"#, Failed::None),
            (
                r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#,
                Failed::Some(vec!["b".to_owned()]),
            ),
            (r#"{"batchItemFailures": [{"itemIdentifier": "c"}]}"#, Failed::All),
            (r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#, Failed::All),
            (r#"{"batchItemFailures": [{}]}"#, Failed::All),
            (r#"{"batchItemFailures": "b"}"#, Failed::All),
            ("not json", Failed::All),
        ];
        for (answer, expected) in table {
            assert_eq!(
                failures(&Bytes::from_static(answer.as_bytes()), &["a", "b"]),
                expected,
                "{answer}"
            );
        }
    }
}
