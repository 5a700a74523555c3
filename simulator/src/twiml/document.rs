//! What a document tells Twilio to do: its verbs, as they are understood.

use std::collections::BTreeMap;
use std::time::Duration;

use super::seat::Seat;
use crate::audio;
use crate::clock;
use crate::state::callback::CallEvent;
use crate::state::recording::RecordingCallback;
use crate::state::webhook::Method;

/// How long each medium is taken to last: media are not fetched.
const MEDIA_LENGTH: Duration = Duration::from_secs(3);

/// How long a key that Twilio presses sounds.
const KEY_LENGTH: Duration = Duration::from_millis(200);

/// A document that can be run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Document {
    pub(crate) verbs: Vec<Step>,
    /// What Twilio's debugger says about it (error 12200).
    pub(crate) warnings: Vec<Warning>,
}

/// A verb and how it was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) verb: Verb,
}

/// An entry for the debugger: Twilio's error code and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) code: u32,
    pub(crate) message: String,
}

/// A verb as it is understood: what there is to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verb {
    Prompt(Prompt),
    Gather(Gather),
    Dial(Box<Dial>),
    Record(Record),
    Message(Text),
    Enqueue(Enqueue),
    Leave,
    Redirect { url: String, method: Method },
    Hangup,
    Reject { busy: bool },
}

/// Something to listen to: Say, Play or Pause.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Prompt {
    /// `breaks` is how long its SSML breaks last together.
    Say {
        text: String,
        times: u32,
        breaks: Duration,
    },
    Play {
        url: String,
        times: u32,
    },
    Digits(String),
    Pause(Duration),
}

impl Prompt {
    /// How long the prompt sounds when it is played once.
    pub(crate) fn length(&self) -> Duration {
        match self {
            Self::Say { text, breaks, .. } => {
                clock::seconds(audio::seconds_for_text(text)) + *breaks
            }
            Self::Play { .. } => MEDIA_LENGTH,
            Self::Digits(digits) => KEY_LENGTH * digits.chars().count() as u32,
            Self::Pause(length) => *length,
        }
    }
}

/// The URL at which a call or a conversation goes on after a verb.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Action {
    /// The URL as it was written: absent means the current document, for verbs that always ask.
    pub(crate) url: Option<String>,
    pub(crate) method: Method,
}

/// `<Gather>`: <https://www.twilio.com/docs/voice/twiml/gather>.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gather {
    pub(crate) action: Action,
    pub(crate) dtmf: bool,
    pub(crate) speech: bool,
    pub(crate) timeout: Duration,
    /// How long a silence ends what is said; `None`: the first one does.
    pub(crate) speech_timeout: Option<Duration>,
    pub(crate) finish_on_key: Option<char>,
    pub(crate) num_digits: Option<usize>,
    pub(crate) action_on_empty_result: bool,
    pub(crate) barge_in: bool,
    pub(crate) prompts: Vec<Step>,
}

/// `<Record>`: <https://www.twilio.com/docs/voice/twiml/record>.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) action: Action,
    pub(crate) timeout: Duration,
    pub(crate) max_length: Duration,
    pub(crate) finish_on_key: String,
    pub(crate) play_beep: bool,
    pub(crate) callback: Option<RecordingCallback>,
}

/// `<Dial>`: <https://www.twilio.com/docs/voice/twiml/dial>.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dial {
    pub(crate) action: Action,
    pub(crate) timeout: Duration,
    pub(crate) time_limit: Duration,
    pub(crate) hangup_on_star: bool,
    pub(crate) answer_on_bridge: bool,
    pub(crate) caller_id: Option<String>,
    pub(crate) record: bool,
    pub(crate) recording_callback: Option<RecordingCallback>,
    pub(crate) numbers: Vec<Number>,
    /// The room to enter, instead of calling anybody.
    pub(crate) conference: Option<Conference>,
    /// The queue of which to take the first, instead of calling anybody.
    pub(crate) queue: Option<Queue>,
}

/// `<Queue>`: <https://www.twilio.com/docs/voice/twiml/queue>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Queue {
    pub(crate) name: String,
    /// What the caller in the queue hears before being connected.
    pub(crate) url: Option<String>,
    pub(crate) method: Method,
    /// The reservation whose caller is wanted, instead of a queue's first.
    pub(crate) reservation_sid: Option<String>,
    pub(crate) post_work_activity_sid: Option<String>,
}

/// `<Enqueue>`: <https://www.twilio.com/docs/voice/twiml/enqueue>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Enqueue {
    /// The queue's name; empty for TaskRouter.
    pub(crate) name: String,
    pub(crate) action: Action,
    /// What those who wait hear: an empty URL is silence, none is Twilio's music.
    pub(crate) wait_url: Option<String>,
    pub(crate) wait_method: Method,
    pub(crate) workflow_sid: Option<String>,
    pub(crate) task: TaskNoun,
}

/// `<Task>`, as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TaskNoun {
    pub(crate) attributes: Option<String>,
    pub(crate) priority: Option<String>,
    pub(crate) timeout: Option<String>,
}

/// `<Conference>`: <https://www.twilio.com/docs/voice/twiml/conference>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conference {
    /// The name of the room.
    pub(crate) name: String,
    pub(crate) seat: Seat,
}

/// `<Number>`: <https://www.twilio.com/docs/voice/twiml/number>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// The number, as it was written.
    pub(crate) number: String,
    pub(crate) send_digits: Option<String>,
    /// What the called party hears before being connected.
    pub(crate) url: Option<String>,
    pub(crate) method: Method,
    pub(crate) status_callback: Option<String>,
    pub(crate) status_callback_method: Method,
    pub(crate) status_callback_events: Vec<CallEvent>,
}

impl Document {
    /// A document of one verb, for answers that are not TwiML.
    pub(crate) fn of(name: &str, prompt: Prompt) -> Self {
        Self {
            verbs: vec![Step {
                name: name.to_owned(),
                attributes: BTreeMap::new(),
                verb: Verb::Prompt(prompt),
            }],
            warnings: Vec::new(),
        }
    }
}

/// `<Message>`, and `<Sms>`, its older name:
/// <https://www.twilio.com/docs/messaging/twiml/message>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) to: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) body: String,
    /// The URLs of its media, as they were written.
    pub(crate) media: Vec<String>,
    /// Where it goes on afterwards; without a URL the next verb follows.
    pub(crate) action: Action,
    pub(crate) status_callback: Option<String>,
}
