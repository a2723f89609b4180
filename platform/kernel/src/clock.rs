//! Time as an argument: UTC inside, Asia/Shanghai at the edges.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

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

/// Another clock pushed forward by whole days: so that the seven days of a public notice can be
/// walked through in a demo. Never used outside one.
pub struct ShiftedClock<C> {
    inner: C,
    days: AtomicI64,
}

const SECONDS_A_DAY: i64 = 86_400;

impl<C: Clock> ShiftedClock<C> {
    /// `inner`, pushed forward by `days`.
    #[must_use]
    pub fn new(inner: C, days: u32) -> Self {
        Self {
            inner,
            days: AtomicI64::new(i64::from(days)),
        }
    }

    /// By how many days the clock is pushed forward.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.days.load(Ordering::SeqCst)
    }

    /// Pushes the clock forward by `days` more. It never goes back.
    pub fn push(&self, days: u32) {
        self.days.fetch_add(i64::from(days), Ordering::SeqCst);
    }
}

impl<C: Clock> Clock for ShiftedClock<C> {
    fn now(&self) -> Timestamp {
        let shift = SignedDuration::from_secs(self.days().saturating_mul(SECONDS_A_DAY));
        self.inner
            .now()
            .checked_add(shift)
            .unwrap_or(Timestamp::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Timestamp);

    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    #[test]
    fn the_day_turns_at_midnight_in_shanghai() {
        let clock = Fixed("2026-11-23T16:00:00Z".parse().unwrap());
        assert_eq!(clock.today().to_string(), "2026-11-24");
        assert_eq!(
            Fixed("2026-11-23T15:59:59Z".parse().unwrap())
                .today()
                .to_string(),
            "2026-11-23"
        );
    }

    #[test]
    fn a_pushed_clock_moves_by_whole_days() {
        let clock = ShiftedClock::new(Fixed("2026-11-23T00:00:00Z".parse().unwrap()), 0);
        clock.push(7);
        assert_eq!(clock.now().to_string(), "2026-11-30T00:00:00Z");
    }
}
