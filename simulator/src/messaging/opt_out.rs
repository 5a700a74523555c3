//! Opt-out: what Twilio itself does when somebody texts STOP, START or HELP.
//!
//! <https://help.twilio.com/articles/223134027> and
//! <https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out>

use crate::number;
use crate::simulator::Simulator;
use crate::state::State;
use crate::state::settings::OptOut;

const STOP: [&str; 8] =
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 3] = ["START", "YES", "UNSTOP"];
const HELP: [&str; 2] = ["HELP", "INFO"];

const NETWORK_STOP: &str = "NETWORK MSG: You replied with the word \"stop\" which blocks all texts sent from this number. Text back \"unstop\" to receive messages again.";
const NETWORK_START: &str = "NETWORK MSG: You have replied \"start\" and will begin receiving messages again from this number.";
const NETWORK_UNSTOP: &str = "NETWORK MSG: You have replied \"unstop\" and will begin receiving messages again from this number.";

/// A word that asks for texts, for none, or for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Stop,
    Start,
    Help,
}

impl Keyword {
    /// Only a message that is nothing but the word: in any case, with spaces
    /// around it and punctuation after it.
    pub(super) fn of(body: &str) -> Option<Self> {
        let is_final = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
        let word = body.trim_start().trim_end_matches(is_final).to_uppercase();
        let is = |words: &[&str]| words.contains(&word.as_str());
        match () {
            () if is(&STOP) => Some(Self::Stop),
            () if is(&START) => Some(Self::Start),
            () if is(&HELP) => Some(Self::Help),
            () => None,
        }
    }

    /// The keyword as `OptOutType` has it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Start => "START",
            Self::Help => "HELP",
        }
    }

    fn reply(self) -> &'static str {
        match self {
            Self::Stop => {
                "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe."
            }
            Self::Start => {
                "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
            }
            Self::Help => "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
        }
    }
}

/// What came of a text that may be a keyword.
pub(super) struct Handled {
    /// `OptOutType`, if webhooks are to carry it.
    pub(super) told: Option<&'static str>,
    /// What Twilio answers, unless it has nothing to say.
    pub(super) reply: Option<&'static str>,
}

/// Keeps the list of phones that want no texts from one of our numbers.
pub(super) fn handle(simulator: &Simulator, ours: &str, theirs: &str, body: &str) -> Handled {
    let mut state = simulator.state();
    if number::is_toll_free(ours) {
        return handle_toll_free(&mut state, ours, theirs, body);
    }
    let setting = state.settings.opt_out;
    let keyword = Keyword::of(body).filter(|_| setting != OptOut::Off);
    let Some(keyword) = keyword else {
        return Handled { told: None, reply: None };
    };
    let pair = (ours.to_owned(), theirs.to_owned());
    // A word that changes nothing is answered only where the app's owner has set
    // the answers up: "yes" is mostly an answer to something else.
    let news = match keyword {
        Keyword::Stop => state.opted_out.insert(pair),
        Keyword::Start => state.opted_out.remove(&pair) || setting == OptOut::Advanced,
        Keyword::Help => true,
    };
    Handled {
        told: (setting == OptOut::Advanced).then(|| keyword.as_str()),
        reply: news.then(|| keyword.reply()),
    }
}

/// What the network does for a toll-free number, which "cannot be removed or customized": STOP is
/// the only word that opts out, START and UNSTOP the only ones that opt in again, and who is out
/// gets no help.
///
/// <https://support.twilio.com/hc/en-us/articles/360058144374>
fn handle_toll_free(state: &mut State, ours: &str, theirs: &str, body: &str) -> Handled {
    let pair = (ours.to_owned(), theirs.to_owned());
    let word = body.trim().to_uppercase();
    let (keyword, reply) = match word.as_str() {
        "STOP" => (Keyword::Stop, state.opted_out.insert(pair).then_some(NETWORK_STOP)),
        "START" => (Keyword::Start, state.opted_out.remove(&pair).then_some(NETWORK_START)),
        "UNSTOP" => (Keyword::Start, state.opted_out.remove(&pair).then_some(NETWORK_UNSTOP)),
        _ => match Keyword::of(body) {
            Some(Keyword::Help) if state.settings.opt_out != OptOut::Off => {
                let is_out = state.opted_out.contains(&pair);
                (Keyword::Help, (!is_out).then(|| Keyword::Help.reply()))
            }
            _ => return Handled { told: None, reply: None },
        },
    };
    let told = (state.settings.opt_out == OptOut::Advanced).then(|| keyword.as_str());
    Handled { told, reply }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_messages_are_keywords() {
        for (body, keyword) in [
            ("STOP", Some(Keyword::Stop)),
            ("  stop. ", Some(Keyword::Stop)),
            ("Optout!!", Some(Keyword::Stop)),
            ("revoke", Some(Keyword::Stop)),
            ("yes", Some(Keyword::Start)),
            ("Info?", Some(Keyword::Help)),
            ("stop please", None),
            ("please stop", None),
            ("", None),
            ("!", None),
        ] {
            assert_eq!(Keyword::of(body), keyword, "{body:?}");
        }
    }
}
