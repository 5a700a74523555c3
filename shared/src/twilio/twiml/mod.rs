//! Types for TwiML, the XML in which we tell Twilio what to do with a call.
//! <https://www.twilio.com/docs/voice/twiml>
//!
//! A field that is `None` or empty stands for Twilio's default. Text is escaped, and the characters
//! that XML 1.0 forbids are left out, whatever a flow or a setting holds.

mod xml;

use crate::values::ReservationSid;

/// A TwiML document for a call. `Display` writes it as XML.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VoiceResponse {
    /// The verbs, which Twilio executes in this order.
    pub verbs: Vec<Verb>,
}

/// One verb of a TwiML document. <https://www.twilio.com/docs/voice/twiml#list-of-twiml-verbs>
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// `<Say>` or `<Play>`: something the caller hears.
    Prompt(Prompt),
    /// `<Gather>`: waits for keys or speech.
    Gather(Gather),
    /// `<Dial>` with phones: calls them and connects the caller with the first to answer.
    Dial(Dial),
    /// `<Dial>` with a conference: puts the caller into it.
    DialConference(DialConference),
    /// `<Dial>` with a queue: connects an agent with the customer whom they have reserved.
    DialReserved(DialReserved),
    /// `<Enqueue>`: the caller waits for an agent.
    Enqueue(Enqueue),
    /// `<Leave>`: the caller waits no longer.
    Leave,
    /// `<Record>`: records what the caller says.
    Record(Record),
    /// `<Redirect>`: goes on with another document.
    Redirect {
        /// The address of the TwiML document.
        url: String,
        /// The HTTP method that asks for it: `GET` or `POST`; POST when `None`.
        method: Option<String>,
    },
    /// `<Pause>`: silence for so many seconds.
    Pause(u32),
    /// `<Hangup>`: ends the call at once.
    Hangup,
    /// `<Reject>`: does not take the call, which costs nothing then.
    Reject,
}

/// Something that the caller hears: speech, audio or tones.
#[derive(Clone, Debug, PartialEq)]
pub enum Prompt {
    /// `<Say>`: text that Twilio speaks.
    Say {
        /// The text that Twilio speaks.
        text: String,
        /// Twilio's name of the voice, e.g. `Polly.Joanna`.
        voice: Option<String>,
        /// A language tag such as `en-US`.
        language: Option<String>,
        /// How often it is repeated; `0` repeats it until the call ends.
        repeat: Option<String>,
    },
    /// `<Play>`: an audio file, or key tones.
    Play {
        /// The address of the audio file.
        url: Option<String>,
        /// The keys whose tones are played instead of a file.
        digits: Option<String>,
        /// How often it is repeated; `0` repeats it until the call ends.
        repeat: Option<String>,
    },
}

/// `<Gather>`: waits for keys or speech, and asks `action` also when there was no input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gather {
    /// The kinds of input it waits for: `dtmf`, `speech` or both.
    pub input: String,
    /// The address that Twilio asks for the next document, with what was pressed or said.
    pub action: String,
    /// How many seconds without input it waits before it gives up.
    pub timeout: Option<String>,
    /// How many keys end the input.
    pub num_digits: Option<String>,
    /// The key that ends the input.
    pub finish_on_key: Option<String>,
    /// The attributes for speech, as names and values.
    pub speech: Vec<(&'static str, String)>,
    /// What the caller hears while Twilio waits.
    pub prompts: Vec<Prompt>,
}

impl Gather {
    /// A `<Gather>` for any one key within ten seconds. It tells a person from a carrier's
    /// voicemail, which answers as well but presses no key.
    pub fn any_key(action: String, prompt: Prompt) -> Self {
        Self {
            input: "dtmf".into(),
            action,
            timeout: Some("10".into()),
            num_digits: Some("1".into()),
            // With no finishing key, # counts as input as well.
            finish_on_key: Some(String::new()),
            prompts: vec![prompt],
            ..Self::default()
        }
    }
}

/// `<Dial>` with phone numbers to call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dial {
    /// The address that Twilio asks for the next document when the dialled call has ended.
    pub action: String,
    /// The number that the called phone shows as the caller's.
    pub caller_id: Option<String>,
    /// How many seconds the phones ring.
    pub timeout: Option<String>,
    /// How many seconds the conversation may last.
    pub time_limit: Option<u32>,
    /// The address that Twilio tells about the recording of the conversation; `None` records
    /// nothing.
    pub recording_status_callback: Option<String>,
    /// The phones to call. All ring at once; the first to answer is connected.
    pub phones: Vec<DialPhone>,
}

