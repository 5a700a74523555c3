//! A recording and the callback that tells of it.

use axum::body::Bytes;
use time::OffsetDateTime;

use crate::state::webhook::Method;

/// The status of a recording whose file is gone and whose record is kept for a while.
pub(crate) const DELETED: &str = "deleted";

/// The source of a recording of a whole call.
pub(crate) const OF_CALL: &str = "OutboundAPI";

/// A recording of a call or a conference, and its file.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    pub(crate) sid: String,
    pub(crate) call_sid: String,
    /// The conference that it is of, if it is of one.
    pub(crate) conference_sid: Option<String>,
    /// What made it: `RecordVerb`, `DialVerb`, `OutboundAPI` or `Conference`.
    pub(crate) source: &'static str,
    /// Where it stands: `in-progress`, `paused`, `stopped`, `processing`, `completed`, `absent` or
    /// `deleted`.
    pub(crate) status: &'static str,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    /// How many seconds it lasts, once it has ended.
    pub(crate) duration: Option<u64>,
    /// The WAV file; empty until the recording is completed.
    pub(crate) wav: Bytes,
    /// Whether a fault keeps the media from the app.
    pub(crate) missing: Missing,
    pub(crate) callback: Option<RecordingCallback>,
}

impl Recording {
    pub(crate) fn new(
        sid: &str,
        call_sid: &str,
        source: &'static str,
        callback: Option<RecordingCallback>,
    ) -> Self {
        let now = OffsetDateTime::now_utc();
        Self {
            sid: sid.to_owned(),
            call_sid: call_sid.to_owned(),
            conference_sid: None,
            source,
            status: "in-progress",
            created: now,
            updated: now,
            duration: None,
            wav: Bytes::new(),
            missing: Missing::Never,
            callback,
        }
    }

    /// Whether the app deleted it, so that only lists that ask for such show it.
    pub(crate) fn is_deleted(&self) -> bool {
        self.status == DELETED
    }

    /// Whether it ended without any sound.
    pub(crate) fn is_absent(&self) -> bool {
        self.status == "absent"
    }
}

/// Which requests for a recording's media get 404, by fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Never,
    /// The first one.
    Once,
    /// All of them.
    ForGood,
}

/// Where the app is told of a recording: `recordingStatusCallback`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordingCallback {
    pub(crate) url: String,
    pub(crate) method: Method,
    /// The statuses that are told: `in-progress`, `completed`, `absent`.
    pub(crate) events: Vec<String>,
}
