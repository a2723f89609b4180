//! Time as an argument: UTC inside, Asia/Shanghai at the edges.

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

/// Where the time comes from. Tests turn it by hand; the demo can push it forward.
pub trait Clock: Send + Sync {
    /// The instant now.
    fn now(&self) -> Timestamp;

    /// The date now in Asia/Shanghai, the calendar in which the law counts days.
    fn today(&self) -> Date {
        shanghai_date(self.now())
    }
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Asia/Shanghai, which has kept UTC+8 without summer time since 1991.
#[must_use]
pub fn shanghai() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// The date in Asia/Shanghai at `instant`.
#[must_use]
pub fn shanghai_date(instant: Timestamp) -> Date {
    instant.to_zoned(shanghai()).date()
}
