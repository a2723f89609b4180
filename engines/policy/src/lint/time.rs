//! Days in force without a figure or a formula, and stretches that lie over each other.

use crate::day;
use crate::finding::{Span, Told, told};
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
            let key = &param.key;
            let what = told!("参数 `{key}`", "parameter `{key}`");
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
            let key = &rule.key;
            if rule.key.starts_with("eligible.") {
                // Outside its days a condition does not exist: that is no gap.
                self.overlaps(&told!("条件 `{key}`", "condition `{key}`"), &stretches);
            } else {
                let what = told!("规则 `{key}`", "rule `{key}`");
                self.stretches(rule.policy, &what, rule.at, &stretches);
            }
        }
    }

    fn stretches(&mut self, policy: usize, what: &Told, at: Span, stretches: &[Stretch]) {
        let head = &self.book.policies[policy].head;
        let (began, ended) = (head.valid_from, head.valid_to);
        let Some((first, last)) = stretches.first().zip(stretches.last()) else {
            let told = told!(
                "{what}：哪一天都没有数值，用到它的结果都是未知",
                "{what} has no value on any day: what needs it is unknown",
                [what]
            );
            self.warn(at, "no_value", told);
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
            let told = told!(
                "{what}：{day} 以后没有数值",
                "{what} has no value after {day}",
                day = day::text(to),
                [what]
            );
            self.warn(last.at, "no_value", told);
        }
        self.overlaps(what, stretches);
    }

    fn gap(&mut self, what: &Told, at: Span, from: i64, to: i64) {
        let (from, to) = (day::text(from), day::text(to));
        let told = told!(
            "{what}：{from} 至 {to} 在生效期间内，却没有数值",
            "{what} has no value from {from} to {to}, days in force",
            [what]
        );
        self.warn(at, "no_value", told);
    }

    fn overlaps(&mut self, what: &Told, stretches: &[Stretch]) {
        for two in stretches.windows(2) {
            if two[0].to.is_some_and(|to| to >= two[1].from) {
                let from = day::text(two[1].from);
                let told = told!(
                    "{what}：这一段自 {from} 开始，而前一段那时还没有结束",
                    "{what}: the stretch before lasts beyond {from}, when this begins",
                    [what]
                );
                self.warn(two[1].at, "overlap", told);
            }
        }
    }
}
