//! Simulated time: one helper through which every duration of a call goes.
//!
//! Ringing, speech, pauses and timeouts last their simulated length divided by
//! `speed`. Timestamps are real, and so is the patience with an app's answers.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use tokio::time::Instant;

/// A clock that converts between simulated and real durations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    speed: f64,
}

impl Clock {
    /// A clock on which a simulated second takes `1 / speed` real seconds.
    pub(crate) fn new(speed: f64) -> Self {
        let usable = speed.is_finite() && speed > 0.0;
        Self { speed: if usable { speed } else { 1.0 } }
    }

    /// How many simulated seconds pass in a real one.
    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    /// The real duration of a simulated one.
    pub(crate) fn real(&self, simulated: Duration) -> Duration {
        Duration::from_secs_f64(simulated.as_secs_f64() / self.speed)
    }

    /// Waits for a simulated duration, which is shorter in real time by the speed.
    pub(crate) async fn sleep(&self, simulated: Duration) {
        tokio::time::sleep(self.real(simulated)).await;
    }

    /// The instant at which a simulated duration from now is over.
    pub(crate) fn after(&self, simulated: Duration) -> Instant {
        Instant::now() + self.real(simulated)
    }

    /// How much simulated time has passed since `start`.
    pub(crate) fn since(&self, start: Instant) -> Duration {
        self.between(start, Instant::now())
    }

    /// How much simulated time lies between two instants.
    pub(crate) fn between(&self, start: Instant, end: Instant) -> Duration {
        Duration::from_secs_f64(end.duration_since(start).as_secs_f64() * self.speed)
    }
}

/// Simulated seconds as a duration; negative or absurd values count as zero.
pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// A moment as the 2010 API and status callbacks write it:
/// `Tue, 31 Aug 2010 20:36:28 +0000`.
pub(crate) fn rfc2822(at: OffsetDateTime) -> String {
    at.format(&Rfc2822).unwrap_or_default()
}

/// This moment as the control API writes it, with fractions of a second.
pub(crate) fn rfc3339_now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}
