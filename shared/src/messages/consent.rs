//! Consent: whether a person takes texts from us.
//! <https://help.twilio.com/articles/223134027>
//!
//! There is one consent for a phone, whichever number of ours it texts: in the US, people may opt
//! out in any reasonable way. Twilio blocks by number: a phone that texted STOP to one of our
//! numbers gets no texts from that number until it texts START to the same.

use std::time::Duration;

use icu_normalizer::ComposingNormalizerBorrowed;
use time::OffsetDateTime;

use crate::{
    Error,
    aws::table::{
        Check, Item, Key, Table, Update, Written, instant, integer, integer_of, unix_milliseconds,
    },
    values::{Address, MessageId},
};

/// Words that close the conversation as a whole text, and as its first line.
const STOP: [&str; 5] = ["STOP", "STOPALL", "UNSUBSCRIBE", "OPTOUT", "REVOKE"];

/// Words that close the conversation as a whole text only: customers cancel appointments.
const STOP_ALONE: [&str; 3] = ["CANCEL", "END", "QUIT"];

/// Words that open the conversation again, as a whole text.
const START: [&str; 3] = ["START", "YES", "UNSTOP"];

/// The prefix of the attributes that tell that a text is on its way.
const SENDING: &str = "sending_";

/// The prefix of the attributes that tell which of our numbers Twilio texts the person from no
/// more.
const BLOCKED: &str = "blocked_";

/// How long a text may be on its way: longer than [`crate::messages::Outbox`] tries to send it.
pub(super) const HOLD: Duration = Duration::from_secs(10);

/// What the sender of a text wishes for further texts from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The sender wants no more texts.
    Stop,
    /// The sender takes texts from us again.
    Start,
}

impl Wish {
    /// Reads the wish in a text whose only word is one such as STOP or START, whatever its letters
    /// look like and whatever stands between them. STOP also counts in a line of its own before a
    /// signature.
    pub fn in_text(body: &str) -> Option<Self> {
        let whole = letters(body);
        let whole = whole.as_str();
        // "Cancel 3" is about an appointment.
        let has_digits = body.chars().any(char::is_numeric);
        if STOP.contains(&whole) || (STOP_ALONE.contains(&whole) && !has_digits) {
            return Some(Self::Stop);
        }
        if START.contains(&whole) && !has_digits {
            return Some(Self::Start);
        }
        let mut lines = body.trim().lines();
        let first = letters(lines.next().unwrap_or_default());
        let is_signed = lines.next().is_some_and(begins_a_signature);
        (STOP.contains(&first.as_str()) && is_signed).then_some(Self::Stop)
    }

    /// Reads the wish in webhook parameter `OptOutType`: what Twilio took the text for and has
    /// answered it as.
    pub fn from_opt_out_type(value: &str) -> Option<Self> {
        match value {
            "STOP" => Some(Self::Stop),
            "START" => Some(Self::Start),
            _ => None,
        }
    }
}

/// The letters of a text as capitals, each in its plain form: of `Ｓ.t-O Ｐ!` they are `STOP`.
fn letters(text: &str) -> String {
    let plain = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    plain.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect()
}

/// Whether a line behind another begins what mail programs and phones add to a text.
fn begins_a_signature(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    line.is_empty()
        || ["--", "__", "\u{2013}", "\u{2014}", "sent from ", "get outlook"]
            .iter()
            .any(|beginning| line.starts_with(beginning))
}

/// The outcome of asking whether a text may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// The text is marked as on its way.
    Sending,
    /// The person takes no texts, or none from this number of ours.
    OptedOut,
}

/// The store of consent records, one for each phone.
#[derive(Clone, Debug)]
pub struct Consents {
    table: Table,
}

impl Consents {
    /// The consent records in this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The write that records a wish that the person at number `theirs` texted to our number.
    pub(super) fn record(ours: &str, theirs: &Address, wish: Wish) -> Result<Update, Error> {
        let now = instant(OffsetDateTime::now_utc())?;
        let mut update = Update::of(key(theirs));
        match wish {
            Wish::Stop => {
                update.set_if_unset("opted_out_at", now);
                update.remove("opted_in_at");
            }
            Wish::Start => {
                update.remove("opted_out_at");
                update.set("opted_in_at", now);
                update.remove(&blocked_at(ours));
            }
        }
        Ok(update)
    }

