//! Greedy: most satisfaction for the money first, skipping what no longer fits.
//!
//! With cost satisfaction that is the most votes first, as most cities do it. Projects that nobody
//! supports come last and are bought too where they fit, so the outcome is exhaustive.

use std::cmp::Ordering;

use crate::election::{Election, Profile};

/// The projects in the order in which the rule looks at them: by satisfaction per cost, then id.
/// What costs nothing and has support comes before all else.
pub(crate) fn order(election: &Election, profile: &Profile) -> Vec<u32> {
    let mut order: Vec<u32> = (0..).take(election.projects.len()).collect();
    order.sort_by(|one, other| compare(election, profile, *one as usize, *other as usize));
    order
}

/// The projects that complete `bought` (which cost `spent`): each next in order that still fits.
pub(crate) fn complete(
    election: &Election,
    profile: &Profile,
    bought: &[u32],
    mut spent: u64,
) -> Vec<u32> {
    let mut has = vec![false; election.projects.len()];
    for project in bought {
        has[*project as usize] = true;
    }
    let mut added = Vec::new();
    for project in order(election, profile) {
        let cost = election.projects[project as usize].cost;
        if !has[project as usize] && cost <= election.budget.saturating_sub(spent) {
            spent += cost;
            added.push(project);
        }
    }
    added
}

/// More satisfaction per cost first; the order of ids is that of indices.
pub(crate) fn compare(
    election: &Election,
    profile: &Profile,
    one: usize,
    other: usize,
) -> Ordering {
    // (class, score, cost): free and liked; liked; not liked.
    let rank = |project: usize| {
        let score = profile.welfare(project);
        let cost = election.projects[project].cost;
        match (score > 0, cost) {
            (true, 0) => (0, 0, 1),
            (true, cost) => (1, score, cost),
            (false, _) => (2, 0, 1),
        }
    };
    let ((class, score, cost), (other_class, other_score, other_cost)) = (rank(one), rank(other));
    class
        .cmp(&other_class)
        .then_with(|| wide(other_score, cost).cmp(&wide(score, other_cost)))
        .then(one.cmp(&other))
}

/// A product that may need more than 127 bits, as (high, low).
fn wide(score: i128, cost: u64) -> (i128, u128) {
    let cost = i128::from(cost);
    let low_part = score & i128::from(u64::MAX);
    let low = low_part * cost;
    let high = (score >> 64) * cost + (low >> 64);
    (high, low.unsigned_abs() & u128::from(u64::MAX))
}
