//! 程序条件: what the law asks before and around the vote, each as a step that holds or does not.
//!
//! A step here that does not hold is a defect of the vote. It does not change who got how many
//! votes, so it stands beside the result and not in its way.

use crate::certificate::{Bounds, Part, Proof, Step, Sum};
use crate::days::{Days, Limit};
use crate::election::{Election, Round};
use crate::law::Basis;
use crate::procedure::{Rules, Term};

/// A step.
pub(crate) fn step(id: impl Into<String>, basis: &Basis, proof: Proof) -> Step {
    Step {
        id: id.into(),
        basis: basis.clone(),
        proof,
    }
}

/// The sum of a number over the boxes.
pub(crate) fn over_boxes<'e>(
    numbers: impl Iterator<Item = (&'e str, u64)>,
    must_be: Option<u64>,
) -> Proof {
    let parts = numbers.map(|(of, number)| Part {
        of: of.to_owned(),
        number,
    });
    Proof::Sum(Sum::of(parts.collect(), must_be))
}

/// Every condition that the election file has facts for.
pub(crate) fn steps(election: &Election, rules: &Rules) -> Vec<Step> {
    let mut steps = Vec::new();
    roll(election, rules, &mut steps);
    meeting(election, rules, &mut steps);
    candidates(election, rules, &mut steps);
    steps
}

fn before(from: jiff::civil::Date, day: jiff::civil::Date, term: &Term) -> Proof {
    Proof::Days(Days::between(from, day, Limit::Before, term.days))
}

fn roll(election: &Election, rules: &Rules, steps: &mut Vec<Step>) {
    let (Some(rules), Some(published)) = (&rules.law.roll, election.roll.published) else {
        return;
    };
    let term = &rules.published_before;
    steps.push(step(
        "roll/published",
        &term.basis,
        before(published, election.day, term),
    ));
    for (index, objection) in election.roll.objections.iter().enumerate() {
        let number = index + 1;
        let heard = objection.heard(published, rules);
        let id = format!("roll/objection/{number}");
        steps.push(step(id, &rules.objection.basis, Proof::Days(heard.filed)));
        if let Some(decided) = heard.decided {
            let id = format!("roll/decision/{number}");
            steps.push(step(id, &rules.decision.basis, Proof::Days(decided)));
        }
    }
}

fn meeting(election: &Election, rules: &Rules, steps: &mut Vec<Step>) {
    if let (Some(term), Some(given)) = (&rules.law.notice, election.notice_given) {
        steps.push(step(
            "notice",
            &term.basis,
            before(given, election.day, term),
        ));
    }
    if let Some(asked) = &election.petition {
        // Those who signed are of one kind; the rule for that kind is the one that counts.
        if let Some(rule) = rules.law.petition.iter().find(|rule| rule.of == asked.by) {
            let compared = rule.compare(asked.signers, asked.of);
            steps.push(step("petition", &rule.basis, Proof::Compare(compared)));
        }
    }
    for part in &election.body {
        for body in rules.law.body.iter().filter(|body| body.part == part.part) {
            let compared = body.rule.compare(part.count, part.of);
            let id = format!("body/{}", part.part);
            steps.push(step(id, &body.rule.basis, Proof::Compare(compared)));
        }
    }
}

fn candidates(election: &Election, rules: &Rules, steps: &mut Vec<Step>) {
    let Some(asked) = &rules.law.candidates else {
        return;
    };
    let rerun = election.round == Round::Rerun;
    for contest in election.contests.iter().filter(|_| !rerun) {
        let fit = contest.candidates.iter();
        let fit = fit
            .filter(|one| one.unfit(Some(asked), contest.for_women).is_empty())
            .count();
        let fit = u64::try_from(fit).unwrap_or(u64::MAX);
        let min = contest.seats.saturating_add(asked.surplus_min);
        let max = asked
            .surplus_max
            .map(|surplus| contest.seats.saturating_add(surplus));
        let proof = Proof::Bounds(Bounds::of(fit, min, max));
        steps.push(step(
            format!("candidates/{}", contest.id),
            &asked.basis,
            proof,
        ));
    }
}
