//! Sets chosen without a price system: greedy purchases, and sets of maximum welfare.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{Signed as _, Zero as _};

use super::{Claim, Findings, short};
use crate::told::told;

/// The search for a better set gives up when it would have to keep so many.
const MOST_SETS: usize = 10_000_000;

impl Claim<'_> {
    /// Whether `added` is what greedy buys after `before`.
    pub(super) fn completes(
        &self,
        before: &[usize],
        added: &[usize],
        findings: &mut Findings,
    ) -> bool {
        let ordered = added
            .windows(2)
            .all(|pair| self.order(pair[0], pair[1]) == Ordering::Less);
        if !findings.need(ordered, || {
            told!(
                "贪心购买没有按单位费用满意度的次序",
                "greedy purchases are not in the order of satisfaction per cost"
            )
        }) {
            return false;
        }
        for at in 0..self.election.projects.len() {
            if before.contains(&at) || added.contains(&at) {
                continue;
            }
            let earlier = added
                .iter()
                .filter(|other| self.order(**other, at) == Ordering::Less);
            let earlier: Vec<usize> = earlier.copied().collect();
            let spent = self.cost(before) + self.cost(&earlier);
            let project = &self.election.projects[at];
            if !findings.need(spent + project.cost > self.election.budget, || {
                told!(
                    "轮到项目 {} 时本来买得起",
                    "project {} fitted when its turn came",
                    project.id
                )
            }) {
                return false;
            }
        }
        true
    }

    /// The order in which greedy looks at two projects.
    fn order(&self, one: usize, other: usize) -> Ordering {
        let rank = |at: usize| {
            let (welfare, cost) = (self.votes.welfare(at), self.election.projects[at].cost);
            match (welfare.is_positive(), cost) {
                (true, 0) => (0, BigInt::zero(), 1),
                (true, cost) => (1, welfare, cost),
                (false, _) => (2, BigInt::zero(), 1),
            }
        };
        let (a, b) = (rank(one), rank(other));
        let ratio = (&b.1 * a.2).cmp(&(&a.1 * b.2));
        a.0.cmp(&b.0).then(ratio).then(one.cmp(&other))
    }

    /// Whether no set that fits gives more satisfaction.
    pub(super) fn best(&self, claimed: &str, findings: &mut Findings) {
        let welfare: BigInt = self.selected.iter().map(|at| self.votes.welfare(*at)).sum();
        if !findings.need(welfare.to_string() == claimed, || {
            told!(
                "满意度是 {welfare}，不是 {}",
                "the satisfaction is {welfare}, not {}",
                short(claimed)
            )
        }) {
            return;
        }
        let pleases = |at: &usize| self.votes.welfare(*at).is_positive();
        let listed = self.selected.is_sorted() && self.selected.iter().all(pleases);
        if !findings.need(listed, || {
            told!(
                "入选项目没有按编号排列，或有谁也不满意的项目",
                "selected is not by id, or has a project that satisfies nobody"
            )
        }) {
            return;
        }
        let mut items: Vec<usize> = (0..self.election.projects.len())
            .filter(|at| self.votes.welfare(*at).is_positive())
            .collect();
        items.sort_by(|one, other| self.order(*one, *other));
        let to_i128 = |number: &BigInt| i128::try_from(number).ok();
        let list: Option<Vec<(i128, i128)>> = items
            .iter()
            .map(|at| {
                let cost = i128::from(self.election.projects[*at].cost);
                Some((to_i128(&self.votes.welfare(*at))?, cost))
            })
            .collect();
        let better = list
            .zip(to_i128(&welfare))
            .and_then(|(items, goal)| better(&items, goal, self.election.budget.into()));
        if findings.need(better.is_some(), || {
            told!(
                "组合太多，没有查完有没有更好的",
                "the search for a better set was given up: too many sets"
            )
        }) && findings.need(better == Some(false), || {
            told!(
                "有一个不超预算而满意度更高的组合",
                "there is a set that fits and satisfies more"
            )
        }) {
            findings.proven(told!(
                "没有哪个不超预算的组合满意度更高。",
                "No set of projects that fits the budget gives more satisfaction."
            ));
        }
    }
}

/// Whether a set of `items` (satisfaction, cost; most satisfaction per cost first) that costs at
/// most `budget` satisfies more than `goal`; `None` when there are too many sets to tell.
///
/// Item by item the sets that may still get there are kept, but none that costs as much as another
/// and satisfies no more.
fn better(items: &[(i128, i128)], goal: i128, budget: i128) -> Option<bool> {
    let mut sets: Vec<(i128, i128)> = vec![(0, 0)];
    for (at, (more, cost)) in items.iter().enumerate() {
        let mut next: Vec<(i128, i128)> = sets
            .iter()
            .map(|(spent, welfare)| (spent + cost, welfare + more))
            .filter(|(spent, _)| *spent <= budget)
            .chain(sets.iter().copied())
            .collect();
        if next.len() > MOST_SETS {
            return None;
        }
        // The cheapest first, of equally cheap ones the best.
        next.sort_unstable_by_key(|(spent, welfare)| (*spent, -welfare));
        let mut best = -1;
        next.retain(|(_, welfare)| {
            let before = best;
            best = best.max(*welfare);
            best > before
        });
        sets.clear();
        for (spent, welfare) in next {
            if welfare > goal {
                return Some(true);
            }
            if bound(&items[at + 1..], welfare, budget - spent)? > goal {
                sets.push((spent, welfare));
            }
        }
    }
    Some(false)
}

/// The most a set can get to with what is still to come, parts of projects allowed.
fn bound(items: &[(i128, i128)], mut welfare: i128, mut room: i128) -> Option<i128> {
    for (more, cost) in items {
        if *cost > room {
            return Some(welfare + room.checked_mul(*more)?.div_euclid(*cost));
        }
        welfare += more;
        room -= cost;
    }
    Some(welfare)
}
