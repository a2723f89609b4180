//! 核验: a small checker that reads a certificate and nothing else.
//!
//! It does not count papers or fill seats. It adds up what the certificate says was counted,
//! compares each number with the rule the certificate carries, and asks of every candidate whether
//! the fate it is given follows from those numbers. It shares the format's types with the tally,
//! and none of its code but the drawing of lots, which has published vectors of its own.
//!
//! What it cannot see: whether the papers were read right. For that, whoever has the files counts
//! again ([`verify_files`]), and so does whoever has the papers. Nor does it know the law: a
//! certificate follows from the rules it carries, and [`verify_under`] holds these against the
//! procedure they are said to be. Names and labels follow from nothing in it; the certificate's
//! digest binds them, so that whoever changes one must change the digest that was posted.

mod around;
mod files;
mod findings;
mod numbers;
mod outcome;

use thiserror::Error;

use crate::certificate::{Certificate, FORMAT, Fate, Level, Proof, Status, Step};
use crate::procedure::Procedure;
use crate::share::Rule;
use crate::told::{Told, told};

pub use files::{Files, verify_files};

/// Something in a certificate that does not follow.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{at}: {problem}")]
pub struct Flaw {
    /// Where.
    pub at: String,
    /// What is wrong there, in English.
    pub problem: String,
    /// The same in Chinese.
    pub problem_zh: String,
}

impl Flaw {
    fn new(at: impl Into<String>, problem: Told) -> Self {
        Self {
            at: at.into(),
            problem: problem.en,
            problem_zh: problem.zh,
        }
    }

    /// Where, and what is wrong there, in both languages.
    #[must_use]
    pub fn told(&self) -> Told {
        let (at, problem, problem_zh) = (&self.at, &self.problem, &self.problem_zh);
        Told {
            zh: format!("{at}：{problem_zh}"),
            en: format!("{at}: {problem}"),
        }
    }
}

/// Checks a certificate.
///
/// # Errors
/// Every flaw found.
pub fn verify(certificate: &Certificate) -> Result<(), Vec<Flaw>> {
    let mut check = Check {
        certificate,
        flaws: Vec::new(),
    };
    check.want(certificate.format == FORMAT, "format", "未知", "is unknown");
    let bound = certificate.digest == certificate.digest_of_the_rest();
    check.want(
        bound,
        "digest",
        "与其余内容不符：有改动",
        "is not that of the rest: something was changed",
    );
    check.day();
    check.steps();
    check.conditions();
    if certificate.outcome.owners.is_some() {
        check.owners();
    } else {
        check.boxes();
        check.status();
        check.contests();
        check.motion();
        check.committee();
    }
    check.findings();
    check.complete();
    if check.flaws.is_empty() {
        Ok(())
    } else {
        Err(check.flaws)
    }
}

/// As [`verify`], and the rules it carries are those of `procedure` for its method and day.
///
/// # Errors
/// Every flaw found.
pub fn verify_under(certificate: &Certificate, procedure: &Procedure) -> Result<(), Vec<Flaw>> {
    let mut flaws = verify(certificate).err().unwrap_or_default();
    let own = &certificate.rules;
    let problem = match procedure.rules(&own.method.id, certificate.election.day) {
        Ok(rules) if rules == *own => None,
        Ok(_) => Some(told!(
            "不是“{}”的规则",
            "are not those of `{}`",
            procedure.id
        )),
        Err(problem) => Some(problem),
    };
    flaws.extend(problem.map(|problem| Flaw::new("rules", problem)));
    if flaws.is_empty() { Ok(()) } else { Err(flaws) }
}

/// Steps that the law asks for and that do not decide the vote.
const CONDITIONS: [&str; 6] = [
    "roll/",
    "notice",
    "petition",
    "body/",
    "candidates/",
    "committee/",
];

struct Check<'c> {
    certificate: &'c Certificate,
    flaws: Vec<Flaw>,
}

