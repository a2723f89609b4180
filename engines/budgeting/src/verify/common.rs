//! What the checks have in common: the votes as the election has them, voter by voter, and a
//! common denominator.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::One as _;

use crate::election::Election;
use crate::fraction::Fraction;
use crate::satisfaction::Satisfaction;

/// Who supports what.
pub(super) struct Votes {
    /// For each project its supporters: voter and points above zero.
    pub(super) of: Vec<Vec<(u32, u32)>>,
    /// What one point counts: the cost, or 1.
    pub(super) weights: Vec<u64>,
    /// All points together, those below zero included.
    pub(super) totals: Vec<BigInt>,
}

impl Votes {
    pub(super) fn new(election: &Election, satisfaction: Satisfaction) -> Self {
        let mut of = vec![Vec::new(); election.projects.len()];
        let mut totals = vec![0_i128; election.projects.len()];
        for voter in 0..u32::try_from(election.ends.len()).unwrap_or(u32::MAX) {
            for mark in election.ballot(voter as usize) {
                let points = satisfaction.points(mark.points);
                totals[mark.project as usize] += i128::from(points);
                if let Ok(points) = u32::try_from(points)
                    && points > 0
                {
                    of[mark.project as usize].push((voter, points));
                }
            }
        }
        let by_cost = satisfaction.by_cost(election.kind);
        let weight = |cost: u64| if by_cost { cost } else { 1 };
        let projects = election.projects.iter();
        Self {
            of,
            weights: projects.map(|project| weight(project.cost)).collect(),
            totals: totals.into_iter().map(BigInt::from).collect(),
        }
    }

    /// Whether anybody gains by a project.
    pub(super) fn supported(&self, at: usize) -> bool {
        self.weights[at] > 0 && !self.of[at].is_empty()
    }

    /// The satisfaction a project gives everybody together.
    pub(super) fn welfare(&self, at: usize) -> BigInt {
        &self.totals[at] * self.weights[at]
    }
}

/// A denominator common to all; `None` when it would be beyond what any real result has.
pub(super) fn common<'a>(
    fractions: impl IntoIterator<Item = &'a Fraction>,
    unit: u64,
) -> Option<BigInt> {
    let mut common = BigInt::from(unit);
    for fraction in fractions {
        if fraction.den() > &common || !(&common % fraction.den()).eq(&BigInt::ZERO) {
            common = common.lcm(fraction.den());
        }
        if common.bits() > 100_000 {
            return None;
        }
    }
    Some(common)
}

/// A fraction as a whole number of 1/`common`.
pub(super) fn over(fraction: &Fraction, common: &BigInt) -> BigInt {
    debug_assert!((common % fraction.den()) == BigInt::ZERO, "it is common");
    fraction.num() * (common / fraction.den())
}

/// An amount of the smallest unit as a whole number of 1/`common`.
pub(super) fn money(amount: u64, unit: u64, common: &BigInt) -> BigInt {
    BigInt::one() * amount * (common / unit)
}

/// From which step on a condition must be looked at again: it holds from `now` up to but not
/// including the answer. It holds for smaller steps wherever it holds for larger ones.
pub(super) fn holds_until(now: usize, end: usize, mut holds: impl FnMut(usize) -> bool) -> usize {
    if now >= end || !holds(now) {
        return now;
    }
    if holds(end - 1) {
        return end;
    }
    // It holds at `low` and not at `high`.
    let (mut low, mut high) = (now, end - 1);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
