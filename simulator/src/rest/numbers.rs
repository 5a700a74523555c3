//! `IncomingPhoneNumbers`: the numbers of the account.
//!
//! <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::error::ApiError;
use super::page;
use super::request::{Form, Reply, Request};
use crate::clock::rfc2822;
use crate::number;
use crate::state::phone_number::PhoneNumber;
use crate::state::webhook::{Method, is_url};

/// Parameters that Twilio has and that the simulator does not keep.
const UNSUPPORTED: [&str; 8] = [
    "AddressSid",
    "BundleSid",
    "EmergencyAddressSid",
    "EmergencyStatus",
    "IdentitySid",
    "SmsApplicationSid",
    "TrunkSid",
    "VoiceApplicationSid",
];

impl PhoneNumber {
    /// Takes over what a form sets; an empty value takes a setting away.
    fn configure(&mut self, form: &Form) -> Result<(), ApiError> {
        for name in UNSUPPORTED {
            if form.get(name).is_some() {
                return Err(ApiError::unsupported(name));
            }
        }
        if form.get("VoiceReceiveMode").is_some_and(|mode| mode != "voice") {
            return Err(ApiError::unsupported("VoiceReceiveMode"));
        }
        let url = |name: &str, place: &mut Option<String>| match form.sent(name) {
            None => Ok(()),
            Some("") => {
                *place = None;
                Ok(())
            }
            Some(url) if is_url(url) => {
                *place = Some(url.to_owned());
                Ok(())
            }
            Some(_) => Err(ApiError::bad_request(21_502, format!("{name} is not a valid URL"))),
        };
        let method = |name: &str, place: &mut Method| match form.get(name).map(Method::parse) {
            None => Ok(()),
            Some(Some(method)) => {
                *place = method;
                Ok(())
            }
            Some(None) => Err(ApiError::bad_request(21_403, format!("{name} must be GET or POST"))),
        };
        url("VoiceUrl", &mut self.voice_url)?;
        url("VoiceFallbackUrl", &mut self.voice_fallback_url)?;
        url("StatusCallback", &mut self.status_callback)?;
        url("SmsUrl", &mut self.sms_url)?;
        url("SmsFallbackUrl", &mut self.sms_fallback_url)?;
        method("VoiceMethod", &mut self.voice_method)?;
        method("VoiceFallbackMethod", &mut self.voice_fallback_method)?;
        method("StatusCallbackMethod", &mut self.status_callback_method)?;
        method("SmsMethod", &mut self.sms_method)?;
        method("SmsFallbackMethod", &mut self.sms_fallback_method)?;
        if let Some(name) = form.get("FriendlyName") {
            self.friendly_name = name.to_owned();
        }
        if let Some(lookup) = form.get("VoiceCallerIdLookup") {
            self.voice_caller_id_lookup = lookup.eq_ignore_ascii_case("true");
        }
        self.updated = OffsetDateTime::now_utc();
        Ok(())
    }

    fn show(&self, account: &str) -> Value {
        json!({
            "account_sid": account,
            "address_requirements": "none",
            "address_sid": null,
            "api_version": "2010-04-01",
            "beta": false,
            "bundle_sid": null,
            "capabilities": {"fax": false, "mms": true, "sms": true, "voice": true},
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
            "emergency_address_sid": null,
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "friendly_name": self.friendly_name,
            "identity_sid": null,
            "origin": "twilio",
            "phone_number": self.phone_number,
            "sid": self.sid,
            "sms_application_sid": null,
            "sms_fallback_method": self.sms_fallback_method.as_str(),
            "sms_fallback_url": self.sms_fallback_url,
            "sms_method": self.sms_method.as_str(),
            "sms_url": self.sms_url,
            "status": "in-use",
            "status_callback": self.status_callback,
            "status_callback_method": self.status_callback_method.as_str(),
            "trunk_sid": null,
            "type": "local",
            "uri": format!("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{}.json", self.sid),
            "voice_application_sid": null,
            "voice_caller_id_lookup": self.voice_caller_id_lookup,
            "voice_fallback_method": self.voice_fallback_method.as_str(),
            "voice_fallback_url": self.voice_fallback_url,
            "voice_method": self.voice_method.as_str(),
            "voice_receive_mode": "voice",
            "voice_url": self.voice_url,
        })
    }
}

pub(super) fn create(request: &Request<'_>) -> Result<Reply, ApiError> {
    let form = &request.form;
    let phone_number = match (form.get("PhoneNumber"), form.get("AreaCode")) {
        (Some(number), _) => number::normalize(number).ok_or_else(|| {
            ApiError::bad_request(21_421, format!("PhoneNumber is invalid: {number}"))
        })?,
        (None, Some(area)) if area.len() == 3 && area.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("+1{area}555{:04}", fastrand::u32(0..10_000))
        }
        _ => return Err(ApiError::bad_request(21_402, "PhoneNumber or AreaCode Required")),
    };
    if request.simulator.own_number(&phone_number).is_some() {
        let message = format!("{phone_number} is not available.");
        return Err(ApiError::bad_request(21_422, message));
    }
    let mut number = PhoneNumber::new(phone_number);
    number.configure(form)?;
    let shown = number.show(&request.simulator.account_sid);
    request.simulator.state().numbers.push(number);
    Ok(Reply::created(shown))
}

pub(super) fn list(request: &Request<'_>) -> Result<Reply, ApiError> {
    let (phone_number, name) =
        (request.query.get("PhoneNumber"), request.query.get("FriendlyName"));
    // Twilio's filter is a pattern; a whole number or a part of one.
    let pattern = phone_number.map(|wanted| {
        let kept = wanted.chars().filter(|c| c.is_ascii_digit() || *c == '+');
        kept.collect::<String>()
    });
    let numbers = request.simulator.state().numbers.clone();
    let wanted = numbers.iter().rev().filter(|number| {
        pattern.as_ref().is_none_or(|part| number.phone_number.contains(part.as_str()))
            && name.is_none_or(|name| number.friendly_name == name)
    });
    let sids: Vec<String> = wanted.map(|number| number.sid.clone()).collect();
    Ok(page::reply(request, "incoming_phone_numbers", &sids, |sid| {
        let number = numbers.iter().find(|number| number.sid == sid)?;
        Some(number.show(&request.simulator.account_sid))
    }))
}

pub(super) fn fetch(request: &Request<'_>, sid: Option<&str>) -> Result<Reply, ApiError> {
    with(request, sid, |_| Ok(()))
}

pub(super) fn update(request: &Request<'_>, sid: Option<&str>) -> Result<Reply, ApiError> {
    with(request, sid, |number| {
        let mut changed = number.clone();
        changed.configure(&request.form)?;
        *number = changed;
        Ok(())
    })
}

fn with(
    request: &Request<'_>,
    sid: Option<&str>,
    work: impl FnOnce(&mut PhoneNumber) -> Result<(), ApiError>,
) -> Result<Reply, ApiError> {
    let mut state = request.simulator.state();
    let number = state.numbers.iter_mut().find(|number| Some(number.sid.as_str()) == sid);
    let number = number.ok_or_else(|| ApiError::not_found(request.uri.path()))?;
    work(number)?;
    Ok(Reply::ok(number.show(&request.simulator.account_sid)))
}

pub(super) fn delete(request: &Request<'_>, sid: Option<&str>) -> Result<Reply, ApiError> {
    let mut state = request.simulator.state();
    let before = state.numbers.len();
    state.numbers.retain(|number| Some(number.sid.as_str()) != sid);
    if state.numbers.len() == before {
        return Err(ApiError::not_found(request.uri.path()));
    }
    Ok(Reply::Deleted)
}
