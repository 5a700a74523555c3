//! The person at the far end of a call: what they can do, and their script.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::audio;
use crate::clock;
use crate::files;
use crate::simulator::Simulator;
use crate::state::call::Far;
use crate::state::call_status::{CallStatus, Direction};
use crate::state::leg_input::{LegInput, Speech};
use crate::state::phone::{Behavior, OnCall};
use crate::state::script::{Speak, Step, is_key};
use crate::state::transcript::What;

/// The longest file that is spoken, in bytes: an hour of WAV.
const MAX_WAV: u64 = 64 * 1024 * 1024;

/// How long (simulated) a script waits for what it wants to hear …
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// … but no less than this (real): an app's latency is not simulated.
const SHORTEST_WAIT: Duration = Duration::from_secs(20);

/// How long (simulated) a carrier's voicemail listens after its beep.
const VOICEMAIL_LENGTH: Duration = Duration::from_secs(120);

/// Why a person cannot do something on a call.
#[derive(Debug, Error)]
pub(crate) enum Refused {
    #[error("there is no call {0}")]
    NoSuchCall(String),
    #[error("the far end of {0} is another call, not a phone")]
    NotAPhone(String),
    #[error("call {0} is over: {1}")]
    Over(String, &'static str),
    #[error("call {0} does not ring")]
    NotRinging(String),
    #[error("call {0} is not answered yet")]
    NotAnswered(String),
    #[error("keys are 0-9, *, #, A-D and w, not {0:?}")]
    NoSuchKey(String),
    #[error("{0}")]
    Unspeakable(String),
}

/// Lets the person on a call press keys.
///
/// # Errors
/// The call is over or not answered, or a telephone has no such key.
pub(crate) async fn press(simulator: &Simulator, sid: &str, digits: &str) -> Result<(), Refused> {
    if digits.is_empty() || !digits.chars().all(is_key) {
        return Err(Refused::NoSuchKey(digits.to_owned()));
    }
    talking(simulator, sid)?;
    let pressed = What::Pressed { digits: digits.to_owned() };
    simulator.note(sid, pressed);
    for key in digits.chars() {
        if matches!(key, 'w' | 'W') {
            simulator.clock.sleep(Duration::from_millis(500)).await;
        } else {
            simulator.send(sid, LegInput::Key(key));
        }
    }
    Ok(())
}

/// Lets the person on a call speak, until all is said or the call is over.
///
/// # Errors
/// The call is over or not answered, or this cannot be spoken.
pub(crate) async fn speak(simulator: &Simulator, sid: &str, speak: &Speak) -> Result<(), Refused> {
    let speech = Arc::new(speech(speak)?);
    talking(simulator, sid)?;
    let mouth = simulator.with_call(sid, |call| Arc::clone(&call.mouth));
    let mouth = mouth.ok_or_else(|| Refused::NoSuchCall(sid.to_owned()))?;
    let _speaking = mouth.lock().await;
    talking(simulator, sid)?;
    let said = What::Said { text: speech.text(), lasts_seconds: speech.duration().as_secs_f64() };
    simulator.note(sid, said);
    let length = speech.duration();
    simulator.send(sid, LegInput::SpeechStart(speech));
    let over = until(simulator, sid, Some(simulator.clock.real(length)), |_| None::<()>).await;
    if matches!(over, Waited::TimeOut) {
        simulator.send(sid, LegInput::SpeechEnd { complete: true });
    }
    Ok(())
}

/// Lets the person whose phone rings pick up.
///
/// # Errors
/// The phone does not ring.
pub(crate) fn answer(simulator: &Simulator, sid: &str) -> Result<(), Refused> {
    ringing(simulator, sid)?;
    did(simulator, sid, "answer");
    simulator.send(sid, LegInput::Answer);
    Ok(())
}

/// Lets the person whose phone rings decline the call.
///
/// # Errors
/// The phone does not ring.
pub(crate) fn decline(simulator: &Simulator, sid: &str) -> Result<(), Refused> {
    ringing(simulator, sid)?;
    did(simulator, sid, "decline");
    simulator.send(sid, LegInput::Decline);
    Ok(())
}

/// Lets the person on a call hang up.
///
/// # Errors
/// The call is over or not answered.
pub(crate) fn hang_up(simulator: &Simulator, sid: &str) -> Result<(), Refused> {
    talking(simulator, sid)?;
    did(simulator, sid, "hang-up");
    simulator.send(sid, LegInput::HangUp);
    Ok(())
}

/// The person, or the machine, that picks up a called phone.
pub(crate) fn pick_up(simulator: &Simulator, sid: &str, number: &str, behavior: Behavior) {
    let script = behavior.script.unwrap_or_default();
    if behavior.on_call == OnCall::CarrierVoicemail {
        let (simulator, sid, number) = (simulator.clone(), sid.to_owned(), number.to_owned());
        let task = simulator.clone();
        task.spawn(async move { voicemail(&simulator, &sid, &number, script).await });
    } else {
        follow(simulator, sid, script);
    }
}

/// Follows a script, in a task of its own.
pub(crate) fn follow(simulator: &Simulator, sid: &str, script: Vec<Step>) {
    if script.is_empty() {
        return;
    }
    let (task, sid) = (simulator.clone(), sid.to_owned());
    simulator.spawn(async move { run_script(&task, &sid, script).await });
}

async fn voicemail(simulator: &Simulator, sid: &str, number: &str, script: Vec<Step>) {
    let digits: Vec<String> =
        number.chars().filter(char::is_ascii_digit).map(String::from).collect();
    let greeting = format!(
        "Hi, you have reached the voicemail of {}, please leave a message after the tone.",
        digits.join(" ")
    );
    // The call may end at any point of it.
    if speak(simulator, sid, &Speak::Text(greeting)).await.is_err() {
        return;
    }
    simulator.note(sid, What::Said { text: "beep".to_owned(), lasts_seconds: 0.5 });
    simulator.send(sid, LegInput::Beep);
    if !script.is_empty() {
        return run_script(simulator, sid, script).await;
    }
    simulator.clock.sleep(VOICEMAIL_LENGTH).await;
    let _ = hang_up(simulator, sid);
}

async fn run_script(simulator: &Simulator, sid: &str, script: Vec<Step>) {
    let mut heard_to = 0;
    for step in script {
        if let Err(problem) = run_step(simulator, sid, &step, &mut heard_to).await {
            let message =
                format!("{}: {problem}", serde_json::to_string(&step).unwrap_or_default());
            return simulator.note(sid, What::ScriptError { message });
        }
    }
    simulator.note(sid, What::ScriptEnded);
}

async fn run_step(
    simulator: &Simulator,
    sid: &str,
    step: &Step,
    heard_to: &mut usize,
) -> Result<(), String> {
    let refused = |refused: Refused| refused.to_string();
    match step {
        Step::WaitFor(text) => {
            let wanted = text.to_lowercase();
            let from = *heard_to;
            let patience = simulator.clock.real(LONGEST_WAIT).max(SHORTEST_WAIT);
            let found = |heard: &str| {
                let at = heard.get(from..)?.find(&wanted)?;
                Some(from + at + wanted.len())
            };
            match until(simulator, sid, Some(patience), found).await {
                Waited::Found(position) => *heard_to = position,
                Waited::Over => return Err("the call ended before this was heard".to_owned()),
                Waited::TimeOut => return Err("was not heard in time".to_owned()),
            }
        }
        Step::WaitMs(millis) => {
            let length = simulator.clock.real(Duration::from_millis(*millis));
            until(simulator, sid, Some(length), |_| None::<()>).await;
        }
        Step::Press(digits) => press(simulator, sid, digits).await.map_err(refused)?,
        Step::Speak(what) => speak(simulator, sid, what).await.map_err(refused)?,
        Step::HangUp(false) => {}
        Step::HangUp(true) => match hang_up(simulator, sid) {
            // The other side may have been faster.
            Ok(()) | Err(Refused::Over(..)) => {}
            Err(other) => return Err(other.to_string()),
        },
    }
    Ok(())
}

enum Waited<T> {
    Found(T),
    Over,
    TimeOut,
}

/// Waits until something was heard, the call is over or the time (real) is up.
async fn until<T>(
    simulator: &Simulator,
    sid: &str,
    patience: Option<Duration>,
    found: impl Fn(&str) -> Option<T>,
) -> Waited<T> {
    let Some(mut changed) = simulator.with_call(sid, |call| call.transcript.changed.subscribe())
    else {
        return Waited::Over;
    };
    let search = async {
        loop {
            let state = simulator
                .with_call(sid, |call| (found(&call.transcript.heard), call.status.is_final()));
            match state {
                Some((Some(found), _)) => return Waited::Found(found),
                Some((None, false)) => {}
                Some((None, true)) | None => return Waited::Over,
            }
            if changed.changed().await.is_err() {
                return Waited::Over;
            }
        }
    };
    match patience {
        Some(patience) => tokio::time::timeout(patience, search).await.unwrap_or(Waited::TimeOut),
        None => search.await,
    }
}

/// The samples and words of something that a script or a test lets a person say.
fn speech(speak: &Speak) -> Result<Speech, Refused> {
    let wordless = |samples| Speech { words: None, samples };
    match speak {
        Speak::Text(text) => {
            Ok(Speech { words: Some(text.clone()), samples: audio::speech_for_text(text) })
        }
        Speak::Seconds(seconds) if (0.0..=3_600.0).contains(seconds) && *seconds > 0.0 => {
            let seconds = clock::seconds(*seconds).as_secs_f64();
            Ok(wordless(audio::speech(seconds)))
        }
        Speak::Seconds(seconds) => Err(Refused::Unspeakable(format!(
            "cannot speak for {seconds} seconds: more than 0 and at most 3600"
        ))),
        Speak::Wav(path) => {
            let unspeakable =
                |problem: String| Refused::Unspeakable(format!("{}: {problem}", path.display()));
            let wav = files::read(path, MAX_WAV).map_err(|error| unspeakable(error.to_string()))?;
            let samples = audio::read_wav(&wav).map_err(|error| unspeakable(error.to_string()))?;
            Ok(wordless(samples))
        }
    }
}

fn did(simulator: &Simulator, sid: &str, action: &str) {
    let action = action.to_owned();
    simulator.note(sid, What::Did { action });
}

/// Whether the person on this call can act: the call is answered, or it is theirs.
fn talking(simulator: &Simulator, sid: &str) -> Result<(), Refused> {
    let (status, direction) = standing(simulator, sid)?;
    match (status, direction) {
        (CallStatus::InProgress, _) | (_, Direction::Inbound) => Ok(()),
        _ => Err(Refused::NotAnswered(sid.to_owned())),
    }
}

/// Whether this call rings at its phone.
fn ringing(simulator: &Simulator, sid: &str) -> Result<(), Refused> {
    let (status, direction) = standing(simulator, sid)?;
    match (status, direction) {
        (CallStatus::Ringing, Direction::OutboundApi | Direction::OutboundDial) => Ok(()),
        _ => Err(Refused::NotRinging(sid.to_owned())),
    }
}

fn standing(simulator: &Simulator, sid: &str) -> Result<(CallStatus, Direction), Refused> {
    let seen = simulator.with_call(sid, |call| (call.far.clone(), call.status, call.direction));
    match seen {
        None => Err(Refused::NoSuchCall(sid.to_owned())),
        Some((Far::Call(_), ..)) => Err(Refused::NotAPhone(sid.to_owned())),
        Some((_, status, _)) if status.is_final() => {
            Err(Refused::Over(sid.to_owned(), status.as_str()))
        }
        Some((_, status, direction)) => Ok((status, direction)),
    }
}
