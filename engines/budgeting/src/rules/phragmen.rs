//! Sequential Phragmén: everybody's money grows at the same pace from nothing; a project is bought
//! as soon as its supporters together have its cost, and they begin again from nothing.
//!
//! The rule ends when the next purchase would pass the budget. Projects that nobody supports are
//! never reached by time; as in the published implementation they are bought last, and only while
//! all of those that remain fit.
//!
//! **Source**: Brill, Freeman, Janson, Lackner, "Phragmén's Voting Methods and Justified
//! Representation" (AAAI 2017); for projects with costs, Los, Christoff and Grossi (IJCAI 2022).

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::chain::{Chain, Price};
use crate::election::{Election, Profile};
use crate::fraction::Fraction;

/// A purchase, and how much money everybody had been given by then.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    pub(crate) project: u32,
    pub(crate) time: Fraction,
}

/// What was bought, and why it stopped.
#[derive(Debug, Clone)]
pub(crate) struct Phragmen {
    pub(crate) purchases: Vec<Purchase>,
    /// Bought though nobody supports them.
    pub(crate) unsupported: Vec<u32>,
    /// The purchase that would have passed the budget.
    pub(crate) stopped: Option<Purchase>,
    /// For each project, what its supporters held together when the rule ended.
    pub(crate) left: Vec<Fraction>,
}

/// Loads in two precisions; see [`crate::rules::shares`] for the idea.
struct Race<'a> {
    election: &'a Election,
    profile: &'a Profile,
    /// What each group has used of its money, scaled and rounded down.
    loads: Vec<u64>,
    /// The last purchase of each group.
    last: Vec<u32>,
    shift: u32,
    chain: Chain,
    heap: BinaryHeap<Reverse<(u64, u32)>>,
}

const NEVER: u32 = u32::MAX;

/// Run the rule. `told` hears the number of purchases.
pub(crate) fn run(election: &Election, profile: &Profile, told: &mut dyn FnMut(u64)) -> Phragmen {
    let mut race = Race::new(election, profile);
    let mut spent = 0;
    let mut bought = Vec::new();
    let mut stopped = None;
    while let Some(tied) = race.next() {
        let left = election.budget.saturating_sub(spent);
        let cost = |project: u32| election.projects[project as usize].cost;
        if let Some((project, price)) = tied.iter().find(|(project, _)| cost(*project) > left) {
            race.chain.push(price.clone());
            stopped = Some(*project);
            break;
        }
        let mut tied = tied.into_iter();
        let Some((project, price)) = tied.next() else {
            break;
        };
        race.heap
            .extend(tied.map(|(project, _)| Reverse((0, project))));
        spent += cost(project);
        race.buy(project, price);
        bought.push(project);
        told(bought.len() as u64);
    }
    let unsupported = if stopped.is_none() {
        unsupported(election, profile, spent)
    } else {
        Vec::new()
    };
    race.report(&bought, stopped, unsupported)
}

/// What nobody supports, by id, while all that remain fit.
fn unsupported(election: &Election, profile: &Profile, mut spent: u64) -> Vec<u32> {
    let mut waiting: Vec<u32> = (0_u32..)
        .zip(&election.projects)
        .filter(|(at, project)| {
            profile.supporters[*at as usize] == 0 && project.cost <= election.budget
        })
        .map(|(at, _)| at)
        .collect();
    waiting.reverse();
    let mut bought = Vec::new();
    let cost = |at: &u32| election.projects[*at as usize].cost;
    while let Some(most) = waiting.iter().map(cost).max() {
        if most > election.budget.saturating_sub(spent) {
            break;
        }
        if let Some(next) = waiting.pop() {
            spent += cost(&next);
            bought.push(next);
        }
    }
    bought
}

impl<'a> Race<'a> {
    fn new(election: &'a Election, profile: &'a Profile) -> Self {
        // Nobody's load passes what all projects that fit the budget cost together.
        let most: u64 = election
            .projects
            .iter()
            .map(|project| project.cost.min(election.budget))
            .sum();
        let heap = (0_u32..)
            .zip(&election.projects)
            .filter(|(at, project)| {
                profile.supporters[*at as usize] > 0 && project.cost <= election.budget
            })
            .map(|(at, _)| Reverse((0, at)))
            .collect();
        Self {
            election,
            profile,
            loads: vec![0; profile.sizes.len()],
            last: vec![NEVER; profile.sizes.len()],
            shift: 62_u32.saturating_sub(most.checked_ilog2().map_or(0, |log| log + 1)),
            chain: Chain::new(0, 1),
            heap,
        }
    }

