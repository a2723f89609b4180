//! While the demo's past is made, the clock stands some weeks back.

use jiff::{SignedDuration, Timestamp};
use linli_kernel::{Clock, SystemClock};

/// The machine's clock, turned back by whole days.
#[derive(Debug, Clone, Copy)]
pub(super) struct TurnedBack(SignedDuration);

impl TurnedBack {
    /// Turned back by `days`.
    pub(super) fn by(days: u32) -> Self {
        Self(SignedDuration::from_hours(24 * i64::from(days)))
    }
}

impl Clock for TurnedBack {
    fn now(&self) -> Timestamp {
        let now = SystemClock.now();
        now.checked_sub(self.0).unwrap_or(now)
    }
}
