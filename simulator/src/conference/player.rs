//! What plays in a room beside its people: music for those who wait or are on hold, and
//! announcements. Each is a small task that asks the app and plays what it says.
//!
//! <https://www.twilio.com/docs/voice/twiml/conference#attributes-wait-url>

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use super::room::Room;
use crate::audio;
use crate::documents::{resolve_action, understand};
use crate::simulator::Simulator;
use crate::state::conference::{Conference, Playing, RoomEvent};
use crate::state::leg_input::{DocumentSource, LegInput, Speech};
use crate::state::params::Params;
use crate::state::transcript::Source;
use crate::state::webhook::{Method, Subject, WebhookKind, WebhookRequest};
use crate::twiml::{Action, Document, Prompt, Verb};
use crate::webhook::Failure;

/// What Twilio plays by default; nobody fetches it.
pub(super) const TWILIOS_MUSIC: &str = "https://s3.amazonaws.com/com.twilio.sounds.music/index.xml";

/// After so many documents in a row without a sound there will be none.
const MOST_SILENT_DOCUMENTS: u32 = 50;

/// The calls that hear what is played: one participant, or all in the room.
#[derive(Clone, Debug)]
pub(super) struct Audience {
    conference_sid: String,
    room: String,
    /// One participant's ticket and call; else all.
    one: Option<(u64, String)>,
}

impl Audience {
    pub(super) fn of(conference: &Conference, one: Option<usize>) -> Self {
        let one = one.and_then(|index| conference.participants.get(index));
        Self {
            conference_sid: conference.sid.clone(),
            room: conference.name.clone(),
            one: one.map(|it| (it.ticket, it.call_sid.clone())),
        }
    }

    /// The calls that hear it at this moment.
    fn now(&self, simulator: &Simulator) -> Vec<String> {
        if let Some((_, call_sid)) = &self.one {
            return vec![call_sid.clone()];
        }
        simulator.in_room(&self.conference_sid, |room| room.ears(None)).unwrap_or_default()
    }

    fn subject(&self) -> Subject {
        match &self.one {
            Some((_, call_sid)) => Subject::Call(call_sid.clone()),
            None => Subject::Conference { sid: self.conference_sid.clone(), call_sid: None },
        }
    }

    /// What the app is told when it is asked what to play: Twilio's documents promise no parameter
    /// of such a request.
    fn params(&self, simulator: &Simulator) -> Params {
        if simulator.withholds_unpromised() {
            let mut params = Params::default().with("ConferenceSid", &self.conference_sid);
            if let Some((_, call_sid)) = &self.one {
                params.set("CallSid", call_sid);
            }
            return params;
        }
        let call = self.one.as_ref().map(|(_, call_sid)| simulator.params(call_sid));
        let params = call.unwrap_or_else(|| {
            Params::default()
                .with("AccountSid", &simulator.account_sid)
                .with("ApiVersion", "2010-04-01")
        });
        params.with("ConferenceSid", &self.conference_sid).with("FriendlyName", &self.room)
    }
}

/// Plays wait or hold music; a participant whose wait music cannot be had is turned out.
pub(super) fn music(
    simulator: &Simulator,
    audience: Audience,
    url: &str,
    method: Method,
) -> Playing {
    let (task, url) = (simulator.clone(), url.to_owned());
    Playing(simulator.spawn(async move {
        let Err(failure) = play(&task, &audience, &url, method).await else { return };
        task.warn_about(&audience.subject(), failure.code, failure.message);
        task.in_room(&audience.conference_sid, |room| {
            let ticket = audience.one.as_ref().map(|(ticket, _)| *ticket);
            let index = ticket.and_then(|ticket| room.index(ticket));
            let in_progress = room.is_in_progress();
            let waits = |at: &usize| room.conference.participants[*at].waits(in_progress);
            if let Some(index) = index.filter(waits) {
                room.turn_out(room.conference.participants[index].ticket);
            }
        });
    }))
}

fn announcement(simulator: &Simulator, audience: Audience, url: &str, method: Method) -> Playing {
    let (task, url) = (simulator.clone(), url.to_owned());
    Playing(simulator.spawn(async move {
        let played = play(&task, &audience, &url, method).await;
        if let Err(failure) = &played {
            task.warn_about(&audience.subject(), failure.code, &failure.message);
        }
        task.in_room(&audience.conference_sid, |room| {
            let index = audience.one.as_ref().and_then(|(ticket, _)| room.index(*ticket));
            let index = index.filter(|at| room.conference.participants[*at].is_in());
            room.announced(&url, index, played.err());
        });
    }))
}

