//! 期间: calendar days between two dates, as notice periods and objections count them.
//!
//! The day on which a period begins is not counted (民法典 art. 201). `N days before` means that N
//! days lie between the two dates, the later one counted: what is published on 1 May is published
//! 20 days before 21 May. `Within N days` ends with the end of the Nth day: what is published on
//! 1 May can be objected to within 5 days until 6 May. Days are calendar days, holidays included.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Which way a term limits the days between two dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// 提前, 以前: so many days or more.
    Before,
    /// 以内: from none to so many days.
    Within,
}

/// A term applied to two dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// The earlier day; not counted.
    pub from: Date,
    /// The later day; counted.
    pub to: Date,
    /// The days between them; below zero when the later day is the earlier one.
    pub days: i64,
    /// Which way the term limits them.
    pub limit: Limit,
    /// The term.
    pub term: u32,
    /// Whether the term is kept.
    pub holds: bool,
}

impl Days {
    /// Counts.
    #[must_use]
    pub fn between(from: Date, to: Date, limit: Limit, term: u32) -> Self {
        let days = from.duration_until(to).as_hours() / 24;
        let holds = match limit {
            Limit::Before => days >= i64::from(term),
            Limit::Within => (0..=i64::from(term)).contains(&days),
        };
        Self {
            from,
            to,
            days,
            limit,
            term,
            holds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_counted_across_months_and_leap_years() {
        for (from, to, days) in [
            ("2024-02-28", "2024-03-01", 2),
            ("2025-02-28", "2025-03-01", 1),
            ("2026-09-28", "2026-10-03", 5),
            ("2026-05-02", "2026-05-01", -1),
            ("1990-01-01", "2026-01-01", 13_149),
        ] {
            let counted = Days::between(day(from), day(to), Limit::Before, 0);
            assert_eq!(counted.days, days, "{from} {to}");
        }
    }

    #[test]
    fn the_day_itself_is_not_counted() {
        let published = day("2026-05-01");
        assert!(Days::between(published, day("2026-05-06"), Limit::Within, 5).holds);
        assert!(!Days::between(published, day("2026-05-07"), Limit::Within, 5).holds);
        assert!(!Days::between(published, day("2026-04-30"), Limit::Within, 5).holds);
        assert!(Days::between(published, day("2026-05-21"), Limit::Before, 20).holds);
        assert!(!Days::between(published, day("2026-05-20"), Limit::Before, 20).holds);
    }
}
