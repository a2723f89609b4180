//! How far the endowment can be raised before Equal Shares buys anything else.
//!
//! While the same projects are bought in the same order, and the same voters give all they have at
//! each purchase, every purse and every price is a straight line in the endowment. So is what a
//! project's supporters would give at the price of another, counting for each voter what binds
//! them now; in truth they give at most that. Every decision of the run is then that one straight
//! line stays above another, and where the first two meet is a bound.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{Signed as _, ToPrimitive as _};

use crate::chain::Chain;
use crate::rules::shares::Market;

/// A straight line: a value now, over the denominator of values, and its growth with each unit of
/// endowment, over the denominator of growths.
#[derive(Debug, Clone, Default)]
struct Line {
    now: BigInt,
    grows: BigInt,
}

impl Line {
    fn times(&self, factor: u64) -> Self {
        Self {
            now: &self.now * factor,
            grows: &self.grows * factor,
        }
    }

    fn add(&mut self, other: &Self, times: u64) {
        self.now += &other.now * times;
        self.grows += &other.grows * times;
    }

    fn minus(&self, other: &Self) -> Self {
        Self {
            now: &self.now - &other.now,
            grows: &self.grows - &other.grows,
        }
    }
}

struct Leap<'m, 'a> {
    market: &'m Market<'a>,
    value_den: BigInt,
    growth_den: BigInt,
    prices: Vec<Line>,
    purses: Vec<Line>,
    unit: u64,
    /// So many steps are safe, as far as was looked.
    steps: u64,
    least: u64,
}

/// By how many whole units each voter's endowment can surely grow without a change, from the last
/// run; 0 when that is fewer than `least`.
pub(crate) fn steps(market: &Market<'_>, unit: u64, least: u64) -> u64 {
    let growths = growths(market);
    let (values, base) = (market.chain().prices(), market.chain().base());
    let prices = values.into_iter().zip(growths.prices());
    let purse = Line {
        now: base,
        grows: growths.base(),
    };
    let mut leap = Leap {
        value_den: market.chain().den(),
        growth_den: growths.den(),
        prices: prices.map(|(now, grows)| Line { now, grows }).collect(),
        purses: vec![purse; market.profile.sizes.len()],
        market,
        unit,
        steps: u64::MAX,
        least,
    };
    match leap.look() {
        Some(()) if leap.steps < u64::MAX => leap.steps,
        _ => 0,
    }
}

/// The growth of each price with the endowment.
fn growths(market: &Market<'_>) -> Chain {
    let mut growths = Chain::new(1, 1);
    for (at, project) in market.bought().iter().enumerate() {
        let (mut count, mut paid, mut share) = (0, vec![0; at], 0);
        for support in market.profile.supporters_of(*project as usize) {
            let group = support.group;
            let size = u64::from(market.profile.sizes[group as usize]);
            let spent_at = market.spent_at[group as usize] as usize;
            if spent_at > at {
                share += size * u64::from(support.points);
            } else if spent_at == at {
                count += size;
                for (other, points) in market.profile.group(group) {
                    let before = market.bought_at[*other as usize] as usize;
                    if let Some(paid) = paid.get_mut(before) {
                        *paid += size * u64::from(*points);
                    }
                }
            }
        }
        let given = growths.sum(count, &paid);
        // Where everybody gives all, the last of them sets the price: then nothing is a line.
        let price = growths.price(0, &given, share.max(1));
        growths.push(price);
    }
    growths
}

impl Leap<'_, '_> {
    /// Go through the run; `None` as soon as fewer steps than wanted are safe.
    fn look(&mut self) -> Option<()> {
        let waiting = self.market.waiting();
        for step in 0..self.prices.len() {
            let project = self.market.bought()[step] as usize;
            let later = &self.market.bought()[step + 1..];
            for other in later.iter().chain(&waiting) {
                self.stays_dearer(*other as usize, project, step)?;
            }
            self.pay(project, step)?;
        }
        for other in waiting {
            let mut lacks = self.cost(other as usize, 1);
            for support in self.market.profile.supporters_of(other as usize) {
                let group = support.group as usize;
                if self.market.spent_at[group] == u32::MAX {
                    let size = u64::from(self.market.profile.sizes[group]);
                    let held = self.purses[group].times(size);
                    lacks = lacks.minus(&held);
                }
            }
            self.stays_positive(&lacks)?;
        }
        Some(())
    }

    fn cost(&self, project: usize, weight: u64) -> Line {
        Line {
            now: &self.value_den * self.market.costs[project] * weight,
            grows: BigInt::ZERO,
        }
    }

    /// A line that is above zero now (or on it) must stay above.
    fn stays_positive(&mut self, line: &Line) -> Option<()> {
        if line.grows.is_negative() {
            // now/value_den + steps·unit·grows/growth_den > 0
            let fall = -&line.grows * self.unit * &self.value_den;
            let steps: BigInt = (&line.now * &self.growth_den).div_ceil(&fall) - 1;
            let steps = steps.to_i128().unwrap_or(i128::MAX).max(0);
            self.steps = self.steps.min(u64::try_from(steps).unwrap_or(u64::MAX));
        }
        (self.steps >= self.least).then_some(())
    }

    /// At the price of `step` the supporters of `other` give less than its cost.
    fn stays_dearer(&mut self, other: usize, project: usize, step: usize) -> Option<()> {
        let profile = self.market.profile;
        let (own, base) = (profile.weights[other], profile.weights[project]);
        let price = self.prices[step].times(own);
        let cost = self.cost(other, base);
        // All paying in full is the most they could give.
        let most = cost.minus(&price.times(profile.shares[other]));
        if most.now.is_positive() && !most.grows.is_negative() {
            return Some(());
        }
        let mut given = Line::default();
        let mut share = 0;
        for support in profile.supporters_of(other) {
            let group = support.group as usize;
            if (self.market.spent_at[group] as usize) < step {
                continue;
            }
            let size = u64::from(profile.sizes[group]);
            let (purse, points) = (&self.purses[group], u64::from(support.points));
            if &purse.now * base < &price.now * points {
                given.add(purse, size * base);
            } else {
                share += size * points;
            }
        }
        given.add(&price, share);
        self.stays_positive(&cost.minus(&given))
    }

    /// The supporters pay as they did: those who gave all, all; the others the price.
    fn pay(&mut self, project: usize, step: usize) -> Option<()> {
        let profile = self.market.profile;
        let mut in_full = false;
        for support in profile.supporters_of(project) {
            let group = support.group as usize;
            let spent_at = self.market.spent_at[group] as usize;
            if spent_at < step {
                continue;
            }
            let price = self.prices[step].times(support.points.into());
            let rest = self.purses[group].minus(&price);
            if spent_at == step {
                self.stays_positive(&Line::default().minus(&rest))?;
            } else {
                in_full = true;
                self.stays_positive(&rest)?;
                self.purses[group] = rest;
            }
        }
        in_full.then_some(())
    }
}