impl Room<'_> {
    /// Plays something to one participant, or to all.
    pub(super) fn announce(&mut self, to: Option<usize>, url: &str, method: Method) {
        let audience = Audience::of(self.conference, to);
        let playing = announcement(self.simulator, audience, url, method);
        let announcements = match to {
            Some(index) => &mut self.conference.participants[index].announcements,
            None => &mut self.conference.announcements,
        };
        announcements.retain(|announcement| !announcement.is_over());
        announcements.push(playing);
    }

    fn announced(&mut self, url: &str, to: Option<usize>, failure: Option<Failure>) {
        let mut more = Params::default().with("AnnounceUrl", url);
        let name = match failure {
            None => "announcement-end",
            Some(failure) => {
                more.set("ReasonAnnouncementFailed", failure.message);
                "announcement-fail"
            }
        };
        self.tell(RoomEvent::Announcement, name, to, more);
    }

    /// Adds what all hear to the conference's recording.
    fn record(&mut self, at: Instant, samples: &[i16]) {
        if let Some(tape) = &mut self.conference.tape {
            tape.add(self.simulator.clock, at, samples);
        }
    }
}

/// Plays a document and those that follow from it, to its end.
async fn play(
    simulator: &Simulator,
    audience: &Audience,
    url: &str,
    method: Method,
) -> Result<(), Failure> {
    let mut next = (url.to_owned(), method);
    let mut silent = 0;
    loop {
        let request = WebhookRequest {
            kind: WebhookKind::Music,
            about: audience.subject(),
            url: next.0,
            method: next.1,
            params: audience.params(simulator),
            fault: None,
        };
        let stopped = |_| Err(Failure::new(11_200, "the simulator was stopped"));
        let answer = simulator.ask(request).await.unwrap_or_else(stopped)?;
        let loaded = understand(answer)?;
        silent += 1;
        for warning in &loaded.document.warnings {
            simulator.warn_about(&audience.subject(), warning.code, &warning.message);
        }
        let Some(redirect) =
            run(simulator, audience, &loaded.document, loaded.url.as_ref(), &mut silent).await?
        else {
            return Ok(());
        };
        if silent > MOST_SILENT_DOCUMENTS {
            return Err(Failure::new(11_215, "endless <Redirect>: 50 documents without a sound"));
        }
        next = redirect;
    }
}

/// Plays one document and gives back the URL that it redirects to, if it does.
async fn run(
    simulator: &Simulator,
    audience: &Audience,
    document: &Document,
    current: Option<&Url>,
    silent: &mut u32,
) -> Result<Option<(String, Method)>, Failure> {
    for step in &document.verbs {
        match &step.verb {
            Verb::Prompt(prompt) => {
                *silent = 0;
                sound(simulator, audience, prompt).await;
            }
            Verb::Redirect { url, method } => {
                let action = Action { url: Some(url.clone()), method: *method };
                let DocumentSource::Fetch { url, method, .. } =
                    resolve_action(&action, current, Params::default())?
                else {
                    continue;
                };
                return Ok(Some((url, method)));
            }
            _ => {
                let message = format!(
                    "Dial->Conference: Invalid Verb <{}> used in waitUrl, holdUrl, or announceUrl TwiML",
                    step.name
                );
                simulator.warn_about(&audience.subject(), 13_238, message);
            }
        }
    }
    Ok(None)
}

async fn sound(simulator: &Simulator, audience: &Audience, prompt: &Prompt) {
    let (source, words, times) = match prompt {
        Prompt::Say { text, times, .. } => (Source::Say, text.clone(), *times),
        Prompt::Play { url, times } => (Source::Play, url.clone(), *times),
        Prompt::Digits(digits) => (Source::Keys, format!("key {digits}"), 1),
        Prompt::Pause(length) => return simulator.clock.sleep(*length).await,
    };
    for _ in 0..times {
        once(simulator, audience, source, &words, prompt.length()).await;
    }
}

/// Plays one sound, which is heard when it starts.
async fn once(
    simulator: &Simulator,
    audience: &Audience,
    source: Source,
    words: &str,
    length: Duration,
) {
    let listeners = audience.now(simulator);
    // Only other calls and recordings need more than words.
    let linked = listeners.iter().any(|call_sid| simulator.far_is_call(call_sid));
    let samples = match linked || audience.one.is_none() {
        true => audio::speech(length.as_secs_f64()),
        false => Vec::new(),
    };
    let speech = Arc::new(Speech { words: Some(words.to_owned()), samples });
    for call_sid in &listeners {
        simulator.hear(call_sid, source, words);
        simulator.to_far(call_sid, LegInput::SpeechStart(Arc::clone(&speech)));
    }
    let began = Instant::now();
    simulator.clock.sleep(length).await;
    for call_sid in &listeners {
        simulator.to_far(call_sid, LegInput::SpeechEnd { complete: true });
    }
    if audience.one.is_none() {
        simulator.in_room(&audience.conference_sid, |room| room.record(began, &speech.samples));
    }
}
