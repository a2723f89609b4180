//! Days in force without a figure or a formula, and stretches that lie over each other.

use crate::day;
use crate::finding::Span;
use crate::model::Body;

use super::Linter;

/// A stretch of time and where it is written.
struct Stretch {
    from: i64,
    to: Option<i64>,
    at: Span,
}

impl Linter<'_> {
    pub(super) fn times(&mut self) {
        let book = self.book;
        for param in &book.params {
            let stretch = |dated: &crate::model::Dated| Stretch {
                from: dated.from,
                to: dated.to,
                at: dated.at,
            };
            let stretches: Vec<Stretch> = param.values.iter().map(stretch).collect();
            let what = format!("parameter `{}`", param.key);
            self.stretches(param.policy, &what, param.at, &stretches);
        }
        for rule in &book.rules {
            let Body::Versions(versions) = &rule.body else {
                continue;
            };
            let stretch = |version: &crate::model::Version| Stretch {
                from: version.from,
                to: version.to,
                at: version
                    .readings
                    .first()
                    .map_or(rule.at, |reading| reading.at),
            };
            let stretches: Vec<Stretch> = versions.iter().map(stretch).collect();
            if rule.key.starts_with("eligible.") {
                // Outside its days a condition does not exist: that is no gap.
                self.overlaps(&rule.key, &stretches);
            } else {
                self.stretches(
                    rule.policy,
                    &format!("rule `{}`", rule.key),
                    rule.at,
                    &stretches,
                );
            }
        }
    }

    fn stretches(&mut self, policy: usize, what: &str, at: Span, stretches: &[Stretch]) {
        let head = &self.book.policies[policy].head;
        let (began, ended) = (head.valid_from, head.valid_to);
        let Some((first, last)) = stretches.first().zip(stretches.last()) else {
            self.warn(
                at,
                "no_value",
                format!("{what} has no value on any day: what needs it is unknown"),
            );
            return;
        };
        if first.from > began {
            self.gap(what, first.at, began, first.from - 1);
        }
        for two in stretches.windows(2) {
            if let Some(to) = two[0].to.filter(|to| to + 1 < two[1].from) {
                self.gap(what, two[1].at, to + 1, two[1].from - 1);
            }
        }
        if let Some(to) = last.to.filter(|to| ended.is_none_or(|ended| *to < ended)) {
            let told = format!("{what} has no value after {}", day::text(to));
            self.warn(last.at, "no_value", told);
        }
        self.overlaps(what, stretches);
    }

    fn gap(&mut self, what: &str, at: Span, from: i64, to: i64) {
        let (from, to) = (day::text(from), day::text(to));
        self.warn(
            at,
            "no_value",
            format!("{what} has no value from {from} to {to}, days in force"),
        );
    }

    fn overlaps(&mut self, what: &str, stretches: &[Stretch]) {
        for two in stretches.windows(2) {
            if two[0].to.is_some_and(|to| to >= two[1].from) {
                let from = day::text(two[1].from);
                let told =
                    format!("{what}: the stretch before lasts beyond {from}, when this begins");
                self.warn(two[1].at, "overlap", told);
            }
        }
    }
}
