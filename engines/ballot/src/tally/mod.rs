//! 计算结果: from the facts and the counts to a [`Certificate`].
//!
//! Order of the derivation: what the law asks before the vote (`conditions.rs`); the proxies;
//! the boxes, reconciled on the roll; turnout; then seats, motion or owners' majorities. Every
//! number that decides stands in a step with its article.

mod decide;

use std::collections::BTreeSet;

use crate::certificate::{
    Bounds, BoxResult, Certificate, FORMAT, Fate, Inputs, Level, Named, Outcome, Proof, Status,
    Step,
};
use crate::conditions::{over_boxes, step, steps};
use crate::counts::{self, Sheets, Tally};
use crate::election::{Election, MOTION, Round};
use crate::fault::Fault;
use crate::owners::OwnerVote;
use crate::procedure::{Kind, Rules, Tie};
use crate::reconcile::{self, Counted};
use crate::told::{Told, told};
use crate::{law::Basis, proxy};

/// What was counted, as read from `COUNTS.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counts {
    /// Papers, box by box.
    Papers(Sheets),
    /// Owners' votes, unit by unit.
    Owners(Vec<OwnerVote>),
}

impl Counts {
    /// Reads `COUNTS.csv` in the form that the procedure's kind has; `told` hears how far it is.
    ///
    /// # Errors
    /// Names line and column of a fault.
    pub fn read(
        text: &str,
        election: &Election,
        kind: Kind,
        told: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, Fault> {
        if kind == Kind::Owners {
            return crate::owners::read(text).map(Self::Owners);
        }
        let contest = match election.contests.as_slice() {
            [] => Some(MOTION),
            [only] => Some(only.id.as_str()),
            _ => None,
        };
        counts::read(text, contest, told).map(Self::Papers)
    }
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoResult {
    /// The election file contradicts the procedure.
    #[error("election: {0}")]
    Election(Told),
    /// The counts do not belong to the election.
    #[error("counts: {0}")]
    Counts(Fault),
}

impl NoResult {
    /// Why, in both languages.
    #[must_use]
    pub fn told(&self) -> Told {
        match self {
            Self::Election(problem) => {
                told!("选举文件：{problem}", "election: {problem}", [problem])
            }
            Self::Counts(fault) => {
                let fault = fault.told();
                told!("计票文件：{fault}", "counts: {fault}", [fault])
            }
        }
    }
}

/// Tallies a vote under `rules`; `inputs` are the digests of the files, for the certificate.
///
/// # Errors
/// When the facts do not fit the rules (a motion where seats are filled, a lot that the rule does
/// not offer), or the counts name a box or contest that is not there.
pub fn tally(
    election: &Election,
    rules: &Rules,
    counts: &Counts,
    inputs: Inputs,
) -> Result<Certificate, NoResult> {
    fits(election, rules).map_err(NoResult::Election)?;
    let steps = steps(election, rules);
    let defects = failing(&steps);
    let mut certificate = Certificate {
        format: FORMAT.to_owned(),
        election: Named {
            id: election.id.clone(),
            names: election.names.clone(),
            day: election.day,
            round: election.round,
            motion: election.motion.clone(),
            petition: election.petition.clone(),
        },
        inputs,
        rules: rules.clone(),
        entries: election.roll.entries,
        boxes: Vec::new(),
        steps,
        findings: Vec::new(),
        proxies: Vec::new(),
        lots: Vec::new(),
        outcome: Outcome {
            status: Status::Decided,
            contests: Vec::new(),
            motion: None,
            owners: None,
            defects,
            unverified: Vec::new(),
        },
        digest: String::new(),
    };
    match counts {
        Counts::Papers(sheets) => papers(election, rules, sheets, &mut certificate)?,
        Counts::Owners(votes) => decide::owners(election, rules, votes, &mut certificate)?,
    }
    certificate.outcome.unverified = unverified(&certificate);
    certificate.digest = certificate.digest_of_the_rest();
    Ok(certificate)
}

/// What rests on rules that no source confirms: steps, and what parted candidates.
fn unverified(certificate: &Certificate) -> Vec<String> {
    let steps = certificate
        .steps
        .iter()
        .filter(|step| step.basis.unverified);
    let mut told: Vec<String> = steps.map(|step| step.id.clone()).collect();
    let law = &certificate.rules.law;
    let contests = &certificate.outcome.contests;
    let tied = !certificate.lots.is_empty() || contests.iter().any(|one| one.tie.is_some());
    if tied && law.ties.as_ref().is_none_or(|ties| ties.basis.unverified) {
        told.push("ties".to_owned());
    }
    let mut all = contests.iter().flat_map(|contest| &contest.standing);
    let gave_way = all.any(|one| matches!(one.result, Fate::Relative(_)));
    if gave_way
        && law
            .committee
            .as_ref()
            .is_some_and(|own| own.relatives.unverified)
    {
        told.push("relatives".to_owned());
    }
    told
}

fn failing(steps: &[Step]) -> Vec<String> {
    let failing = steps.iter().filter(|step| !step.proof.holds());
    failing.map(|step| step.id.clone()).collect()
}

fn fits(election: &Election, rules: &Rules) -> Result<(), Told> {
    let (seats, motion) = (!election.contests.is_empty(), election.motion.is_some());
    let wanted = match rules.kind {
        Kind::Election if !seats || motion => told!(
            "选举要填补名额：请写 [[contests]]",
            "an election fills seats: give [[contests]]"
        ),
        Kind::Recall | Kind::Resolution if seats || !motion => told!(
            "请写 [motion]，不要写选举项目",
            "give the [motion], no contests"
        ),
        Kind::Owners if seats || election.units.is_empty() => told!(
            "请写 [motion] 和 [[units]]",
            "give the [motion] and [[units]]"
        ),
        _ if election.round == Round::Rerun && rules.law.rerun.is_none() => {
            told!("这种程序没有另行选举", "this procedure has no re-run")
        }
        _ => return tie(election, rules).map(|_| ()),
    };
    Err(wanted)
}

/// What parts those who are level: the rule, or the plan's choice where the rule leaves one.
fn tie(election: &Election, rules: &Rules) -> Result<Tie, Told> {
    let rule = rules.law.ties.as_ref();
    let own = rule.map_or(Tie::VoteAgain, |ties| ties.method);
    match election.plan.ties {
        Some(Tie::Lot) if own != Tie::Lot && !rule.is_some_and(|ties| ties.plan_may_choose_lot) => {
            Err(told!(
                "这种程序不容许选择抽签",
                "this procedure leaves no choice of a lot"
            ))
        }
        Some(chosen) => Ok(chosen),
        None => Ok(own),
    }
}

/// A vote by papers.
fn papers(
    election: &Election,
    rules: &Rules,
    sheets: &Sheets,
    certificate: &mut Certificate,
) -> Result<(), NoResult> {
    let counted = counted(election, rules);
    reconcile::known(sheets, election, &counted).map_err(NoResult::Counts)?;
    let stand = election
        .contests
        .iter()
        .flat_map(|contest| &contest.candidates);
    let stand: BTreeSet<&str> = stand.map(|candidate| candidate.id.as_str()).collect();
    let proxies = (rules.law.proxies.as_ref(), &rules.method);
    certificate.proxies = proxy::judge(&election.proxies, proxies, &stand, election.day);
    let standing = certificate
        .proxies
        .iter()
        .filter(|ruling| ruling.refused.is_empty());
    let standing = u64::try_from(standing.count()).unwrap_or(u64::MAX);
    reconcile::roll(election, standing, &mut certificate.findings);
    certificate.boxes = reconcile::boxes(election, sheets, &counted, &mut certificate.findings);
    let held = certificate
        .findings
        .iter()
        .any(|finding| finding.level == Level::Hold);
    let voted = turnout(certificate);
    let totals: Vec<Option<Tally>> = counted
        .iter()
        .map(|one| total(&certificate.boxes, one.id))
        .collect();
    let complete = !held && totals.iter().all(Option::is_some);
    let enough = valid(certificate, &counted, &totals, voted);
    certificate.outcome.status = match (complete, enough) {
        (false, _) => Status::Held,
        (true, false) => Status::Invalid,
        (true, true) => Status::Decided,
    };
    if rules.kind == Kind::Election {
        decide::elect(election, totals, voted, certificate);
    } else {
        let total = totals.into_iter().next().flatten();
        decide::decide(total, voted, certificate);
    }
    Ok(())
}

fn counted<'e>(election: &'e Election, rules: &Rules) -> Vec<Counted<'e>> {
    if rules.kind != Kind::Election {
        return vec![Counted {
            id: MOTION,
            seats: 1,
            options: ["for", "against", "abstain"].into(),
            write_ins: false,
        }];
    }
    let write_ins = rules
        .law
        .papers
        .as_ref()
        .is_some_and(|papers| papers.write_ins);
    let counted = election.contests.iter().map(|contest| Counted {
        id: &contest.id,
        seats: contest.seats,
        options: contest
            .candidates
            .iter()
            .map(|one| one.id.as_str())
            .collect(),
        write_ins,
    });
    counted.collect()
}