    /// Records a wish for another phone of the same person.
    pub(super) async fn record_too(
        &self,
        ours: &str,
        theirs: &Address,
        wish: Wish,
    ) -> Result<(), Error> {
        self.table.update(Self::record(ours, theirs, wish)?).await?;
        Ok(())
    }

    /// Records Twilio's refusal: the person has opted out of texts from this number of ours. Where
    /// we know of no START since, they take no texts from any, and the result is `true`.
    pub(super) async fn record_refusal(&self, ours: &str, theirs: &Address) -> Result<bool, Error> {
        let now = instant(OffsetDateTime::now_utc())?;
        let mut blocked = Update::of(key(theirs));
        blocked.set(&blocked_at(ours), now.clone());
        self.table.update(blocked).await?;
        let mut closed = Update::of(key(theirs));
        closed.set_if_unset("opted_out_at", now);
        Ok(self.table.update_if(closed, Check::new().unset("opted_in_at")).await?.is_done())
    }

    /// Marks a text as on its way, until [`Consents::release`] or for [`HOLD`], if the person takes
    /// texts. A person who opts out meanwhile is answered when the text has gone.
    pub(super) async fn hold(
        &self,
        ours: &str,
        theirs: &Address,
        id: &MessageId,
    ) -> Result<Held, Error> {
        let until = OffsetDateTime::now_utc() + HOLD;
        let mut update = Update::of(key(theirs));
        update.set(&format!("{SENDING}{id}"), integer(unix_milliseconds(until)));
        let takes_texts = Check::new().unset("opted_out_at").unset(&blocked_at(ours));
        Ok(match self.table.update_if(update, takes_texts).await? {
            Written::Done(_) => Held::Sending,
            Written::Refused(_) => Held::OptedOut,
        })
    }

    /// Marks a text as no longer on its way: it has been sent, or will not be.
    pub(super) async fn release(&self, theirs: &Address, id: &MessageId) -> Result<(), Error> {
        let mut update = Update::of(key(theirs));
        update.remove(&format!("{SENDING}{id}"));
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    /// Waits until the texts that passed [`Consents::hold`] before an opt-out are no longer on
    /// their way.
    pub(super) async fn settle(&self, theirs: &Address) -> Result<(), Error> {
        loop {
            let item = self.table.get(key(theirs)).await?.unwrap_or_default();
            if !is_sending(&item) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The attribute that tells that Twilio texts the person from this number of ours no more. Names of
/// attributes are letters and digits in expressions.
fn blocked_at(ours: &str) -> String {
    let digits = ours.chars().filter(char::is_ascii_alphanumeric);
    BLOCKED.chars().chain(digits).collect()
}

fn is_sending(item: &Item) -> bool {
    let now = unix_milliseconds(OffsetDateTime::now_utc());
    item.keys()
        .filter(|name| name.starts_with(SENDING))
        .any(|name| integer_of(item, name).is_some_and(|until| until > now))
}

fn key(theirs: &Address) -> Key {
    Key::new(format!("CONSENT#{theirs}"), "CONSENT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_the_whole_text_however_it_is_spelt() {
        let words = STOP.iter().chain(&STOP_ALONE);
        for text in words.flat_map(|word| [word.to_string(), word.to_lowercase()]) {
            assert_eq!(Wish::in_text(&text), Some(Wish::Stop), "{text}");
        }
        for text in [
            "Stop.",
            " stop ",
            "S T O P",
            "stop all!",
            "opt out",
            "STOP\u{200b}",
            "\u{202e}Stop\n",
            "Stop 🙏",
            "\"stop\"",
            "opt-out",
            "S.T.O.P.",
            "\u{ff33}\u{ff34}\u{ff2f}\u{ff30}",
            "Stop\n\nAnn Smith\nSales",
            "STOP\r\n--\r\nAnn",
            "unsubscribe\nSent from my iPhone",
        ] {
            assert_eq!(Wish::in_text(text), Some(Wish::Stop), "{text}");
        }
        for text in ["start", "Yes!", "UNSTOP"] {
            assert_eq!(Wish::in_text(text), Some(Wish::Start), "{text}");
        }
        for text in [
            "",
            "please stop calling",
            "stopp",
            "help",
            "yes please",
            "the end",
            "🛑",
            "Cancel\nmy appointment",
            "Cancel\n\nAnn",
            "Cancel 3",
            "End 5",
            "yes 5",
            "Stop\nby tomorrow",
            "yes\n\nAnn",
        ] {
            assert_eq!(Wish::in_text(text), None, "{text}");
        }
    }
}
