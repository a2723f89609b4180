//! Lint: what a policy that runs probably has wrong. Gaps and overlaps in time, cliffs, branches
//! that can never be taken, things never used, figures that still need to be confirmed.

mod cliffs;
mod reach;
mod time;

use crate::book::Book;
use crate::finding::{Finding, Level, Span, Told, told};

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
    fn warn(&mut self, at: Span, code: &'static str, told: Told) {
        self.findings
            .push(self.book.finding(at, Level::Warning, code, told));
    }

    fn note(&mut self, at: Span, code: &'static str, told: Told) {
        self.findings
            .push(self.book.finding(at, Level::Note, code, told));
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
                let (key, day) = (&param.key, crate::day::text(dated.from));
                let told = told!(
                    "`{key}` 自 {day} 起的数值尚待核实",
                    "`{key}` from {day} is to be confirmed"
                );
                self.note(dated.at, "unverified", told);
            }
            self.published(param);
        }
        for rule in &book.rules {
            let key = &rule.key;
            for reading in rule
                .readings()
                .filter(|reading| reading.citation.unverified)
            {
                let told = told!("`{key}` 尚待核实", "`{key}` is to be confirmed");
                self.note(reading.at, "unverified", told);
            }
            let crate::model::Body::Versions(versions) = &rule.body else {
                continue;
            };
            for version in versions.iter().filter(|version| version.readings.len() > 1) {
                let told = told!(
                    "`{key}` 所依据的规定不一致：需要法律审查",
                    "`{key}` rests on laws that conflict: needs legal review"
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
                let told = told!(
                    "只有 {count} 个例子：有五个以上，才看得出怎么算",
                    "{count} case(s): five or more show how it works"
                );
                self.note(at, "cases", told);
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
                let (given, published) = (type_.plain(given), type_.plain(value));
                let told = told!(
                    "自 {day} 起，`{text}` 得出 {given}，公布数是 {published}：以公布数为准",
                    "from {day} `{text}` gives {given}, published is {published}: the published \
                     figure pays"
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
