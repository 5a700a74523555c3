//! A number of the account and how the app has configured it.

use time::OffsetDateTime;

use crate::number;
use crate::sid;
use crate::state::webhook::Method;

/// A number of the account and how it is configured.
#[derive(Clone, Debug)]
pub(crate) struct PhoneNumber {
    pub(crate) sid: String,
    /// The number itself in E.164.
    pub(crate) phone_number: String,
    pub(crate) friendly_name: String,
    pub(crate) voice_url: Option<String>,
    pub(crate) voice_method: Method,
    pub(crate) voice_fallback_url: Option<String>,
    pub(crate) voice_fallback_method: Method,
    pub(crate) status_callback: Option<String>,
    pub(crate) status_callback_method: Method,
    pub(crate) sms_url: Option<String>,
    pub(crate) sms_method: Method,
    pub(crate) sms_fallback_url: Option<String>,
    pub(crate) sms_fallback_method: Method,
    pub(crate) voice_caller_id_lookup: bool,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
}

impl PhoneNumber {
    /// A number that was bought just now and is not configured yet.
    pub(crate) fn new(phone_number: String) -> Self {
        let now = OffsetDateTime::now_utc();
        Self {
            sid: sid::new("PN"),
            friendly_name: number::formatted(&phone_number),
            phone_number,
            voice_url: None,
            voice_method: Method::Post,
            voice_fallback_url: None,
            voice_fallback_method: Method::Post,
            status_callback: None,
            status_callback_method: Method::Post,
            sms_url: None,
            sms_method: Method::Post,
            sms_fallback_url: None,
            sms_fallback_method: Method::Post,
            voice_caller_id_lookup: false,
            created: now,
            updated: now,
        }
    }
}