/// The sums over the boxes: the lists make up the roll, and this many voted.
fn turnout(certificate: &mut Certificate) -> u64 {
    let entries = certificate.entries;
    let boxes = &certificate.boxes;
    let listed = over_boxes(
        boxes.iter().map(|one| (one.id.as_str(), one.listed)),
        Some(entries),
    );
    let voted = over_boxes(boxes.iter().map(|one| (one.id.as_str(), one.voted)), None);
    let total = boxes.iter().map(|one| one.voted).sum();
    let none = Basis::default();
    certificate.steps.push(step("sum/listed", &none, listed));
    certificate.steps.push(step("sum/voted", &none, voted));
    total
}

/// The sum of the accepted counts of a contest over all boxes; nothing while one is open.
fn total(boxes: &[BoxResult], contest: &str) -> Option<Tally> {
    let mut total = Tally::default();
    for one in boxes {
        let found = one.contests.iter().find(|own| own.contest == contest)?;
        let own = found.accepted.as_ref()?;
        total.papers += own.papers;
        total.valid += own.valid;
        total.blank += own.blank;
        total.invalid += own.invalid;
        total.over_marked += own.over_marked;
        for (option, votes) in &own.votes {
            *total.votes.entry(option.clone()).or_default() += votes;
        }
    }
    Some(total)
}

/// Whether the vote is valid: enough took part, and no more papers than persons.
fn valid(
    certificate: &mut Certificate,
    counted: &[Counted<'_>],
    totals: &[Option<Tally>],
    voted: u64,
) -> bool {
    let rules = certificate.rules.clone();
    let mut all = true;
    let mut push = |step: Step| {
        all &= step.proof.holds();
        certificate.steps.push(step);
    };
    let too_many = rules
        .law
        .papers
        .as_ref()
        .map(|papers| papers.too_many.clone());
    for (one, total) in counted.iter().zip(totals) {
        let papers = total.as_ref().map_or(0, |total| total.papers);
        let bounds = Proof::Bounds(Bounds::of(papers, 0, Some(voted)));
        let basis = too_many.clone().unwrap_or_default();
        push(step(format!("papers/{}", one.id), &basis, bounds));
    }
    let rerun = rules.law.rerun.as_ref();
    let rerun = rerun.filter(|_| certificate.election.round == Round::Rerun);
    for rule in &rules.method.quorum {
        let compared = Proof::Compare(rule.compare(voted, certificate.entries));
        push(step(
            "quorum",
            rerun.map_or(&rule.basis, |rerun| &rerun.quorum),
            compared,
        ));
    }
    all
}
