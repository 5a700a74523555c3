//! Makes and reads the values of attributes.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use super::Item;
use crate::Error;

/// An attribute value that is a text.
pub fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// An attribute value that is a whole number.
pub fn integer(number: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

/// An attribute value that is a point in time, as RFC 3339 text in whole seconds, as Twilio's
/// timestamps are. Such texts can be compared.
pub fn instant(at: OffsetDateTime) -> Result<AttributeValue, Error> {
    Ok(text(at.truncate_to_second().format(&Rfc3339)?))
}

/// A point in time as milliseconds since 1970, which conditions can compare.
pub fn unix_milliseconds(at: OffsetDateTime) -> i64 {
    // Fits until the year 292 million.
    (at.unix_timestamp_nanos() / 1_000_000) as i64
}

/// Reads [`unix_milliseconds`] with serde; an attribute that is not set is `None`.
pub mod optional_milliseconds {
    use serde::{Deserialize, Deserializer, de::Error};
    use time::OffsetDateTime;

    /// Reads a number of milliseconds, or its absence, as a point in time.
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

/// Reads [`unix_milliseconds`] with serde; the attribute must be set.
pub mod whole_milliseconds {
    use serde::{Deserializer, de::Error};
    use time::OffsetDateTime;

    /// Reads a number of milliseconds as a point in time.
    pub fn deserialize<'de, D: Deserializer<'de>>(number: D) -> Result<OffsetDateTime, D::Error> {
        let time = super::optional_milliseconds::deserialize(number)?;
        time.ok_or_else(|| D::Error::custom("a time is null"))
    }
}

/// An attribute value in the shape that serde gives to `value`.
pub fn value(value: &impl Serialize) -> Result<AttributeValue, Error> {
    Ok(serde_dynamo::to_attribute_value(value)?)
}

/// A sort key made of a time, to the millisecond, and an id that makes it unique.
pub fn order_key(at: OffsetDateTime, id: &str) -> Result<String, Error> {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    Ok(format!("{}#{id}", at.to_offset(time::UtcOffset::UTC).format(format)?))
}

/// Reads the time in an [`order_key`].
pub fn time_of(order_key: &str) -> Result<OffsetDateTime, Error> {
    let time = order_key.split('#').next().unwrap_or_default();
    Ok(OffsetDateTime::parse(time, &Rfc3339)?)
}

/// A text attribute of an item; `None` if it is absent or no text.
pub fn text_of<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// A whole-number attribute of an item; `None` if it is absent or no whole number.
pub fn integer_of(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
