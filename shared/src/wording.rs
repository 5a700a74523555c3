//! Sentences that callers hear and that texts say, and that are in no flow and no setting.

use crate::{
    calls::{CallEntry, Outcome},
    conferences::Conference,
};

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

/// The text that invites to a conference. Key 3 of the main menu asks for the code.
pub fn conference_invitation(conference: &Conference, company_name: &str) -> String {
    let subject = conference.subject.as_ref().map(|subject| format!(" ({subject})"));
    format!(
        "You are invited to a conference of {company_name}{}. Call {}, press 3 and enter the code {}.",
        subject.unwrap_or_default(),
        conference.server_number,
        conference.code.as_str(),
    )
}

/// What somebody hears who is called for a conference.
pub fn press_to_join(company_name: &str) -> String {
    format!("You are invited to a conference of {company_name}. Press any key to join.")
}

/// What a caller hears who is to give a code.
pub fn enter_code() -> String {
    "Please enter the code of your conference, then press the pound key.".to_owned()
}

/// What a caller hears whose code leads nowhere, before being asked again.
pub fn wrong_code() -> String {
    "This code is not valid.".to_owned()
}

/// What a caller hears whose last code led nowhere.
pub fn no_more_codes() -> String {
    "This code is not valid. Please ask whoever invited you. Goodbye.".to_owned()
}

/// What a caller hears when too many codes were wrong.
pub fn codes_refused() -> String {
    "There were too many wrong codes. Please try again later.".to_owned()
}

/// What somebody hears who comes to a conference that has ended.
pub fn conference_is_over() -> String {
    "This conference has ended. Goodbye.".to_owned()
}

/// What somebody hears who is let into a conference.
pub fn joining() -> String {
    "You are joining the conference.".to_owned()
}

/// What the first one in a conference hears until the second comes.
pub fn first_in_conference() -> String {
    "You are the first in this conference. Please wait for the others.".to_owned()
}

/// What everybody hears before a conference ends.
pub fn conference_ends_in(seconds: u32) -> String {
    match seconds {
        1 => "This conference ends in one second.".to_owned(),
        seconds => format!("This conference ends in {seconds} seconds."),
    }
}
