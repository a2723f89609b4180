//! Sets chosen without a price system: greedy purchases, and sets of maximum welfare.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{Signed as _, Zero as _};

use super::{Claim, Findings, short};

/// The search for a better set gives up after so many steps.
const MOST_STEPS: u64 = 30_000_000;

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
            "greedy purchases are not in the order of satisfaction per cost".into()
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
                format!("project {} fitted when its turn came", project.id)
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
            format!("the satisfaction is {welfare}, not {}", short(claimed))
        }) {
            return;
        }
        let pleases = |at: &usize| self.votes.welfare(*at).is_positive();
        let listed = self.selected.is_sorted() && self.selected.iter().all(pleases);
        if !findings.need(listed, || {
            "selected is not by id, or has a project that satisfies nobody".into()
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
        let better = list.zip(to_i128(&welfare)).and_then(|(items, goal)| {
            let mut search = Search {
                items,
                goal,
                steps: 0,
            };
            search.better(0, 0, self.election.budget.into())
        });
        if findings.need(better.is_some(), || {
            "the search for a better set was given up: too many steps".into()
        }) && findings.need(better == Some(false), || {
            "there is a set that fits and satisfies more".into()
        }) {
            findings.proven("No set of projects that fits the budget gives more satisfaction.");
        }
    }
}

/// Depth first, most satisfaction for the cost first, with the bound of filling up with parts.
struct Search {
    items: Vec<(i128, i128)>,
    goal: i128,
    steps: u64,
}

impl Search {
    /// Whether more than the goal can be reached; `None` when given up.
    fn better(&mut self, from: usize, welfare: i128, room: i128) -> Option<bool> {
        // Each turn decides one item out; taking it is the recursion.
        for at in from..=self.items.len() {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return None;
            }
            if welfare > self.goal {
                return Some(true);
            }
            if self.bound(at, welfare, room)? <= self.goal {
                return Some(false);
            }
            let (more, cost) = *self.items.get(at)?;
            if cost <= room && self.better(at + 1, welfare + more, room - cost)? {
                return Some(true);
            }
        }
        Some(false)
    }

    fn bound(&self, from: usize, mut welfare: i128, mut room: i128) -> Option<i128> {
        for (more, cost) in &self.items[from..] {
            if *cost > room {
                return Some(welfare + room.checked_mul(*more)?.div_euclid(*cost));
            }
            welfare += more;
            room -= cost;
        }
        Some(welfare)
    }
}
