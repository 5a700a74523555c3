//! TwiML, typed: what we tell Twilio to do with a call.
//! <https://www.twilio.com/docs/voice/twiml>
//!
//! Attributes are `None` or empty where Twilio's default is meant. Text is escaped, and the
//! characters that XML 1.0 forbids are left out, whatever a flow or a setting holds.

mod xml;

/// A TwiML document for a call. Displays as XML.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VoiceResponse {
    /// Executed in order.
    pub verbs: Vec<Verb>,
}

/// One verb. <https://www.twilio.com/docs/voice/twiml#list-of-twiml-verbs>
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Something the caller hears.
    Prompt(Prompt),
    /// Waits for keys or speech.
    Gather(Gather),
    /// Calls somebody and connects the two.
    Dial(Dial),
    /// Puts the caller into a conference.
    DialConference(DialConference),
    /// Records the caller.
    Record(Record),
    /// Goes on with another document, asked for by POST unless `method` says otherwise.
    Redirect {
        /// Address of the document.
        url: String,
        /// `GET` or `POST`.
        method: Option<String>,
    },
    /// Silence, for so many seconds.
    Pause(u32),
    /// Ends the call.
    Hangup,
    /// Does not take the call, which costs nothing then.
    Reject,
}

/// What the caller hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Prompt {
    /// A sentence, spoken.
    Say {
        /// The sentence.
        text: String,
        /// Twilio's name of a voice.
        voice: Option<String>,
        /// A language tag such as `en-US`.
        language: Option<String>,
        /// How often; `0` until the call ends.
        repeat: Option<String>,
    },
    /// An audio file, or key tones.
    Play {
        /// Address of the file.
        url: Option<String>,
        /// Keys to play instead of a file.
        digits: Option<String>,
        /// How often; `0` until the call ends.
        repeat: Option<String>,
    },
}

/// `<Gather>`. Asks `action` also when nothing was pressed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gather {
    /// `dtmf`, `speech` or both.
    pub input: String,
    /// Asked with what was pressed.
    pub action: String,
    /// Seconds without a key until it gives up.
    pub timeout: Option<String>,
    /// Number of keys after which it does not wait for more.
    pub num_digits: Option<String>,
    /// The key that ends the input.
    pub finish_on_key: Option<String>,
    /// Attributes for speech: name and value.
    pub speech: Vec<(&'static str, String)>,
    /// Played while waiting.
    pub prompts: Vec<Prompt>,
}

impl Gather {
    /// Any one key, within ten seconds, which tells a person from a carrier's voicemail: that
    /// answers as well and presses none.
    pub fn any_key(action: String, prompt: Prompt) -> Self {
        Self {
            input: "dtmf".into(),
            action,
            timeout: Some("10".into()),
            num_digits: Some("1".into()),
            // # as well.
            finish_on_key: Some(String::new()),
            prompts: vec![prompt],
            ..Self::default()
        }
    }
}

/// `<Dial>` with numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dial {
    /// Asked when the dialled call has ended.
    pub action: String,
    /// What the called phone shows.
    pub caller_id: Option<String>,
    /// Seconds it rings.
    pub timeout: Option<String>,
    /// Asked about a recording of the conversation; `None` records nothing.
    pub recording_status_callback: Option<String>,
    /// All ring at once, the first to answer is connected.
    pub numbers: Vec<DialNumber>,
}

/// `<Number>` in a `<Dial>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DialNumber {
    /// Who is called, E.164.
    pub number: String,
    /// TwiML that the called person hears before the two are connected.
    pub url: Option<String>,
    /// Told how the call goes on.
    pub status_callback: String,
}

/// `<Dial>` with a `<Conference>`. <https://www.twilio.com/docs/voice/twiml/conference>
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DialConference {
    /// Asked when the caller is no longer in it.
    pub action: String,
    /// Seconds until Twilio puts the caller out.
    pub time_limit: u64,
    /// Whoever is sent to the same name is in the same conference.
    pub name: String,
    /// Asked for what the first one hears until the second comes.
    pub wait_url: String,
    /// Told what happens in it.
    pub status_callback: String,
}

/// `<Record>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Asked when the recording has ended.
    pub action: String,
    /// Told when the file is there.
    pub recording_status_callback: String,
    /// Seconds of silence that end it.
    pub timeout: Option<String>,
    /// Seconds it may last.
    pub max_length: Option<String>,
    /// Keys that end it.
    pub finish_on_key: Option<String>,
    /// Whether a tone is played first.
    pub play_beep: Option<bool>,
    /// `trim-silence` or `do-not-trim`.
    pub trim: Option<String>,
}

impl From<Verb> for VoiceResponse {
    fn from(verb: Verb) -> Self {
        Self { verbs: vec![verb] }
    }
}
