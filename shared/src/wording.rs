//! Sentences that callers hear and that texts say, and that are in no flow and no setting.

use crate::calls::{CallEntry, Outcome};

/// What somebody hears who answers a forwarded call, before the two are connected.
pub fn press_to_accept(company_name: &str) -> String {
    format!("A call for {company_name}. Press any key to accept.")
}

/// What an agent hears who answers a call that they wanted from the console.
pub fn press_to_call() -> String {
    "Your call from Switchboard. Press any key to be connected.".to_owned()
}

/// What an agent hears when the person they called did not answer.
pub fn did_not_answer() -> String {
    "They did not answer.".to_owned()
}

/// The text that tells the owner of a call that nobody took. `name` is the contact's, `console`
/// the address of the conversation.
pub fn owner_notice(entry: &CallEntry, name: Option<&str>, console: &str) -> String {
    let caller = match name {
        Some(name) => format!("{name} ({})", entry.from),
        None => entry.from.to_string(),
    };
    let (what, seconds) = match (&entry.outcome, &entry.voicemail) {
        (Outcome::Voicemail, Some(voicemail)) => ("Voicemail", voicemail.duration_seconds),
        _ => ("Missed call", entry.duration_seconds),
    };
    let seconds = seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
    format!("{what} from {caller}{seconds}. {console}")
}
