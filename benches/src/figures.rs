//! Latencies and their percentiles, and the line in which a figure is printed beside its limit.

use std::time::Duration;

/// Latencies of one kind of request.
#[derive(Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// Records one.
    pub(crate) fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// Takes over those of another.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest latency that at least `per_mille` of a thousand do not exceed.
    pub(crate) fn at(&mut self, per_mille: usize) -> Duration {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        let index = (self.0.len() * per_mille)
            .div_ceil(1000)
            .saturating_sub(1)
            .min(last);
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// A measured figure beside what it must keep.
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// The value, with its unit.
    pub(crate) value: String,
    /// What it must keep, with its unit.
    pub(crate) limit: String,
    /// Whether it keeps it; `None` where there is nothing to keep, only to compare.
    pub(crate) kept: Option<bool>,
}

impl Figure {
    /// A time that must not exceed `limit`.
    pub(crate) fn at_most(name: &str, value: Duration, limit: Duration) -> Self {
        Self {
            name: name.to_owned(),
            value: show(value),
            limit: format!("≤ {}", show(limit)),
            kept: Some(value <= limit),
        }
    }

    /// A rate a second that must reach `limit`.
    pub(crate) fn rate(name: &str, count: usize, took: Duration, limit: u64) -> Self {
        let rate = per_second(count, took);
        Self {
            name: name.to_owned(),
            value: format!("{rate}/s"),
            limit: format!("≥ {limit}/s"),
            kept: Some(rate >= limit),
        }
    }

    /// A size in bytes that must not exceed `limit`.
    pub(crate) fn bytes(name: &str, value: u64, limit: u64) -> Self {
        Self {
            name: name.to_owned(),
            value: size(value),
            limit: format!("≤ {}", size(limit)),
            kept: Some(value <= limit),
        }
    }

    /// A figure to compare others with.
    pub(crate) fn beside(name: &str, value: String) -> Self {
        Self {
            name: name.to_owned(),
            value,
            limit: "—".to_owned(),
            kept: None,
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kept = match self.kept {
            Some(true) => "kept",
            Some(false) => "MISSED",
            None => "",
        };
        write!(
            f,
            "| {} | {} | {} | {kept} |",
            self.name, self.value, self.limit
        )
    }
}

/// How many a second.
pub(crate) fn per_second(count: usize, took: Duration) -> u64 {
    let nanos = took.as_nanos().max(1);
    let count = u128::try_from(count).unwrap_or(u128::MAX);
    u64::try_from(count.saturating_mul(1_000_000_000) / nanos).unwrap_or(u64::MAX)
}

fn show(time: Duration) -> String {
    if time >= Duration::from_secs(10) {
        format!("{} s", time.as_secs())
    } else if time >= Duration::from_secs(1) {
        format!("{}.{:02} s", time.as_secs(), time.subsec_millis() / 10)
    } else {
        format!(
            "{}.{:01} ms",
            time.as_millis(),
            time.subsec_micros() % 1000 / 100
        )
    }
}

fn size(bytes: u64) -> String {
    const MEGABYTE: u64 = 1 << 20;
    if bytes >= MEGABYTE {
        format!("{} MiB", bytes / MEGABYTE)
    } else {
        format!("{}.{} KiB", bytes >> 10, ((bytes & 1023) * 10) >> 10)
    }
}