impl Check<'_> {
    fn want(&mut self, so: bool, at: impl Into<String>, zh: &str, en: &str) {
        if !so {
            let (zh, en) = (zh.to_owned(), en.to_owned());
            self.flaws.push(Flaw::new(at, Told { zh, en }));
        }
    }

    /// The step called `id`.
    fn step(&self, id: &str) -> Option<&Step> {
        self.certificate.steps.iter().find(|step| step.id == id)
    }

    /// The law that the certificate carries held on the day.
    fn day(&mut self) {
        let day = self.certificate.election.day;
        let law = &self.certificate.rules.law;
        let holds = law.valid_from <= day && law.valid_to.is_none_or(|last| day <= last);
        self.want(holds, "rules", "当日不适用", "did not hold on the day");
    }

    /// Every step once, and right in itself.
    fn steps(&mut self) {
        let mut ids: Vec<&str> = self
            .certificate
            .steps
            .iter()
            .map(|step| step.id.as_str())
            .collect();
        ids.sort_unstable();
        let twice = ids.windows(2).any(|pair| pair.first() == pair.last());
        self.want(!twice, "steps", "有一步出现两次", "a step is there twice");
        for step in &self.certificate.steps {
            self.want(
                numbers::right(&step.proof),
                &step.id,
                "算式不对",
                "the sum is wrong",
            );
        }
    }

    /// The step `id` compares `part` with `whole` by `rule`, and cites `basis`.
    fn compared(&mut self, id: &str, rule: &Rule, numbers: (u64, u64), basis: &crate::law::Basis) {
        let by = self.step(id).is_some_and(|step| match &step.proof {
            Proof::Compare(found) => {
                (found.part, found.whole) == numbers
                    && (found.share, found.relation, found.of)
                        == (rule.share, rule.relation, rule.of)
                    && step.basis == *basis
            }
            _ => false,
        });
        self.want(
            by,
            id,
            "缺少，或没有按这条规则比较这些数",
            "is missing, or does not compare these numbers by this rule",
        );
    }

    fn holds(&self, id: &str) -> bool {
        self.step(id).is_some_and(|step| step.proof.holds())
    }

    /// Turnout, sums over the boxes, and whether the status follows.
    fn status(&mut self) {
        let certificate = self.certificate;
        let voted = numbers::voted(certificate);
        let method = &certificate.rules.method;
        let rerun = certificate.rules.law.rerun.as_ref();
        let rerun = rerun.filter(|_| certificate.election.round == crate::election::Round::Rerun);
        for rule in &method.quorum {
            let basis = rerun.map_or(&rule.basis, |rerun| &rerun.quorum);
            self.compared("quorum", rule, (voted, certificate.entries), basis);
        }
        for (id, number) in [("sum/listed", true), ("sum/voted", false)] {
            let right = self
                .step(id)
                .is_some_and(|step| numbers::over(certificate, &step.proof, number));
            self.want(right, id, "不是各票箱之和", "is not the sum over the boxes");
        }
        let papers = certificate
            .steps
            .iter()
            .filter(|step| step.id.starts_with("papers/"));
        let papers = papers.filter(|step| !step.proof.holds()).count() == 0;
        let over = certificate.boxes.iter().any(|one| one.voted > one.listed);
        let unsettled = certificate
            .findings
            .iter()
            .any(|finding| finding.level == Level::Hold);
        let open = certificate.boxes.iter().flat_map(|one| &one.contests);
        let open = open.filter(|one| one.accepted.is_none()).count() > 0;
        self.want(
            !open || unsettled,
            "findings",
            "有未结的计票，却没有发现项",
            "an open count has no finding",
        );
        let held = unsettled || open || over || !self.holds("sum/listed");
        let enough = papers && self.holds("quorum");
        let status = match (held, enough) {
            (true, _) => Status::Held,
            (false, false) => Status::Invalid,
            (false, true) => Status::Decided,
        };
        self.want(
            certificate.outcome.status == status,
            "outcome/status",
            "推不出来",
            "does not follow",
        );
    }

    /// Defects and the mark of what is not confirmed.
    fn complete(&mut self) {
        let certificate = self.certificate;
        let defects = certificate.steps.iter().filter(|step| {
            !step.proof.holds() && CONDITIONS.iter().any(|own| step.id.starts_with(own))
        });
        let defects: Vec<&String> = defects.map(|step| &step.id).collect();
        let same = defects.iter().copied().eq(&certificate.outcome.defects);
        self.want(
            same,
            "outcome/defects",
            "不是那些没有满足的条件",
            "are not the conditions that do not hold",
        );
        let steps = certificate
            .steps
            .iter()
            .filter(|step| step.basis.unverified);
        let ids: Vec<&str> = steps.map(|step| step.id.as_str()).collect();
        let told: Vec<&str> = certificate
            .outcome
            .unverified
            .iter()
            .map(String::as_str)
            .collect();
        let more: Option<Vec<&str>> = told.strip_prefix(ids.as_slice()).map(<[&str]>::to_vec);
        let known = more.is_some_and(|more| more == self.parted_by_unverified());
        self.want(
            known,
            "outcome/unverified",
            "与各步所说不符",
            "is not what the steps say",
        );
    }

    /// What parted candidates by a rule that no source confirms.
    fn parted_by_unverified(&self) -> Vec<&'static str> {
        let certificate = self.certificate;
        let contests = &certificate.outcome.contests;
        let law = &certificate.rules.law;
        let level =
            contests.iter().any(|contest| contest.tie.is_some()) || !certificate.lots.is_empty();
        let ties = level && law.ties.as_ref().map(|own| own.basis.unverified) != Some(false);
        let related = contests.iter().flat_map(|contest| &contest.standing);
        let related = related
            .filter(|one| matches!(one.result, Fate::Relative(_)))
            .count()
            > 0;
        let unsure = law.committee.as_ref().map(|own| own.relatives.unverified) == Some(true);
        let named = [(ties, "ties"), (related && unsure, "relatives")];
        named
            .into_iter()
            .filter_map(|(so, name)| so.then_some(name))
            .collect()
    }
}
