//! 决定: seats, motions and owners' majorities, once it is known who took part.

use std::collections::BTreeSet;

use crate::candidate::Sex;
use crate::certificate::{Bounds, Certificate, ContestOutcome, Fate, MotionOutcome, Proof, Status};
use crate::conditions::step;
use crate::counts::Tally;
use crate::election::{Contest, Election, Round};
use crate::lot::Drawn;
use crate::owners::{OwnerVote, Register};
use crate::procedure::{Rules, Tie};
use crate::seats::{self, Filling, Voted};
use crate::share::{Rule, Whole};

use super::{NoResult, failing, tie};
use crate::told::told;

/// The number that a majority rule takes its share of: ballots cast, those who take part, or, where
/// the rule asks for a majority of all, the roll.
fn whole(rule: &Rule, total: &Tally, voted: u64, into: &Certificate) -> u64 {
    match rule.of {
        Whole::BallotsCast => total.papers,
        of if of == into.rules.method.electorate => into.entries,
        _ => voted,
    }
}

/// Fills the seats, with a step for each candidate.
pub(super) fn elect(
    election: &Election,
    totals: Vec<Option<Tally>>,
    voted: u64,
    into: &mut Certificate,
) {
    let rules = into.rules.clone();
    let relatives = seats::relatives(&election.contests);
    let decided = into.outcome.status == Status::Decided;
    let mut by_contest = Vec::with_capacity(totals.len());
    for (contest, total) in election.contests.iter().zip(totals) {
        match (decided, total) {
            (true, Some(total)) => {
                let enough = enough(contest, &total, voted, into);
                by_contest.push(Voted {
                    contest,
                    total,
                    enough,
                });
            }
            (_, total) => {
                let unknown = || Tally {
                    votes: contest
                        .candidates
                        .iter()
                        .map(|one| (one.id.clone(), 0))
                        .collect(),
                    ..Tally::default()
                };
                let known = total.clone().unwrap_or_else(unknown);
                into.outcome.contests.push(ContestOutcome {
                    id: contest.id.clone(),
                    names: contest.names.clone(),
                    seats: contest.seats,
                    for_women: contest.for_women,
                    total,
                    standing: seats::standing(contest, &known, &rules, &relatives),
                    tie: None,
                    vacant: contest.seats,
                });
            }
        }
    }
    if decided {
        let filling = Filling {
            rules: &rules,
            tie: tie(election, &rules).unwrap_or(Tie::VoteAgain),
            randomness: election.lot.as_ref(),
            election: &election.id,
        };
        let mut lots: Vec<Drawn> = Vec::new();
        into.outcome.contests = seats::fill(&by_contest, &relatives, &filling, &mut lots);
        into.lots = lots;
        committee(into);
    }
}

/// Steps for each candidate, and who has enough votes.
fn enough(
    contest: &Contest,
    total: &Tally,
    voted: u64,
    into: &mut Certificate,
) -> BTreeSet<String> {
    let rerun = into.rules.law.rerun.as_ref();
    let rerun = rerun.filter(|_| into.election.round == Round::Rerun);
    let (name, rule) = match (rerun, into.rules.method.majority.first()) {
        (Some(rerun), _) => ("floor", rerun.floor.clone()),
        (None, Some(rule)) => ("majority", rule.clone()),
        (None, None) => return BTreeSet::new(),
    };
    let mut enough = BTreeSet::new();
    for (id, votes) in &total.votes {
        let compared = rule.compare(*votes, whole(&rule, total, voted, into));
        if compared.holds {
            enough.insert(id.clone());
        }
        let id = format!("{name}/{}/{id}", contest.id);
        into.steps
            .push(step(id, &rule.basis, Proof::Compare(compared)));
    }
    enough
}

