//! Lint: what a policy that runs probably has wrong. Gaps and overlaps in time, cliffs, branches
//! that can never be taken, things never used, figures that still need to be confirmed.

mod cliffs;
mod reach;
mod time;

use crate::book::Book;
use crate::finding::{Finding, Level, Span};

/// Collects remarks.
pub(crate) struct Linter<'b> {
    book: &'b Book,
    findings: Vec<Finding>,
}

impl Book {
    /// Every remark about every file, sorted by place. Errors were refused on reading; here are
    /// warnings and notes.
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        let mut linter = Linter {
            book: self,
            findings: Vec::new(),
        };
        linter.times();
        linter.uses();
        linter.branches();
        linter.confirmations();
        linter.cliffs();
        linter.findings.sort();
        linter.findings.dedup();
        linter.findings
    }
}

impl Linter<'_> {
    fn warn(&mut self, at: Span, code: &'static str, message: impl Into<String>) {
        self.findings
            .push(self.book.finding(at, Level::Warning, code, message));
    }

    fn note(&mut self, at: Span, code: &'static str, message: impl Into<String>) {
        self.findings
            .push(self.book.finding(at, Level::Note, code, message));
    }

    /// What still needs to be confirmed, conflicts of laws, and published figures that their
    /// formula does not give.
    fn confirmations(&mut self) {
        let book = self.book;
        for param in &book.params {
            for dated in param
                .values
                .iter()
                .filter(|dated| dated.citation.unverified)
            {
                let day = crate::day::text(dated.from);
                self.note(
                    dated.at,
                    "unverified",
                    format!("`{}` from {day} is to be confirmed", param.key),
                );
            }
            self.published(param);
        }
        for rule in &book.rules {
            for reading in rule
                .readings()
                .filter(|reading| reading.citation.unverified)
            {
                self.note(
                    reading.at,
                    "unverified",
                    format!("`{}` is to be confirmed", rule.key),
                );
            }
            let crate::model::Body::Versions(versions) = &rule.body else {
                continue;
            };
            for version in versions.iter().filter(|version| version.readings.len() > 1) {
                let told = format!(
                    "`{}` rests on laws that conflict: needs legal review",
                    rule.key
                );
                self.note(version.readings[0].at, "conflict", told);
            }
        }
        for policy in &book.policies {
            let at = Span {
                file: policy.file,
                at: 0,
            };
            let count = policy.cases.len();
            if count < 5 {
                self.note(
                    at,
                    "cases",
                    format!("{count} case(s): five or more show how it works"),
                );
            }
        }
    }

    fn published(&mut self, param: &crate::model::Param) {
        let Some((text, _)) = &param.formula else {
            return;
        };
        for dated in &param.values {
            let crate::model::Figure::One(value) = dated.value else {
                continue;
            };
            let id = self.book.policies[param.policy].head.id.clone();
            let Ok(law) = self.book.law(&[&id], dated.from) else {
                continue;
            };
            let given = law.explained(&param.key);
            if let Some(given) = given.filter(|given| *given != value) {
                let (type_, day) = (&param.type_, crate::day::text(dated.from));
                let told = format!(
                    "from {day} `{text}` gives {}, published is {}: the published figure pays",
                    type_.plain(given),
                    type_.plain(value)
                );
                self.note(dated.at, "published", told);
            }
        }
    }
}

impl crate::Law {
    /// What the formula that explains a parameter gives that day.
    fn explained(&self, key: &str) -> crate::value::Known {
        let step = self
            .steps
            .iter()
            .find(|step| step.key == key && step.explained.is_some())?;
        let (_, node) = step.explained.as_ref()?;
        match self.plan[*node].op {
            crate::ir::Op::Const(value) => Some(value),
            _ => None,
        }
    }
}
