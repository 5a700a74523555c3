//! Twilio's refusals, in sentences that a person understands.
//! <https://www.twilio.com/docs/api/errors>

use super::client::TwilioError;
use crate::{
    Error,
    error::{refused_by_twilio, unavailable},
};

/// Twilio's code for a recipient who has asked for no more texts.
pub(crate) const OPTED_OUT: u32 = 21610;

/// Twilio's code for credentials that are wrong: our fault, not the recipient's.
const UNAUTHORIZED: u32 = 20003;

/// How many seconds a client is told to wait before another attempt.
const RETRY_AFTER: u32 = 30;

/// Turns an error of Twilio's into the answer to the API user who wanted the text or the call.
/// Other errors stay as they are.
pub(crate) fn explained(error: TwilioError) -> Error {
    match error {
        TwilioError::Refused { code: Some(code), .. } if code != UNAUTHORIZED => {
            refused_by_twilio(code, sentence(code))
        }
        TwilioError::Unavailable { .. } | TwilioError::NotReached(_) => {
            tracing::warn!(error = %error, "given up");
            unavailable(RETRY_AFTER, "Twilio cannot take it now; nothing was sent")
        }
        other => other.into(),
    }
}

/// The sentence for a code, of a refusal as of a text that was taken and not delivered.
pub(crate) fn sentence(code: u32) -> &'static str {
    match code {
        13223 | 13224 | 21211 | 21217 | 21401 | 21421 => "This is not a number that exists.",
        13227 | 21215 | 21216 | 21408 => {
            "The account may not reach this country; an administrator can allow it at Twilio."
        }
        OPTED_OUT => "This person has asked for no more texts.",
        21219 | 21608 => "A trial account reaches only numbers that are verified at Twilio.",
        21212 | 21606 | 21659 | 21660 => {
            "The sender is not one of our numbers that can send texts."
        }
        21210 | 21213 => "The caller is not one of our numbers.",
        21612 => "Twilio has no way from our number to this one.",
        21614 | 21635 | 30006 => {
            "This number cannot take texts: it is a landline, or its carrier takes none."
        }
        21266 => "A number cannot text itself.",
        21617 => "The text is too long: 1,600 characters are allowed.",
        21619 | 21602 | 21603 => "The text is empty.",
        21620 | 21623 | 12300 => "An attachment cannot be sent: its address or type is wrong.",
        30003 => "The phone was switched off or out of reach.",
        30004 => "The recipient or their carrier blocks texts from us.",
        30005 => "The carrier does not know this number.",
        30008 => "The carrier did not say why it was not delivered.",
        30007 => "Carriers hold this text for spam.",
        30032 => "Our toll-free number is not verified yet.",
        30034 => "Our number is not registered for texts to the US (A2P 10DLC).",
        _ => "Twilio refused it; its code tells why.",
    }
}

/// The refusal of a text to a person who has opted out; `ours` is the number that it would come
/// from. Twilio lifts its own block only for START to the number that was texted STOP.
pub(crate) fn opted_out(ours: &str) -> Error {
    let detail = format!("{} START, texted to {ours}, opens it again.", sentence(OPTED_OUT));
    refused_by_twilio(OPTED_OUT, detail)
}