/// A phone in a `<Dial>`.
#[derive(Clone, Debug, PartialEq)]
pub struct DialPhone {
    /// The kind of phone.
    pub noun: DialNoun,
    /// The number, in E.164, the name of a client, the SIP address, or the SID of a SIM.
    pub address: String,
    /// The address of TwiML that the called person hears before the two are connected.
    pub url: Option<String>,
    /// The address that Twilio tells each new status of the call.
    pub status_callback: String,
}

/// The kinds of phones that a `<Dial>` calls.
/// <https://www.twilio.com/docs/voice/twiml/dial#nouns>
#[derive(Clone, Debug, PartialEq)]
pub enum DialNoun {
    /// `<Number>`: a phone number.
    Number,
    /// `<Client>`: a browser or an app that is connected to Twilio.
    Client,
    /// `<Sip>`: an address of another phone system, with the credentials that it asks for.
    Sip {
        /// The name that the other system knows us by.
        username: Option<String>,
        /// The password that belongs to it.
        password: Option<String>,
    },
    /// `<Sim>`: a SIM card of Twilio's.
    Sim,
}

/// `<Dial>` with the `<Queue>` of a reservation.
/// <https://www.twilio.com/docs/voice/twiml/queue#attributes-reservationsid>
#[derive(Clone, Debug, PartialEq)]
pub struct DialReserved {
    /// The reservation, which tells who waits.
    pub reservation: ReservationSid,
    /// How many seconds the conversation may last.
    pub time_limit: u32,
}

/// `<Enqueue>`: the caller waits until somebody takes the call.
/// <https://www.twilio.com/docs/voice/twiml/enqueue>
#[derive(Clone, Debug, PartialEq)]
pub struct Enqueue {
    /// The address that Twilio asks for the next document when the caller waits no longer.
    pub action: String,
    /// The address of TwiML that the caller hears meanwhile.
    pub wait_url: Option<String>,
    /// The HTTP method that asks for it.
    pub wait_url_method: Option<String>,
    /// Who takes the call.
    pub until: TakenBy,
}

/// Who takes a call that waits.
#[derive(Clone, Debug, PartialEq)]
pub enum TakenBy {
    /// A worker of TaskRouter.
    Worker {
        /// The workflow that the call's task goes through, by SID.
        workflow: String,
        /// The attributes of the task, as JSON.
        attributes: Option<String>,
        /// The priority of the task; higher ones are served first.
        priority: Option<String>,
        /// How many seconds the task waits at most.
        timeout: Option<String>,
    },
    /// Whoever dials the queue with this name.
    Dialler(String),
}

/// `<Dial>` with a `<Conference>`: puts the caller into a conference.
/// <https://www.twilio.com/docs/voice/twiml/conference>
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DialConference {
    /// The address that Twilio asks for the next document when the caller is no longer in the
    /// conference.
    pub action: String,
    /// How many seconds the caller may stay before Twilio puts them out.
    pub time_limit: u64,
    /// The conference's name. Callers who are sent to the same name are in the same conference.
    pub name: String,
    /// The address of TwiML that the first participant hears until the second comes.
    pub wait_url: Option<String>,
    /// The address that Twilio tells what happens in the conference.
    pub status_callback: Option<String>,
}

/// The attributes of `<Record>`, which records what the caller says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The address that Twilio asks for the next document when the recording has ended.
    pub action: String,
    /// The address that Twilio tells when the file can be fetched, or that there is none.
    pub recording_status_callback: String,
    /// How many seconds of silence end the recording.
    pub timeout: Option<String>,
    /// How many seconds the recording may last.
    pub max_length: Option<String>,
    /// The keys that end the recording.
    pub finish_on_key: Option<String>,
    /// Whether a tone is played before the recording.
    pub play_beep: Option<bool>,
    /// Whether silence at both ends is cut off: `trim-silence` or `do-not-trim`.
    pub trim: Option<String>,
    /// Whether Twilio writes down what was said, which costs.
    pub transcribe: Option<bool>,
    /// The address that Twilio tells what was said.
    pub transcribe_callback: Option<String>,
}

impl From<Verb> for VoiceResponse {
    fn from(verb: Verb) -> Self {
        Self { verbs: vec![verb] }
    }
}
