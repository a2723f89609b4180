//! A clock that stands still until a test turns it.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use linli_kernel::Clock;

/// A hand-turned clock.
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that stands at `instant`, an RFC 3339 text such as `2026-03-02T01:00:00Z`.
    ///
    /// # Panics
    /// When `instant` is no instant.
    #[must_use]
    pub fn at(instant: &str) -> Self {
        Self(Mutex::new(instant.parse().expect("an RFC 3339 instant")))
    }

    /// Turns the clock forward.
    ///
    /// # Panics
    /// When the clock would leave the range of time.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self
            .0
            .lock()
            .expect("no test panics while it turns the clock");
        *now = now.checked_add(by).expect("an instant within range");
    }

    /// Turns the clock forward by whole days.
    pub fn advance_days(&self, days: u16) {
        self.advance(SignedDuration::from_hours(24 * i64::from(days)));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self
            .0
            .lock()
            .expect("no test panics while it turns the clock")
    }
}
