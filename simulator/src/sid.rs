//! Twilio's identifiers: two letters and 32 hexadecimal digits.

/// A new identifier with a prefix such as `CA` (call) or `RE` (recording).
pub(crate) fn new(prefix: &str) -> String {
    format!("{prefix}{:032x}", fastrand::u128(..))
}

/// A new `I-Twilio-Idempotency-Token`: a UUID in form.
pub(crate) fn idempotency_token() -> String {
    let hex = format!("{:032x}", fastrand::u128(..));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