    /// The projects that are reached next, all at one moment, by id.
    fn next(&mut self) -> Option<Vec<(u32, Price)>> {
        let mut seen = Vec::new();
        let mut best = u64::MAX;
        while let Some(Reverse((key, project))) = self.heap.peek().copied() {
            if key > best {
                break;
            }
            self.heap.pop();
            let (low, high) = self.bounds(project as usize);
            best = best.min(high);
            seen.push((low, project));
        }
        let mut tied: Vec<(u32, Price)> = Vec::new();
        let mut back = Vec::new();
        for (low, project) in seen {
            if low > best {
                back.push((low, project));
                continue;
            }
            let price = self.exact(project as usize);
            let order = tied.first().map_or(Ordering::Equal, |(_, first)| {
                (&price.num * first.share).cmp(&(&first.num * price.share))
            });
            match order {
                Ordering::Less => {
                    back.extend(tied.drain(..).map(|(project, _)| (0, project)));
                    tied.push((project, price));
                }
                Ordering::Equal => tied.push((project, price)),
                Ordering::Greater => back.push((low, project)),
            }
        }
        self.heap.extend(back.into_iter().map(Reverse));
        tied.sort_by_key(|(project, _)| *project);
        (!tied.is_empty()).then_some(tied)
    }

    /// Between which times a project is reached, scaled.
    fn bounds(&self, project: usize) -> (u64, u64) {
        let voters = u128::from(self.profile.supporters[project]);
        let cost = u128::from(self.election.projects[project].cost) << self.shift;
        let loads: u128 = self
            .profile
            .supporters_of(project)
            .iter()
            .map(|support| {
                u128::from(self.loads[support.group as usize])
                    * u128::from(self.profile.sizes[support.group as usize])
            })
            .sum();
        let low = (loads + cost) / voters;
        // Each load is less than one above its rounding.
        let fit = |value: u128| u64::try_from(value).unwrap_or(u64::MAX);
        (fit(low), fit(low + 2))
    }

    fn weights(&self, project: usize) -> Vec<u64> {
        let mut weights = vec![0; self.chain.len()];
        for support in self.profile.supporters_of(project) {
            let group = support.group as usize;
            if let Some(weight) = weights.get_mut(self.last[group] as usize) {
                *weight += u64::from(self.profile.sizes[group]);
            }
        }
        weights
    }

    fn exact(&self, project: usize) -> Price {
        let loads = self.chain.sum(0, &self.weights(project));
        let cost = self.election.projects[project].cost;
        self.chain
            .price(cost, &loads, self.profile.supporters[project])
    }

    fn buy(&mut self, project: u32, price: Price) {
        let up = self.chain.scaled_up(&price, self.shift);
        let now = u32::try_from(self.chain.len()).expect("fewer than 2^32 projects");
        for support in self.profile.supporters_of(project as usize) {
            self.loads[support.group as usize] = up.saturating_sub(1);
            self.last[support.group as usize] = now;
        }
        self.chain.push(price);
    }

    /// `stopped` is the last price in the chain, if any.
    fn report(&self, bought: &[u32], stopped: Option<u32>, unsupported: Vec<u32>) -> Phragmen {
        let unit = self.election.unit;
        let purchase = |(at, project): (usize, &u32)| Purchase {
            project: *project,
            time: self.chain.fraction(at, unit),
        };
        let end = self.chain.len().checked_sub(1);
        let left = (0..self.election.projects.len()).map(|project| {
            let mut weights = self.weights(project);
            let loads = self.chain.sum(0, &weights);
            weights.fill(0);
            if let Some(weight) = end.and_then(|end| weights.get_mut(end)) {
                *weight = self.profile.supporters[project];
            }
            // Both sums are taken from nothing: minus what is counted.
            let time = self.chain.sum(0, &weights);
            self.chain.amount(loads - time, unit)
        });
        Phragmen {
            purchases: bought.iter().enumerate().map(purchase).collect(),
            unsupported,
            stopped: stopped
                .as_ref()
                .map(|project| purchase((bought.len(), project))),
            left: left.collect(),
        }
    }
}