/// How the committee is made up, once no seat is open to a tie.
fn committee(into: &mut Certificate) {
    let Some(rules) = into.rules.law.committee.clone() else {
        return;
    };
    let elected = into
        .outcome
        .contests
        .iter()
        .flat_map(|contest| &contest.standing);
    let elected: Vec<_> = elected.filter(|one| one.result == Fate::Elected).collect();
    let open = into
        .outcome
        .contests
        .iter()
        .any(|contest| contest.tie.is_some());
    if open || into.election.round == Round::Rerun {
        return;
    }
    let count = |women: bool| {
        let own = elected
            .iter()
            .filter(|one| !women || one.sex == Some(Sex::Female));
        u64::try_from(own.count()).unwrap_or(u64::MAX)
    };
    let size = Proof::Bounds(Bounds::of(count(false), rules.min, Some(rules.max)));
    let women = Proof::Bounds(Bounds::of(count(true), rules.women_min, None));
    let steps = [
        step("committee/size", &rules.size, size),
        step("committee/women", &rules.women, women),
    ];
    into.outcome.defects.extend(failing(&steps));
    into.steps.extend(steps);
}

/// A motion: recall or resolution.
pub(super) fn decide(total: Option<Tally>, voted: u64, into: &mut Certificate) {
    let decided = into.outcome.status == Status::Decided;
    let rule = into.rules.method.majority.first().cloned();
    let carried = match (&total, rule) {
        (Some(total), Some(rule)) if decided => {
            let votes = total.votes.get("for").copied().unwrap_or(0);
            let compared = rule.compare(votes, whole(&rule, total, voted, into));
            into.steps.push(step(
                "majority/motion",
                &rule.basis,
                Proof::Compare(compared),
            ));
            compared.holds
        }
        _ => false,
    };
    into.outcome.motion = Some(MotionOutcome { total, carried });
}

/// An owners' vote, unit by unit.
pub(super) fn owners(
    election: &Election,
    rules: &Rules,
    votes: &[OwnerVote],
    into: &mut Certificate,
) -> Result<(), NoResult> {
    let how = rules.law.owners.as_ref();
    let how = how.ok_or_else(|| {
        NoResult::Election(told!(
            "规则没有说明业主怎样计算",
            "the rules do not say how owners count"
        ))
    })?;
    let register = Register::new(&election.units, how.co_owners);
    let register = register.map_err(|(_, problem)| NoResult::Election(problem))?;
    let mut outcome = register.count(votes).map_err(NoResult::Counts)?;
    into.entries = outcome.heads.all;
    let number = |rule: &Rule, favour: bool| match (rule.of, favour) {
        (Whole::OwnersByHeads, _) => (outcome.heads.present, outcome.heads.all),
        (Whole::OwnersByArea, _) => (outcome.area.present, outcome.area.all),
        (Whole::TakingPartByHeads, _) => (outcome.heads.in_favour, outcome.heads.present),
        _ => (outcome.area.in_favour, outcome.area.present),
    };
    let by = |of: Whole| match of {
        Whole::OwnersByHeads | Whole::TakingPartByHeads => "heads",
        _ => "area",
    };
    let mut all = true;
    for rule in &rules.method.quorum {
        let (part, whole) = number(rule, false);
        let compared = rule.compare(part, whole);
        all &= compared.holds;
        let id = format!("quorum/{}", by(rule.of));
        into.steps
            .push(step(id, &rule.basis, Proof::Compare(compared)));
    }
    outcome.carried = all;
    into.outcome.status = if all {
        Status::Decided
    } else {
        Status::Invalid
    };
    for rule in rules.method.majority.iter().filter(|_| all) {
        let (part, whole) = number(rule, true);
        let compared = rule.compare(part, whole);
        let id = format!("majority/{}", by(rule.of));
        into.steps
            .push(step(id, &rule.basis, Proof::Compare(compared)));
    }
    let majority = into
        .steps
        .iter()
        .filter(|step| step.id.starts_with("majority/"));
    let carried = majority
        .map(|step| step.proof.holds())
        .fold(outcome.carried, |all, one| all && one);
    into.outcome.owners = Some(crate::owners::OwnersOutcome { carried, ..outcome });
    Ok(())
}
