//! Recordings: what was spoken, sample for sample, and how it becomes a file.

use std::time::Duration;

use axum::body::Bytes;
use time::OffsetDateTime;

use crate::audio;
use crate::clock;
use crate::sid;
use crate::simulator::Simulator;
use crate::state::event::Happening;
use crate::state::params::Params;
use crate::state::recording::{Missing, Recording, RecordingCallback};
use crate::webhook::callbacks;

/// How long (simulated) a recording takes to become a file after it ended.
const PROCESSING: Duration = Duration::from_secs(1);

impl Recording {
    /// The parameters about it that a verb's action gets.
    pub(crate) fn action_params(&self, simulator: &Simulator) -> Params {
        Params::default()
            .with("RecordingSid", &self.sid)
            .with("RecordingUrl", simulator.recording_url(&self.sid))
            .with("RecordingDuration", self.duration.unwrap_or(0).to_string())
    }
}

impl Simulator {
    /// Where a recording's media are, without an extension.
    pub(crate) fn recording_url(&self, sid: &str) -> String {
        let (base, account) = (&self.base, &self.account_sid);
        format!("{base}/2010-04-01/Accounts/{account}/Recordings/{sid}")
    }

    /// Begins a recording and gives back its SID.
    pub(crate) fn start_recording(
        &self,
        call_sid: &str,
        source: &'static str,
        callback: Option<RecordingCallback>,
    ) -> String {
        let sid = sid::new("RE");
        let parties = self.with_call(call_sid, |call| format!("{} {}", call.from, call.to));
        let missing = self.fate_of_media(&parties.unwrap_or_default());
        let recording = Recording { missing, ..Recording::new(&sid, call_sid, source, callback) };
        self.state().recordings.push(recording);
        self.announce_recording(&sid);
        sid
    }

    /// Begins the recording of a conference.
    pub(crate) fn start_tape(
        &self,
        sid: String,
        conference_sid: &str,
        call_sid: &str,
        callback: Option<RecordingCallback>,
    ) {
        let parties = self.with_call(call_sid, |call| format!("{} {}", call.from, call.to));
        let missing = self.fate_of_media(&format!("conference {}", parties.unwrap_or_default()));
        let conference_sid = Some(conference_sid.to_owned());
        let recording = Recording::new(&sid, call_sid, "Conference", callback);
        self.state().recordings.push(Recording { conference_sid, missing, ..recording });
        self.announce_recording(&sid);
    }

    /// Whether faults will keep the media of a recording from the app.
    fn fate_of_media(&self, what: &str) -> Missing {
        let mut dice = self.dice();
        if dice.strikes("recording_404", |faults| faults.recording_404, what) {
            Missing::ForGood
        } else if dice.strikes("recording_404_first", |faults| faults.recording_404_first, what) {
            Missing::Once
        } else {
            Missing::Never
        }
    }

    /// Ends a recording; it becomes a file a moment later. Without any sample it
    /// is absent.
    pub(crate) fn finish_recording(&self, sid: &str, samples: Vec<i16>) -> Option<Recording> {
        let recording = self.change_recording(sid, |recording| {
            let seconds = audio::duration(samples.len()).as_secs_f64();
            recording.duration = Some(seconds.round() as u64);
            recording.status = if samples.is_empty() { "absent" } else { "processing" };
        })?;
        self.announce_recording(sid);
        if !recording.is_absent() {
            let (simulator, sid) = (self.clone(), sid.to_owned());
            self.spawn(async move {
                simulator.clock.sleep(PROCESSING).await;
                let wav = Bytes::from(audio::write_wav(&samples));
                let made = simulator.change_recording(&sid, |recording| {
                    if !recording.is_deleted() {
                        recording.wav = wav;
                        recording.status = "completed";
                    }
                });
                if made.is_some_and(|recording| !recording.is_deleted()) {
                    simulator.announce_recording(&sid);
                }
            });
        }
        Some(recording)
    }

    /// Gives a recording another status, because REST wants it.
    pub(crate) fn set_recording_status(&self, sid: &str, status: &'static str) {
        self.change_recording(sid, |recording| recording.status = status);
        self.announce_recording(sid);
    }

    fn change_recording(
        &self,
        sid: &str,
        change: impl FnOnce(&mut Recording),
    ) -> Option<Recording> {
        let mut state = self.state();
        let recording = state.recordings.iter_mut().find(|it| it.sid == sid)?;
        change(recording);
        recording.updated = OffsetDateTime::now_utc();
        Some(recording.clone())
    }

    /// A new status goes to the log and, if the app wants it, to the app.
    fn announce_recording(&self, sid: &str) {
        let Some(recording) = self.change_recording(sid, |_| {}) else {
            return;
        };
        self.log.add(Happening::Recording {
            recording_sid: sid.to_owned(),
            call_sid: recording.call_sid.clone(),
            status: recording.status.to_owned(),
        });
        let Some(callback) = &recording.callback else {
            return;
        };
        if callback.events.iter().any(|event| event == recording.status) {
            let target = (callback.url.as_str(), callback.method);
            let params = self.recording_params(&recording);
            match &recording.conference_sid {
                Some(sid) => callbacks::queue_conference_recording(self, sid, target, params),
                None => callbacks::queue_recording(self, &recording.call_sid, target, params),
            }
        }
    }

    /// The parameters of a `recordingStatusCallback`:
    /// <https://www.twilio.com/docs/voice/twiml/record#attributes-recording-status-callback>.
    fn recording_params(&self, recording: &Recording) -> Params {
        let mut params = Params::default()
            .with("AccountSid", &self.account_sid)
            .with("RecordingSid", &recording.sid)
            .with("RecordingUrl", self.recording_url(&recording.sid))
            .with("RecordingStatus", recording.status)
            .with("RecordingChannels", "1")
            .with("RecordingSource", recording.source)
            .with("RecordingStartTime", clock::rfc2822(recording.created));
        match &recording.conference_sid {
            Some(sid) => params.set("ConferenceSid", sid),
            None => params.set("CallSid", &recording.call_sid),
        }
        if let Some(seconds) = recording.duration {
            params.set("RecordingDuration", seconds.to_string());
        }
        params
    }
}
