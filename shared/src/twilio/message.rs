//! Texts, as Twilio's REST API and status callbacks describe them.
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::values::{MessageSid, words};

words!(
    /// The status of a text.
    /// <https://www.twilio.com/docs/messaging/api/message-resource#message-status-values>
    MessageStatus {
        /// Twilio's answer was lost or has not come yet. This word is ours, not Twilio's.
        Unknown = "unknown",
        /// A messaging service at Twilio has taken the text.
        Accepted = "accepted",
        /// Twilio is to send the text at a later time.
        Scheduled = "scheduled",
        /// The text waits to be sent.
        Queued = "queued",
        /// Twilio is sending the text to the carrier.
        Sending = "sending",
        /// The carrier has taken the text.
        Sent = "sent",
        /// The carrier says that the phone has the text.
        Delivered = "delivered",
        /// The carrier could not deliver the text.
        Undelivered = "undelivered",
        /// Some of the recipients have the text.
        PartiallyDelivered = "partially_delivered",
        /// The text could not be sent.
        Failed = "failed",
        /// The text is coming in to one of our numbers.
        Receiving = "receiving",
        /// The text came in to one of our numbers.
        Received = "received",
        /// The recipient has read the text; only some channels tell.
        Read = "read",
        /// The text was called off before it was sent.
        Canceled = "canceled",
        /// The text came from a contact who is blocked. This word is ours, not Twilio's.
        Refused = "refused",
        ..Other
    }
);

impl MessageStatus {
    /// How far along this status is. A text's rank only rises: callbacks that come late, twice or
    /// in another order change nothing.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Unknown | Self::Other(_) => 0,
            Self::Accepted | Self::Scheduled => 1,
            Self::Queued | Self::Receiving => 2,
            Self::Sending => 3,
            Self::Sent => 4,
            Self::Delivered
            | Self::Undelivered
            | Self::Failed
            | Self::Canceled
            | Self::Received
            | Self::Refused
            | Self::PartiallyDelivered => 5,
            Self::Read => 6,
        }
    }

    /// Whether the text has arrived or failed, so that no other status is waited for.
    pub fn is_final(&self) -> bool {
        self.rank() >= Self::Delivered.rank()
    }
}

/// A text, as the REST API gives it.
#[derive(Debug, Deserialize)]
pub struct MessageResource {
    /// Twilio's SID of the text, `SM…` or `MM…`.
    pub sid: MessageSid,
    /// The status of the text at Twilio.
    pub status: MessageStatus,
    /// The words of the text; `None` if Twilio does not say.
    #[serde(default)]
    pub body: Option<String>,
    /// How many segments are billed, as Twilio writes it: a number in a string.
    num_segments: Option<String>,
    /// Twilio's code for why the text was not delivered; `None` otherwise.
    pub error_code: Option<u32>,
    date_created: Option<String>,
}

impl MessageResource {
    /// How many segments are billed; `None` while Twilio does not know.
    pub fn segments(&self) -> Option<u32> {
        self.num_segments.as_ref()?.parse().ok()
    }

    /// The time at which Twilio took the text.
    pub fn created_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(self.date_created.as_ref()?, &Rfc2822).ok()
    }
}

/// What a trial account puts before each text.
/// <https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account>
const TRIAL: &str = "Sent from your Twilio trial account - ";

/// Whether Twilio may show a text of ours with these words: behind the words of a trial account,
/// and with its typographic characters replaced by ASCII's, as Smart Encoding does.
/// <https://www.twilio.com/docs/messaging/services/smart-encoding-char-list>
pub fn is_shown_as(ours: &str, shown: &str) -> bool {
    let same = |shown: &str| ours == shown || plain(ours) == plain(shown);
    same(shown) || shown.strip_prefix(TRIAL).is_some_and(same)
}

/// A text without the characters that Smart Encoding replaces.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '«'
            | '»'
            | '\u{201c}'..='\u{201f}'
            | '\u{2ba}'
            | '\u{2ee}'
            | '\u{2033}'
            | '\u{301d}'
            | '\u{301e}'
            | '\u{ff02}' => plain.push('"'),
            '\u{2018}'..='\u{201b}'
            | '\u{2b9}'
            | '\u{2bb}'..='\u{2bd}'
            | '\u{2c8}'
            | '\u{2ca}'
            | '\u{2cb}'
            | '\u{2032}'
            | '\u{b4}'
            | '`'
            | '\u{ff07}' => plain.push('\''),
            '÷' | '\u{2044}' | '\u{2215}' => plain.push('/'),
            '¼' => plain.push_str("1/4"),
            '½' => plain.push_str("1/2"),
            '¾' => plain.push_str("3/4"),
            '\u{2010}'..='\u{2015}'
            | '\u{2043}'
            | '\u{2212}'
            | '\u{ad}'
            | '\u{fe58}'
            | '\u{fe63}'
            | '\u{ff0d}' => plain.push('-'),
            '\u{2026}' => plain.push_str("..."),
            '\u{2039}' | '\u{ff1c}' => plain.push('<'),
            '\u{203a}' | '\u{ff1e}' => plain.push('>'),
            '\u{2022}' | '\u{b7}' | '\u{2219}' => plain.push('*'),
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                plain.push(' ')
            }
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            '\u{2028}' | '\u{2029}' | '\r' => plain.push('\n'),
            c => plain.push(c),
        }
    }
    plain
}

/// A page of the REST API's list of texts.
#[derive(Debug, Deserialize)]
pub struct MessageList {
    /// The texts of this page, the newest first.
    #[serde(deserialize_with = "crate::twilio::list::readable")]
    pub messages: Vec<MessageResource>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_again_behind_a_trial_accounts_words_and_after_smart_encoding() {
        let ours = "She said \u{201c}5 \u{2013} 6 o\u{2019}clock\u{201d}\u{2026}";
        let encoded = "She said \"5 - 6 o'clock\"...";
        for shown in [
            ours.to_owned(),
            encoded.to_owned(),
            format!("{TRIAL}{ours}"),
            format!("{TRIAL}{encoded}"),
        ] {
            assert!(is_shown_as(ours, &shown), "{shown}");
        }
        assert!(is_shown_as(encoded, ours));
        for other in ["", "She said \"5 - 7 o'clock\"...", TRIAL, &format!("{TRIAL}{TRIAL}{ours}")]
        {
            assert!(!is_shown_as(ours, other), "{other}");
        }
    }
}
