//! The sentences that callers hear and texts say, apart from those in the flow and the settings.

use crate::values::PhoneNumber;

/// What a person who answers a forwarded call hears before the two are connected.
pub fn press_to_accept(company_name: &str) -> String {
    format!("A call for {company_name}. Press any key to accept.")
}

/// What an agent hears when their phone rings for a call that they asked for in the console.
pub fn press_to_call() -> String {
    "Your call from Switchboard. Press any key to be connected.".to_owned()
}

/// What an agent hears when the person they called did not answer.
pub fn did_not_answer() -> String {
    "They did not answer.".to_owned()
}

/// A call that nobody took, with all that the text to the owner says of it.
#[derive(Clone, Copy, Debug)]
pub struct UnansweredCall<'a> {
    /// The caller's number, or `anonymous` if it was withheld.
    pub from: &'a str,
    /// The name of the caller's contact; `None` if it has none.
    pub name: Option<&'a str>,
    /// Whether the caller left a voicemail.
    pub voicemail: bool,
    /// How long the voicemail is, or how long the caller waited, in seconds; `None` if it is not
    /// known.
    pub duration_seconds: Option<u32>,
    /// The address of the conversation in the console.
    pub console_url: &'a str,
}

/// The text that tells the owner of a call that nobody took.
pub fn owner_notice(call: UnansweredCall<'_>) -> String {
    let caller = caller(call.from, call.name);
    let what = if call.voicemail { "Voicemail" } else { "Missed call" };
    let seconds = call.duration_seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
    format!("{what} from {caller}{seconds}. {}", call.console_url)
}

/// The text that tells the owner of further calls of a caller that nobody took since a time of day.
pub fn more_calls(
    count: usize,
    from: &str,
    name: Option<&str>,
    since: &str,
    console_url: &str,
) -> String {
    let calls = if count == 1 { "1 more call".to_owned() } else { format!("{count} more calls") };
    format!("{calls} from {} since {since}. {console_url}", caller(from, name))
}

/// A caller by name and number.
fn caller(from: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} ({from})"),
        None => from.to_owned(),
    }
}

/// The text to a customer who talked to an agent, from the words of the settings.
pub fn thank_you(words: &str, company_name: &str, agent_name: Option<&str>) -> String {
    // What is put in is not looked through again.
    let mut text = String::new();
    let mut rest = words;
    while let Some(start) = rest.find('{') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let (value, length) = if rest.starts_with("{agent}") {
            (agent_name.unwrap_or("our team"), "{agent}".len())
        } else if rest.starts_with("{company}") {
            (company_name, "{company}".len())
        } else {
            ("{", 1)
        };
        text.push_str(value);
        rest = &rest[length..];
    }
    text + rest
}

/// The note on the timeline of a contact who did not get a text that a widget of the menu sends.
pub fn text_not_sent(widget: &str, why: &str) -> String {
    format!("A text of the menu ({widget}) was not sent: {why}")
}

/// What an agent hears when the caller of a queue is gone.
pub fn call_is_over() -> String {
    "The call is over.".to_owned()
}

/// What a caller in a queue hears of their place.
pub fn place_in_queue(place: usize) -> String {
    match place {
        1 => "You are the next in line.".to_owned(),
        place => format!("You are number {place} in line."),
    }
}

/// What a caller in a queue may do instead of waiting.
pub fn leave_a_message_instead() -> String {
    "To leave a message instead, press star.".to_owned()
}

/// What a caller in a queue may do instead of waiting, if they can be called back.
pub fn be_called_back() -> String {
    "To be called back without losing your place, press 1.".to_owned()
}

/// The question before a caller is noted to be called back at the number that ends in these digits.
pub fn confirm_call_back(last_digits: &str) -> String {
    let spoken: Vec<_> = last_digits.chars().map(String::from).collect();
    let spoken = spoken.join(" ");
    format!(
        "We will call you back at the number that ends in {spoken}. Press 1 to confirm, or any other \
         key to wait on."
    )
}

/// What a caller hears who is to be called back.
pub fn will_call_back() -> String {
    "You keep your place in line. We will call you back when it is your turn. Goodbye.".to_owned()
}

/// What a caller hears who cannot be called back.
pub fn cannot_call_back() -> String {
    "We cannot call you back at this time. Please stay on the line. You keep your place.".to_owned()
}

/// What an agent hears whose phone rings because it is the turn of a customer to be called back.
pub fn press_to_call_back(company_name: &str) -> String {
    format!("{company_name}. A customer wants to be called back. Press any key to call them.")
}

/// What a customer hears who is called back.
pub fn press_to_talk(company_name: &str) -> String {
    format!("This is {company_name}. You asked us to call you back. Press any key to be connected.")
}

/// The text to a customer who asked to be called back and was not reached.
pub fn not_reached(company_name: &str) -> String {
    format!(
        "{company_name}: you asked us to call you back, and we could not reach you. Please call us \
         again when it suits you."
    )
}

/// The text that invites a participant to a conference. They press 3 in the main menu and are asked
/// for the code.
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

/// What a participant who is called for a conference hears.
pub fn press_to_join(company_name: &str) -> String {
    format!("You are invited to a conference of {company_name}. Press any key to join.")
}

/// What a caller who is asked for the code of a conference hears.
pub fn enter_code() -> String {
    "Please enter the code of your conference, then press the pound key.".to_owned()
}

/// What a caller hears when too many others gave wrong codes, and they may say who they are.
pub fn enter_number() -> String {
    "There were too many wrong codes. If you were invited at another phone, please enter the number \
     of that phone, then press the pound key."
        .to_owned()
}

/// What a caller whose code leads to no conference hears before being asked again.
pub fn wrong_code() -> String {
    "This code is not valid.".to_owned()
}

/// What a caller hears after the last code they may try led to no conference.
pub fn no_more_codes() -> String {
    "This code is not valid. Please ask whoever invited you. Goodbye.".to_owned()
}

/// What a caller hears when too many codes were wrong.
pub fn codes_refused() -> String {
    "There were too many wrong codes. Please try again later.".to_owned()
}

/// What a participant who comes to a conference that has ended hears.
pub fn conference_is_over() -> String {
    "This conference has ended. Goodbye.".to_owned()
}

/// What a participant hears who is no longer in a conference, whether it has ended or goes on
/// without them.
pub fn conference_is_left() -> String {
    "You are no longer in the conference. Goodbye.".to_owned()
}

/// What a participant hears when they are let into a conference.
pub fn joining() -> String {
    "You are joining the conference.".to_owned()
}

/// What the first participant in a conference hears until the second comes.
pub fn first_in_conference() -> String {
    "You are the first in this conference. Please wait for the others.".to_owned()
}

/// What all participants hear shortly before a conference ends.
pub fn conference_ends_in(seconds: u32) -> String {
    match seconds {
        1 => "This conference ends in one second.".to_owned(),
        seconds => format!("This conference ends in {seconds} seconds."),
    }
}
