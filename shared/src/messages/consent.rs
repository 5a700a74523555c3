//! Consent: whether a person takes texts from one of our numbers.
//! <https://help.twilio.com/articles/223134027>

use std::time::Duration;

use time::OffsetDateTime;

use crate::{
    Error,
    aws::table::{
        Check, Item, Key, Table, Update, instant, integer, integer_of, unix_milliseconds,
    },
    values::{Address, MessageId},
};

const STOP: [&str; 8] =
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 3] = ["START", "YES", "UNSTOP"];

/// The prefix of the attributes that tell that a text is on its way.
const SENDING: &str = "sending_";

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
    /// Reads the wish in a text whose only word is one such as STOP or START, in upper or lower
    /// case. Spaces, invisible characters and punctuation around it do not matter.
    pub fn in_text(body: &str) -> Option<Self> {
        let visible: String = body
            .chars()
            .filter(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(*c))
            .collect();
        let word = visible.trim_matches(|c: char| !c.is_alphanumeric()).to_uppercase();
        if STOP.contains(&word.as_str()) {
            Some(Self::Stop)
        } else if START.contains(&word.as_str()) {
            Some(Self::Start)
        } else {
            None
        }
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

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The store of consent records, one for each pair of numbers.
#[derive(Clone, Debug)]
pub struct Consents {
    table: Table,
}

impl Consents {
    /// The consent records in this table.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The write that records a wish of the person at number `theirs`.
    pub(super) fn record(ours: &str, theirs: &Address, wish: Wish) -> Result<Update, Error> {
        let mut update = Update::of(key(ours, theirs));
        match wish {
            Wish::Stop => update.set_if_unset("opted_out_at", instant(OffsetDateTime::now_utc())?),
            Wish::Start => update.remove("opted_out_at"),
        }
        Ok(update)
    }

    /// Records that a person takes no more texts, as Twilio's refusal says.
    pub(super) async fn opt_out(&self, ours: &str, theirs: &Address) -> Result<(), Error> {
        self.table.update(Self::record(ours, theirs, Wish::Stop)?).await?;
        Ok(())
    }

    /// Marks a text as on its way, until [`Consents::release`] or for [`HOLD`]. A person who opts
    /// out meanwhile is answered when the text has gone. `false`: the person takes no texts.
    pub(super) async fn hold(
        &self,
        ours: &str,
        theirs: &Address,
        id: &MessageId,
    ) -> Result<bool, Error> {
        let until = OffsetDateTime::now_utc() + HOLD;
        let mut update = Update::of(key(ours, theirs));
        update.set(&format!("{SENDING}{id}"), integer(unix_milliseconds(until)));
        let takes_texts = Check::new().unset("opted_out_at");
        Ok(self.table.update_if(update, takes_texts).await?.is_done())
    }

    /// Marks a text as no longer on its way: it has been sent, or will not be.
    pub(super) async fn release(
        &self,
        ours: &str,
        theirs: &Address,
        id: &MessageId,
    ) -> Result<(), Error> {
        let mut update = Update::of(key(ours, theirs));
        update.remove(&format!("{SENDING}{id}"));
        self.table.update_if(update, Check::new().exists()).await?;
        Ok(())
    }

    /// Waits until the texts that passed [`Consents::hold`] before an opt-out are no longer on
    /// their way.
    pub(super) async fn settle(&self, ours: &str, theirs: &Address) -> Result<(), Error> {
        loop {
            let item = self.table.get(key(ours, theirs)).await?.unwrap_or_default();
            if !is_sending(&item) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn is_sending(item: &Item) -> bool {
    let now = unix_milliseconds(OffsetDateTime::now_utc());
    item.keys()
        .filter(|name| name.starts_with(SENDING))
        .any(|name| integer_of(item, name).is_some_and(|until| until > now))
}

fn key(ours: &str, theirs: &Address) -> Key {
    Key::new(format!("CONSENT#{ours}#{theirs}"), "CONSENT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_the_whole_text_however_it_is_spelt() {
        for text in STOP.iter().flat_map(|word| [word.to_string(), word.to_lowercase()]) {
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
        ] {
            assert_eq!(Wish::in_text(text), Some(Wish::Stop), "{text}");
        }
        for text in ["start", "Yes!", "UNSTOP"] {
            assert_eq!(Wish::in_text(text), Some(Wish::Start), "{text}");
        }
        for text in ["", "please stop calling", "stopp", "help", "yes please", "the end", "🛑"] {
            assert_eq!(Wish::in_text(text), None, "{text}");
        }
    }
}
