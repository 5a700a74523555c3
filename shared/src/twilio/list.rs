//! Lists in the answers of Twilio's REST API.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// Reads those elements of a list that can be read. One that Twilio has made in a way that its
/// documents do not tell must not hide the others.
pub fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    list: D,
) -> Result<Vec<T>, D::Error> {
    let elements = Vec::<Value>::deserialize(list)?.into_iter();
    Ok(elements
        .filter_map(|element| match serde_json::from_value(element) {
            Ok(element) => Some(element),
            // The message of the error may quote a number or words.
            Err(_) => {
                tracing::warn!(kind = std::any::type_name::<T>(), "an element cannot be read");
                None
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct List {
        #[serde(deserialize_with = "readable")]
        numbers: Vec<u8>,
    }

    #[test]
    fn one_odd_element_does_not_hide_the_others() {
        let list: List = serde_json::from_str(r#"{"numbers": [1, "two", null, 3]}"#).unwrap();
        assert_eq!(list.numbers, [1, 3]);
        assert!(serde_json::from_str::<List>(r#"{"numbers": 1}"#).is_err());
    }
}
