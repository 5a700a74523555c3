//! Attribute values.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use super::Item;
use crate::Error;

/// A text.
pub fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A whole number.
pub fn integer(number: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

/// A point in time, to the second, as Twilio's timestamps are: they can be compared.
pub fn instant(at: OffsetDateTime) -> Result<AttributeValue, Error> {
    Ok(text(at.truncate_to_second().format(&Rfc3339)?))
}

/// A point in time as a number of milliseconds, which conditions can compare.
pub fn unix_milliseconds(at: OffsetDateTime) -> i64 {
    // Fits until the year 292 million.
    (at.unix_timestamp_nanos() / 1_000_000) as i64
}

/// Reads [`unix_milliseconds`]; what is not set is `None`.
pub mod optional_milliseconds {
    use serde::{Deserialize, Deserializer, de::Error};
    use time::OffsetDateTime;

    /// Reads a time.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        number: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        let milliseconds = Option::<i64>::deserialize(number)?;
        milliseconds
            .map(|milliseconds| {
                OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
                    .map_err(D::Error::custom)
            })
            .transpose()
    }
}

/// Reads [`unix_milliseconds`].
pub mod whole_milliseconds {
    use serde::{Deserializer, de::Error};
    use time::OffsetDateTime;

    /// Reads a time.
    pub fn deserialize<'de, D: Deserializer<'de>>(number: D) -> Result<OffsetDateTime, D::Error> {
        let time = super::optional_milliseconds::deserialize(number)?;
        time.ok_or_else(|| D::Error::custom("a time is null"))
    }
}

/// A value in the shape that serde gives it.
pub fn value(value: &impl Serialize) -> Result<AttributeValue, Error> {
    Ok(serde_dynamo::to_attribute_value(value)?)
}

/// A key that sorts by time, to the millisecond, and is unique.
pub fn order_key(at: OffsetDateTime, id: &str) -> Result<String, Error> {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    Ok(format!("{}#{id}", at.to_offset(time::UtcOffset::UTC).format(format)?))
}

/// The time in an [`order_key`].
pub fn time_of(order_key: &str) -> Result<OffsetDateTime, Error> {
    let time = order_key.split('#').next().unwrap_or_default();
    Ok(OffsetDateTime::parse(time, &Rfc3339)?)
}

/// A text attribute of an item.
pub fn text_of<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// A whole number of an item.
pub fn integer_of(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
