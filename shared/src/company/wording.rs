//! Sentences that callers hear and that texts say, and that are in no flow and no setting.

use crate::values::PhoneNumber;

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

/// A call that nobody took, as the owner is told of it.
#[derive(Clone, Copy, Debug)]
pub struct UnansweredCall<'a> {
    /// The caller's number.
    pub from: &'a str,
    /// The contact's name, if it has one.
    pub name: Option<&'a str>,
    /// Whether the caller left a message.
    pub voicemail: bool,
    /// How long the message is, or how long the caller waited.
    pub duration_seconds: Option<u32>,
    /// Where the conversation is in the console.
    pub console_url: &'a str,
}

/// The text that tells the owner of a call that nobody took.
pub fn owner_notice(call: UnansweredCall<'_>) -> String {
    let caller = match call.name {
        Some(name) => format!("{name} ({})", call.from),
        None => call.from.to_owned(),
    };
    let what = if call.voicemail { "Voicemail" } else { "Missed call" };
    let seconds = call.duration_seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
    format!("{what} from {caller}{seconds}. {}", call.console_url)
}

/// The text that invites to a conference. Key 3 of the main menu asks for the code.
pub fn conference_invitation(
    company_name: &str,
    subject: Option<&str>,
    server_number: &PhoneNumber,
    code: &str,
) -> String {
    let subject = subject.map(|subject| format!(" ({subject})")).unwrap_or_default();
    format!(
        "You are invited to a conference of {company_name}{subject}. Call {server_number}, press 3 and enter the code {code}."
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
